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

from core.consent.pack import NOT_SHIELDED, STANDARD_CLASS, Basis
from core.consent.policy import Policy
from core.network.actions.again import agencies_now, decide_again, publications_to_ask, still_stands
from core.network.choices import Visibility
from tenants.base_model import TenantQuerySet

A_LOT: Final = 1000

_TYPE: Final = "involvement__service__service_type__"


@dataclass(frozen=True, slots=True)
class Change:
    """One line that is shown under one of the two policies: `row` is its publication, with all that belongs to it.

    `is_asked_anew`: it would not be permitted again, so it ends until there has been a new conversation.
    """

    row: Any
    is_shown_now: bool
    is_shown_then: bool
    is_asked_anew: bool

    @property
    def line(self) -> Any:
        """The involvement."""
        return self.row.involvement

    @property
    def is_lost(self) -> bool:
        """Whether whoever sees it now would not see it then."""
        return self.is_shown_now and not self.is_shown_then

    @property
    def is_gained(self) -> bool:
        """Whether it would be shown again to whom it is hidden now."""
        return self.is_shown_then and not self.is_shown_now


def changes(now: Policy, then: Policy, on: date, *, client_id: UUID | None = None) -> Iterator[list[Change]]:
    """The lines that would change on a day, a lot at a time: six queries a lot, however many lines are in it."""
    touched = touched_by(now, then, on)
    if touched is None:
        return
    rows = looked_at(on).filter(touched).order_by("id")
    if client_id is not None:
        rows = rows.filter(involvement__client_id=client_id)
    last: UUID | None = None
    while lot := list(rows.filter(id__gt=last)[:A_LOT] if last else rows[:A_LOT]):
        found = _changed(lot, now, then, on)
        if found:
            yield found
        last = lot[-1].id


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
    if mine.sensitive.consent_days != other.sensitive.consent_days:
        kept = sorted(now.kept_close | then.kept_close)
        touched.append(~Q(**{f"{_TYPE}sensitivity": STANDARD_CLASS}) | Q(**{f"{_TYPE}code__in": kept}))
    if not touched:
        return None
    whole = touched[0]
    for one in touched[1:]:
        whole |= one
    return whole


def is_shown(row: Any, policy: Policy, on: date) -> bool:
    """Whether a live publication shows its line to the agencies it names: the policies' rule, for a row in hand."""
    service_type = row.involvement.service.service_type
    is_standard = policy.class_of(service_type.code, service_type.sensitivity) == STANDARD_CLASS
    return row.basis in policy.in_force(on) and (is_standard or row.visibility == Visibility.NAMED_ONLY)


def _differs(mine: Basis | None, other: Basis | None) -> bool:
    """Whether a publication's decision can differ: a review that comes sooner alone changes no decision."""
    if mine is None or other is None:
        return mine is not other
    return mine.fields != other.fields


def _changed(lot: list[Any], now: Policy, then: Policy, on: date) -> list[Change]:
    agencies = agencies_now(lot)
    found = []
    for row in lot:
        known = agencies[row.id]
        stands = still_stands(row, decide_again(row, policy=then, on=on, agencies=known))
        is_asked_anew = not stands and still_stands(row, decide_again(row, policy=now, on=on, agencies=known))
        shown_now = is_shown(row, now, on)
        # What would not be permitted again shows nothing new, though what shows it today may go on as it is.
        shown_then = is_shown(row, then, on) and (stands or (shown_now and not is_asked_anew))
        if shown_now != shown_then or is_asked_anew:
            found.append(Change(row, shown_now, shown_then, is_asked_anew))
    return found
