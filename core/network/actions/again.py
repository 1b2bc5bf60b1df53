"""Asking again the question that a publication answered, with what has changed since. It writes nothing.

What has changed may be the day, the client's age, the policy, the class of the service, the publisher's standing, or
what agencies are in law. What was said and seen then (the conversation, the facts, the fields) stays as it was
recorded: to change that takes a new conversation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from core.consent.case_form import CaseMalformed, request_from_case
from core.consent.decision import decide
from core.consent.pack import Employment
from core.consent.policy import Policy
from core.consent.request import ClientFacts, Recipient, Request, ServiceFacts
from core.consent.routes import reached_by
from core.consent.verdict import Decision, Reason, deny, missing
from core.directory.models import Membership
from core.network.choices import Answer, Visibility
from core.network.facts import client_facts, recipients_from
from core.network.models import Conflict, Involvement, NetworkInvitation, Publication, PublicationRecipient
from core.network.queries.around import statuses_of
from core.people.models import Client
from tenants.base_model import TenantQuerySet

LATE: Final = timedelta(days=28)
"""A clearance or an agreement renewed so late costs no client a new conversation. Nobody new is shown a line on one
that has lapsed, and whose own has lapsed sees nothing: that holds from its first day."""

AT_ONCE: Final = timedelta(0)

_NOBODY: Final = UUID(int=0)

Agencies = Mapping[UUID, frozenset[str]]
"""What agencies are in law now, by id."""


def publications_to_ask() -> TenantQuerySet[Any]:
    """Live publications of open lines, with all that `decide_again` reads of one: one query, however many."""
    line = OuterRef("involvement__client_id"), OuterRef("involvement__practitioner_id")
    here = PublicationRecipient.objects.filter(publication_id=OuterRef("pk")).order_by("agency_id")
    return (
        Publication.objects.filter(ended_at=None, involvement__ended_on=None)
        .select_related(
            "decision",
            "involvement__client",
            "involvement__practitioner__agency",
            "involvement__service__service_type",
        )
        .annotate(
            reached=ArraySubquery(here.values("agency_id")),
            is_conflicted=Exists(Conflict.objects.filter(ended_at=None, client_id=line[0], practitioner_id=line[1])),
        )
    )


def decide_again(
    publication: Publication,
    *,
    policy: Policy,
    on: date,
    client: Client | None = None,
    agencies: Agencies | None = None,
) -> Decision:
    """The decision on a publication if it were asked on `on` under `policy`: for all it still may reach, together.

    An agency that it reaches no more is left out, and decided by itself: `decide_again_for`. `client` is theirs as it
    is now, `agencies` what agencies are in law (`agencies_now`); what is not given is read. A question that can't be
    read any more is never a PERMIT.
    """
    one: Any = _loaded(publication)
    try:
        asked = asked_again(one, policy=policy, on=on, client=client)
    except CaseMalformed:
        return deny(Reason.EVIDENCE_INCOMPLETE, *missing(["record"]))
    return decision_on(
        one, asked, policy=policy, agencies=agencies_now([one])[one.id] if agencies is None else agencies
    )


def decision_on(one: Any, asked: Request, *, policy: Policy, agencies: Agencies) -> Decision:
    """The same for a question in hand (`asked_again`), and a publication of `publications_to_ask`."""
    recipients = recipients_from({agency: agencies.get(agency, frozenset()) for agency in one.reached})
    basis = policy.rules.basis(one.basis)
    return decide(policy, replace(asked, recipients=reached_by(basis, recipients) if basis else recipients))


def decide_again_for(
    publication: Publication, recipient: Recipient, *, policy: Policy, on: date, client: Client | None = None
) -> Decision:
    """The same for one agency, with what it is in law now."""
    try:
        asked = asked_again(_loaded(publication), policy=policy, on=on, client=client)
    except CaseMalformed:
        return deny(Reason.EVIDENCE_INCOMPLETE, *missing(["record"]))
    return decide(policy, replace(asked, recipients=(recipient,)))


def still_stands(publication: Publication, decision: Decision) -> bool:
    """Whether a decision keeps a publication: a PERMIT that reaches no less far than it was published."""
    return decision.is_permitted and decision.visibility in (publication.visibility, Visibility.NETWORK)


def asked_again(
    publication: Publication,
    *,
    policy: Policy,
    on: date,
    client: Client | None = None,
    facts: ClientFacts | None = None,
    late: timedelta = LATE,
) -> Request:
    """The question itself as it would be asked on `on`, its recipients still those of then. Raises CaseMalformed.

    `facts` are the client's, where they are known already. With `late=AT_ONCE`, a standing that has lapsed has lapsed.
    """
    one: Any = _loaded(publication)
    asked = request_from_case(one.decision.request)
    line = one.involvement
    card, service = line.practitioner, line.service
    agreement = card.agency.agreement_signed_on, card.agency.agreement_expires_on
    return replace(
        asked,
        on=on,
        client=facts or client_facts(client or line.client, policy, on),
        service=ServiceFacts(
            cls=policy.class_of(service.service_type.code, service.service_type.sensitivity), named=asked.service.named
        ),
        consent=replace(asked.consent, age_days=max(0, asked.consent.age_days + (on - asked.on).days)),
        actor=replace(
            asked.actor,
            status=frozenset(service.statuses),
            employment=Employment(card.employment),
            checks_ok=card.cleared_until is None or card.cleared_until >= on - late,
            dsa=is_agreed(*agreement, on=on, late=late),
            related=one.is_conflicted,
        ),
    )


def is_agreed(signed_on: date | None, expires_on: date | None, *, on: date, late: timedelta = LATE) -> bool:
    """Whether an agency's sharing agreement holds on a day, or lapsed no longer than `late` ago."""
    return signed_on is not None and signed_on <= on and (expires_on is None or expires_on >= on - late)


