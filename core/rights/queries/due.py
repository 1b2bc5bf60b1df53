"""Which clients are to be closed, and what of whom is due for deletion: for the daily job, which shows them nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateField, Exists, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from core import clock
from core.consent.packs_in_use import policy_in_force
from core.network.models import Involvement
from core.people.models import Client
from core.rights.choices import DeletionRule
from core.rights.models import DeletionReceipt
from core.rights.periods import Periods, latest_birth, periods_of
from core.rights.policies import may_be_deleted

A_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Due:
    """Rows about one client that one rule lets go since a day."""

    client_id: UUID
    rule: DeletionRule
    due_on: date


def periods_now() -> Periods:
    """The periods of the pack in force today."""
    return periods_of(policy_in_force(clock.today()).rules.retention)


def to_close(today: date, periods: Periods) -> QuerySet[Any]:
    """The open clients whom nobody has supported for as long as a record stays open.

    A client nobody ever supported counts from the day they were listed; one taken back by mistake, as any other.
    """
    lines = Involvement.objects.filter(client_id=OuterRef("pk"))
    last = lines.order_by().values("client_id").annotate(last=Max("ended_on")).values("last")
    return (
        Client.objects.filter(~Exists(lines.filter(ended_on=None)), closed_on=None)
        .annotate(supported_until=Coalesce(Subquery(last), TruncDate("created_at"), output_field=DateField()))
        .filter(supported_until__lte=today - timedelta(days=periods.closed_client_after_days))
    )


def due_after(client_id: UUID | None, *, today: date, periods: Periods) -> tuple[Due, ...]:
    """What is due of the next archived client, by id, of whom anything is; empty at the end of the list.

    Clients whose deletion is held are passed over, and so is what a receipt says is gone already.
    """
    while True:
        rows = _archived(client_id, today=today, periods=periods)
        if not rows:
            return ()
        gone = _gone(rows)
        for row in rows:
            if found := tuple(one for one in due_of(row, periods, today) if (one.rule, hash_of(row.id)) not in gone):
                return found
        client_id = rows[-1].id


def due_of(row: Client, periods: Periods, today: date) -> Iterator[Due]:
    """What is due of one archived client on a day; where the record goes, everything goes with it."""
    if row.closed_on is None:
        return
    born = born_by(row)
    days = {rule: periods.due_on(rule, row.closed_on, born) for rule in DeletionRule}
    for rule in (DeletionRule.EVIDENCE, DeletionRule.AUDIT, DeletionRule.RECORD):
        if days[rule] <= today:
            yield Due(row.id, rule, days[rule])


def born_by(row: Client) -> date:
    """The latest day on which a client can have been born."""
    return latest_birth(
        birth_date=row.birth_date,
        age_from=row.age_from,
        noted_on=row.age_noted_on,
        listed_on=timezone.localdate(row.created_at),
    )


def hash_of(client_id: UUID) -> str:
    """How a receipt names whom it was about: nobody can be found by it who is not known already."""
    return hashlib.sha256(str(client_id).encode()).hexdigest()


def _archived(client_id: UUID | None, *, today: date, periods: Periods) -> list[Client]:
    # A year is never shorter than 365 days: nobody is passed over whose time is over.
    first = today - timedelta(days=365 * periods.shortest())
    rows = may_be_deleted().filter(closed_on__lte=first).order_by("id")
    return list((rows.filter(id__gt=client_id) if client_id else rows)[:A_CHUNK])


def _gone(rows: list[Client]) -> set[tuple[str, str]]:
    hashes = [hash_of(row.id) for row in rows]
    kept = DeletionReceipt.objects.filter(subject_hash__in=hashes).exclude(rule=DeletionRule.RECORD)
    return set(kept.values_list("rule", "subject_hash"))
