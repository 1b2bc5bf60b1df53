"""Where anything about a client is kept, and for how long: every table, in the order in which its rows can go.

A new model that points at a client takes its line here, or the build fails: what is not listed would outlive its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Q

from core.audit.models import Event
from core.consent.models import Conversation, DecisionRecord
from core.network.models import (
    Approval,
    ApprovalVoice,
    BrokeredPass,
    BrokerMessage,
    Conflict,
    Involvement,
    LeadOffer,
    LimitedSight,
    NetworkInvitation,
    Publication,
    PublicationRecipient,
    Reminder,
    ShieldAssignment,
    ShieldPeriod,
    Withdrawal,
)
from core.notices.models import Notice
from core.people.models import Client, ClientIdentifier, RecentClient
from core.rights.choices import DeletionRule
from core.rights.models import DutyRecord, RetentionHold, RightsRequest
from core.visits.models import Contact, Visit
from tenants.base_model import APPEND_ONLY, TenantModel, TenantQuerySet


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the rule its rows are kept by, and the columns that lead to the client."""

    rule: DeletionRule
    model: type[TenantModel]
    paths: tuple[str, ...] = ("client_id",)

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table  # noqa: SLF001  # Django's public-by-custom options

    @property
    def is_append_only(self) -> bool:
        """Whether its rows go only by the database's own function, with a receipt."""
        return self.model.council_privileges == APPEND_ONLY

    def rows_of(self, client_id: UUID) -> TenantQuerySet[Any]:
        """The rows about one client."""
        about = Q()
        for path in self.paths:
            about |= Q(**{path: client_id})
        return self.model.objects.filter(about)


_OF_LINE: Final = ("involvement__client_id",)

TABLES: Final = (
    # Evidence: on what anything was shown, and what was written down of it. What points at a decision goes before it.
    Table(DeletionRule.EVIDENCE, PublicationRecipient, ("publication__involvement__client_id",)),
    Table(DeletionRule.EVIDENCE, Publication, _OF_LINE),
    Table(DeletionRule.EVIDENCE, LimitedSight),
    Table(DeletionRule.EVIDENCE, ShieldPeriod),
    Table(DeletionRule.EVIDENCE, ApprovalVoice, ("approval__client_id",)),
    Table(DeletionRule.EVIDENCE, Approval),
    Table(DeletionRule.EVIDENCE, Withdrawal),
    Table(DeletionRule.EVIDENCE, DutyRecord),
    Table(DeletionRule.EVIDENCE, Conversation),
    Table(DeletionRule.EVIDENCE, DecisionRecord),
    # The record itself.
    Table(DeletionRule.RECORD, Visit),
    Table(DeletionRule.RECORD, Contact),
    Table(DeletionRule.RECORD, BrokeredPass, _OF_LINE),
    Table(DeletionRule.RECORD, BrokerMessage),
    Table(DeletionRule.RECORD, Reminder, _OF_LINE),
    Table(DeletionRule.RECORD, LeadOffer),
    Table(DeletionRule.RECORD, NetworkInvitation),
    Table(DeletionRule.RECORD, ShieldAssignment),
    Table(DeletionRule.RECORD, Conflict),
    Table(DeletionRule.RECORD, Involvement),
    Table(DeletionRule.RECORD, Notice),
    Table(DeletionRule.RECORD, RecentClient),
    Table(DeletionRule.RECORD, RightsRequest),
    Table(DeletionRule.RECORD, RetentionHold),
    Table(DeletionRule.RECORD, ClientIdentifier),
    Table(DeletionRule.RECORD, Client, ("id",)),
    # What was done and seen, also where it was refused and so only the subject is named.
    Table(DeletionRule.AUDIT, Event, ("client_id", "subject_id")),
)


def tables_of(rule: DeletionRule) -> tuple[Table, ...]:
    """The tables of one rule, in the order in which their rows can go."""
    return tuple(table for table in TABLES if table.rule == rule)


def loosened() -> tuple[tuple[type[models.Model], str, bool], ...]:
    """Columns elsewhere that only mention a client or a line and stay, emptied: model, column, whether it is a line."""
    found = []
    for parent in (Client, Involvement):
        for relation in parent._meta.get_fields(include_hidden=True):  # noqa: SLF001  # as above
            if not isinstance(relation, models.ForeignObjectRel) or relation.on_delete is not models.SET_NULL:
                continue
            found.append((relation.related_model, relation.field.attname, parent is Involvement))
    return tuple(found)
