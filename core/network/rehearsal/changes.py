"""What another policy would change of each line that is shown, read in lots: memory does not grow with a council.

Only publications that the difference between the two policies can touch are read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from core import clock
from core.consent.pack import NOT_SHIELDED, STANDARD_CLASS, Basis
from core.consent.policy import Policy
from core.network.actions.again import Agencies, agencies_now, publications_to_ask
from core.network.actions.time_passing import Passed, passed
from core.network.choices import PublicationEnd, Visibility
from core.network.rehearsal.rows import Line, Row, read_rows
from tenants.base_model import TenantQuerySet

A_LOT: Final = 2000

_TYPE: Final = "involvement__service__service_type__"


@dataclass(frozen=True, slots=True)
class Change:
    """One line that would change: `row` is its publication, with all that belongs to it.

    `lost_to` are the agencies whose people see it now and would not; `gained_by` those who would see it again.
    `is_asked_anew`: it would end, until there has been a new conversation. `is_sooner`: its last day would come sooner.
    """

    row: Row
    lost_to: frozenset[UUID]
    gained_by: frozenset[UUID]
    is_asked_anew: bool
    is_sooner: bool

    @property
    def line(self) -> Line:
        """The involvement."""
        return self.row.involvement

    @property
    def is_lost(self) -> bool:
        """Whether somebody who sees it now would not see it then."""
        return bool(self.lost_to)

    @property
    def is_gained(self) -> bool:
        """Whether it would be shown again to whom it is hidden now."""
        return bool(self.gained_by)


@dataclass(frozen=True, slots=True)
class Lot:
    """Some of the lines that were looked at: how many, the last of them, and those that would change."""

    size: int
    last: UUID
    changed: list[Change]


def lots(
    now: Policy, then: Policy, on: date, *, after: UUID | None = None, client_id: UUID | None = None
) -> Iterator[Lot]:
    """The lines that can change on a day, a lot at a time: as many queries a lot, however many lines are in it.

    `after` is the last that was looked at already.
    """
    touched = touched_by(now, then, on)
    if touched is None:
        return
    rows = looked_at(on).filter(touched).order_by("id")
    if client_id is not None:
        rows = rows.filter(involvement__client_id=client_id)
    while lot := read_rows(rows.filter(id__gt=after)[:A_LOT] if after else rows[:A_LOT]):
        after = lot[-1].id
        yield Lot(len(lot), lot[-1].id, _changed(lot, now, then, on))


def changes(now: Policy, then: Policy, on: date, *, client_id: UUID | None = None) -> Iterator[list[Change]]:
    """The lines that would change on a day, a lot at a time."""
    return (lot.changed for lot in lots(now, then, on, client_id=client_id) if lot.changed)


def how_many(now: Policy, then: Policy, on: date) -> int:
    """How many lines have to be looked at. One query."""
    touched = touched_by(now, then, on)
    return 0 if touched is None else looked_at(on).filter(touched).count()


def looked_at(on: date) -> TenantQuerySet[Any]:
    """The live publications of clients who are not shielded, as they will stand on a day."""
    return publications_to_ask().filter(
        review_by__gte=on,
        involvement__client__removed_at=None,
        involvement__client__closed_on=None,
        involvement__client__shield=NOT_SHIELDED,
    )


def touched_by(now: Policy, then: Policy, on: date) -> Q | None:
    """As SQL: the publications whose sight or decision can differ between the two. None: none can."""
    if now.pack.checksum != then.pack.checksum:
        return Q(pk__isnull=False)
    mine, other = now.rules, then.rules
    codes = {basis.code for basis in (*mine.bases, *other.bases)}
    bases = {code for code in codes if _differs(mine.basis(code), other.basis(code))}
    bases |= now.in_force(on) ^ then.in_force(on)
    if mine.standard_consent_days != other.standard_consent_days:
        bases |= {basis.code for basis in other.bases if basis.consenter}
    before, after = now.tightening.classes, then.tightening.classes
    types = {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}
    touched = [Q(basis__in=sorted(bases))] if bases else []
    if types:
        touched.append(Q(**{f"{_TYPE}code__in": sorted(types)}))
    limits = [(rules.sensitive.consent_days, rules.sensitive.override_days) for rules in (mine, other)]
    if limits[0] != limits[1]:
        kept = sorted(now.kept_close | then.kept_close)
        touched.append(~Q(**{f"{_TYPE}sensitivity": STANDARD_CLASS}) | Q(**{f"{_TYPE}code__in": kept}))
    if not touched:
        return None
    whole = touched[0]
    for one in touched[1:]:
        whole |= one
    return whole


def is_shown(row: Row, policy: Policy, on: date) -> bool:
    """Whether a live publication shows its line to the agencies it names: the policies' rule, for a row in hand."""
    service_type = row.involvement.service.service_type
    is_standard = policy.class_of(service_type.code, service_type.sensitivity) == STANDARD_CLASS
    basis = policy.rules.basis(row.basis)
    return basis is not None and basis.is_in_force(on) and (is_standard or row.visibility == Visibility.NAMED_ONLY)


