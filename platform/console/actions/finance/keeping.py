"""Keeping contracts: what ran out without notice is renewed, and finance is told in time of what they ask for.

It may be done as often as one likes: what is renewed is not due, and what was told is not told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.actions.renewals import Due, note_told, notices_due, renew_due
from billing.checks import said
from billing.choices import ToldOf
from billing.models import LegalEntity
from billing.queries.balances import local_day
from console.choices import Permission
from console.models import Operator
from core import clock
from core.audit.actions import record
from core.notices.actions import queue_mail
from tenants.context import SHARED_ALIAS, shared

ACTOR: Final = "job:console.keep_contracts"
SENTENCES: Final = {
    ToldOf.NOTICE_SOON: "notice can be given until {on}; else it renews",
    ToldOf.ENDS_SOON: "ends on {on} and does not renew",
    ToldOf.ENDED: "ended on {on}",
    ToldOf.RENEWED: "was renewed and now goes to {on}",
    ToldOf.NOT_RENEWED: "ran out on {on} and could not be renewed: a council of it is on another contract, or its "
    "last month is billed",
    ToldOf.ORDER_LOW: "little is left of purchase order {about}",
}


def keep_contracts() -> None:
    """What the daily task does, an entity at a time, each on its own day."""
    with shared(actor=ACTOR):
        entities = list(LegalEntity.objects.order_by("code").values_list("id", "time_zone"))
    for entity_id, time_zone in entities:
        with shared(actor=ACTOR):
            keep_entity(entity_id, on=local_day(clock.now(), time_zone))


@transaction.atomic(using=SHARED_ALIAS)
def keep_entity(entity_id: UUID, *, on: date) -> int:
    """Renew one entity's contracts and tell finance what is new, in one letter. Returns how many things were told."""
    found = []
    for renewed in renew_due(on, entity_id=entity_id):
        record("console.contract.renewed", by=None, detail={
            "contract": str(renewed.contract_id), "ended_on": renewed.ended_on.isoformat(),
            "ends_on": renewed.ends_on.isoformat(),
        })  # fmt: skip
        found.append(
            Due(
                renewed.contract_id, renewed.reference, renewed.customer, ToldOf.RENEWED, renewed.ends_on.isoformat(),
                renewed.ends_on,
            )
        )  # fmt: skip
    found += notices_due(on, entity_id=entity_id)
    told = [due for due in found if note_told(contract_id=due.contract_id, kind=due.kind.value, about=due.about, on=on)]
    if told:
        _tell(told)
        record("console.contract.told", by=None, detail={"entity": str(entity_id), "count": len(told)})
    return len(told)


def _tell(told: Sequence[Due]) -> None:
    lines = [f"- {due.reference}, {due.customer}: {_sentence(due)}." for due in told]
    text = "\n".join(["Contracts ask for this:", "", *lines, "", "Look at them under Finance, Contracts."])
    for address in _finance():
        queue_mail(to=address, subject="Contracts that need a look", text=text)


def _sentence(due: Due) -> str:
    return SENTENCES[due.kind].format(on=said(due.on), about=due.about)


def _finance() -> list[str]:
    """The addresses of the operators whose roles let them do something about it."""
    rows = Operator.objects.filter(user__is_active=True).select_related("user").prefetch_related("roles")
    return [
        one.user.email
        for one in rows.order_by("user__email")
        if any(Permission.FINANCE.value in role.permissions for role in one.roles.all())
    ]