def agencies_now(publications: Iterable[Publication]) -> dict[UUID, dict[UUID, frozenset[str]]]:
    """What the agencies that publications reach are in law now, by the publication's id. Four queries, even for none.

    On a network an agency is what its services there are; one that is named, or has nobody there, all its services.
    """
    loaded: list[Any] = [_loaded(one) for one in publications]
    around = _statuses_around({one.involvement.client_id for one in loaded})
    everywhere = statuses_of(some({agency for one in loaded for agency in one.reached}))
    found: dict[UUID, dict[UUID, frozenset[str]]] = {}
    for one in loaded:
        here = around.get(one.involvement.client_id, {}) if one.visibility == Visibility.NETWORK else {}
        found[one.id] = {agency: here.get(agency) or everywhere.get(agency, frozenset()) for agency in one.reached}
    return found


def some(ids: Iterable[UUID]) -> list[UUID]:
    """Ids for a condition, with one that is nobody's: so that the same statement is run when there is none."""
    return [*sorted(ids), _NOBODY]


def _statuses_around(client_ids: Collection[UUID]) -> dict[UUID, dict[UUID, frozenset[str]]]:
    """For each client, what each agency on the network or invited to it is there."""
    found: dict[UUID, dict[UUID, frozenset[str]]] = defaultdict(lambda: defaultdict(frozenset))
    clients = some(client_ids)
    lines = Involvement.objects.filter(client_id__in=clients, ended_on=None)
    for client_id, agency_id, statuses in lines.values_list("client_id", "service__agency_id", "service__statuses"):
        found[client_id][agency_id] |= frozenset(statuses)
    invited: dict[UUID, list[UUID]] = defaultdict(list)
    asked = NetworkInvitation.objects.filter(client_id__in=clients, answer__in=(Answer.WAITING, Answer.ACCEPTED))
    for client_id, practitioner_id in asked.values_list("client_id", "practitioner_id"):
        invited[practitioner_id].append(client_id)
    rows = Membership.objects.filter(practitioner_id__in=some(invited))
    for practitioner_id, agency_id, statuses in rows.values_list(
        "practitioner_id", "practitioner__agency_id", "service__statuses"
    ):
        for client_id in invited[practitioner_id]:
            found[client_id][agency_id] |= frozenset(statuses)
    return found


def _loaded(publication: Publication) -> Any:
    """The publication with what is read of it: as it is where it came from `publications_to_ask`, else read now."""
    return publication if hasattr(publication, "is_conflicted") else publications_to_ask().get(id=publication.id)