def _differs(mine: Basis | None, other: Basis | None) -> bool:
    """Whether what becomes of a publication can differ."""
    if mine is None or other is None:
        return mine is not other
    return (mine.fields, mine.review_days) != (other.fields, other.review_days)


def _changed(lot: list[Row], now: Policy, then: Policy, on: date) -> list[Change]:
    """Those of a lot that would change. What agencies are in law is read for those alone that it may matter to."""
    ends = {row.id: _certain_end(row, then) for row in lot}
    is_later = on > clock.today()
    asked: Any = [row for row in lot if is_later or ends[row.id] is None]
    agencies = agencies_now(asked)
    changed = (_change(row, ends[row.id], now, then, on, agencies.get(row.id, {})) for row in lot)
    return [change for change in changed if change is not None]


def _change(
    row: Row, certain_end: Passed | None, now: Policy, then: Policy, on: date, agencies: Agencies
) -> Change | None:
    """What the day on which `then` comes would make of a publication, and `now` would not.

    What is live today stands under today's policy, since time is kept daily; for a later day that is asked as well.
    """
    later = certain_end or _passed(row, then, on, agencies)
    ends_anyway = later.ends is not None and on > clock.today() and _passed(row, now, on, agencies).ends is not None
    is_asked_anew = later.ends is not None and not ends_anyway
    reached = frozenset(row.reached)
    sees_now = reached if is_shown(row, now, on) else frozenset()
    sees_then = reached - later.leaves if is_shown(row, then, on) and not is_asked_anew else frozenset()
    if ends_anyway:
        sees_then &= sees_now
    lost_to, gained_by = sees_now - sees_then, sees_then - sees_now
    is_sooner = later.ends is None and later.last_day < row.review_by
    if not (lost_to or gained_by or is_asked_anew or is_sooner):
        return None
    return Change(row, lost_to, gained_by, is_asked_anew, is_sooner)


def _certain_end(row: Row, then: Policy) -> Passed | None:
    """The end that no evidence can prevent: its route is gone, or it is sensitive and not for named agencies."""
    service_type = row.involvement.service.service_type
    is_standard = then.class_of(service_type.code, service_type.sensitivity) == STANDARD_CLASS
    if then.rules.basis(row.basis) is not None and (is_standard or row.visibility == Visibility.NAMED_ONLY):
        return None
    return Passed(PublicationEnd.POLICY, row.review_by)


def _passed(row: Row, policy: Policy, on: date, agencies: Agencies) -> Passed:
    """As the keeping of time decides it, but for agencies whose agreement lapsed: they lapsed under both policies."""
    reached = tuple(row.reached)
    try:
        return passed(row, policy=policy, on=on, agencies=agencies, agreed=reached)
    finally:
        row.reached = list(reached)
