"""Reads of releases: what was released to whom, which councils may be offered one, and who is where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from console.choices import CouncilState, ProposalKind, ReleaseKind
from console.errors import NotThere
from console.models import Council, Deployment, Offer, Proposal, Release
from console.said import HeldPack, packs_of

AT_WORK: Final = (CouncilState.TRAINING, CouncilState.LIVE, CouncilState.SUSPENDED)
MOST_COLUMNS: Final = 8


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One release in the list, with how many councils are in which state."""

    id: UUID
    kind: str
    kind_label: str
    ref: str
    title: str
    made_by: str
    made_at: datetime
    released_at: datetime | None
    is_proposed: bool
    is_being_fetched: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A council that a release may be offered to; `why_not` says why it can't be, empty where it can."""

    id: UUID
    name: str
    deployment: str
    why_not: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """What one council did with a release."""

    council_id: UUID
    council: str
    state: str
    state_label: str
    offered_at: datetime
    changed_at: datetime | None

    @property
    def since(self) -> datetime:
        """Since when it is in this state."""
        return self.changed_at or self.offered_at


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """One release: what it holds, to whom it was offered, and to whom it may be."""

    line: ReleaseLine
    notes: str
    content: Mapping[str, Any]
    checksum: str
    fetch: Mapping[str, Any]
    offers: tuple[OfferLine, ...]
    candidates: tuple[Candidate, ...]
    proposal_id: UUID | None

    @property
    def may_propose(self) -> bool:
        """Whether it is complete, and nobody decides about it now."""
        return bool(self.checksum) and self.proposal_id is None and any(not one.why_not for one in self.candidates)


@dataclass(frozen=True, slots=True)
class WhereRow:
    """One council in the matrix: the pack version of its policy, and its state for each release shown."""

    council_id: UUID
    council: str
    policy_version: str
    cells: tuple[OfferLine | None, ...]


@dataclass(frozen=True, slots=True)
class WherePage:
    """Who is where: councils by releases."""

    releases: tuple[ReleaseLine, ...]
    rows: tuple[WhereRow, ...]


def releases() -> tuple[ReleaseLine, ...]:
    """Every release, the newest first. Three statements."""
    rows = list(Release.objects.select_related("made_by").order_by("-made_at")[:200])
    counts: dict[UUID, Counter[str]] = {row.id: Counter() for row in rows}
    for release_id, state in Offer.objects.filter(release__in=rows).values_list("release_id", "state"):
        counts[release_id][state] += 1
    proposed = _proposed()
    return tuple(_line(row, counts[row.id], is_proposed=row.id in proposed) for row in rows)


def release_page(release_id: UUID) -> ReleasePage:
    """One release. Five statements. Raises NotThere."""
    row = release_of(release_id)
    offers = list(Offer.objects.select_related("council").filter(release=row).order_by("council__name"))
    proposed = _proposed().get(row.id)
    fetch = dict(row.content.get("from") or {}) if not row.checksum else {}
    return ReleasePage(
        line=_line(row, Counter(one.state for one in offers), is_proposed=proposed is not None),
        notes=row.notes,
        content={} if fetch else row.content,
        checksum=row.checksum,
        fetch=fetch,
        offers=tuple(_offer(one) for one in offers),
        candidates=candidates_for(row, frozenset(one.council_id for one in offers if one.state != Offer.State.FAILED)),
        proposal_id=proposed,
    )


def release_of(release_id: UUID) -> Release:
    """The row itself. Raises NotThere."""
    found = Release.objects.select_related("made_by").filter(id=release_id).first()
    if found is None:
        raise NotThere(_("There is no such release."))
    return found


def candidates_for(release: Release, offered: frozenset[UUID]) -> tuple[Candidate, ...]:
    """Every council at work, with why it can't be offered this release where it can't. One statement."""
    councils = Council.objects.select_related("deployment").filter(state__in=AT_WORK).order_by("name")
    return tuple(
        Candidate(one.id, one.name, one.deployment.name, why_not(release, one, is_offered=one.id in offered))
        for one in councils
    )


def why_not(release: Release, council: Council, *, is_offered: bool) -> str:
    """Why a council can't be offered a release; empty where it can."""
    if is_offered:
        return _("It was offered this already")
    if council.state == CouncilState.SUSPENDED:
        return _("It is suspended: read only")
    if release.kind != ReleaseKind.PACK:
        return ""
    if council.pack_id != release.slug:
        return _("It is under another law pack: %(pack)s") % {"pack": council.pack_id}
    held = {pack.checksum for pack in packs_of(council.deployment.said)}
    if release.checksum not in held:
        return _("Its deployment, %(name)s, does not hold this version yet") % {"name": council.deployment.name}
    return ""


def packs_held() -> dict[str, tuple[HeldPack, tuple[str, ...]]]:
    """Every pack version that some deployment holds, by its checksum, with the names of those that do."""
    found: dict[str, tuple[HeldPack, tuple[str, ...]]] = {}
    for deployment in Deployment.objects.order_by("name"):
        for pack in packs_of(deployment.said):
            _pack, names = found.get(pack.checksum, (pack, ()))
            found[pack.checksum] = (pack, (*names, deployment.name))
    return found


def who_is_where(*, kind: str = "", state: str = "") -> WherePage:
    """Councils by the newest releases of a kind; with a state, only councils that are in it."""
    rows = Release.objects.select_related("made_by").filter(released_at__isnull=False)
    of_kind = rows.filter(kind=kind) if kind in ReleaseKind.values else rows
    shown = list(of_kind.order_by("-released_at")[:MOST_COLUMNS])
    councils = Council.objects.exclude(state__in=(CouncilState.DELETED, CouncilState.PREPARING)).order_by("name")
    offers = {
        (one.council_id, one.release_id): _offer(one)
        for one in Offer.objects.select_related("council").filter(release__in=shown)
    }
    table = [
        WhereRow(
            council_id=council.id,
            council=council.name,
            policy_version=str((council.said.get("facts") or {}).get("policy_pack_version") or ""),
            cells=tuple(offers.get((council.id, release.id)) for release in shown),
        )
        for council in councils
    ]
    if state:
        table = [row for row in table if any((cell.state if cell else "none") == state for cell in row.cells)]
    counts: dict[UUID, Counter[str]] = {row.id: Counter() for row in shown}
    for (_council_id, release_id), one in offers.items():
        counts[release_id][one.state] += 1
    return WherePage(tuple(_line(row, counts[row.id], is_proposed=False) for row in shown), tuple(table))


def _proposed() -> dict[UUID, UUID]:
    """The releases about which a second operator has to decide, with the proposal."""
    rows = Proposal.objects.filter(kind=ProposalKind.RELEASE, decision=Proposal.Decision.OPEN)
    return dict(rows.values_list("subject_id", "id"))


def _line(row: Release, counts: Mapping[str, int], *, is_proposed: bool) -> ReleaseLine:
    return ReleaseLine(
        id=row.id,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        ref=f"{row.slug}@{row.version}",
        title=row.title,
        made_by=row.made_by.name,
        made_at=row.made_at,
        released_at=row.released_at,
        is_proposed=is_proposed,
        is_being_fetched=not row.checksum,
        counts=dict(counts),
    )


def _offer(one: Offer) -> OfferLine:
    return OfferLine(
        council_id=one.council_id,
        council=one.council.name,
        state=one.state,
        state_label=one.get_state_display(),
        offered_at=one.offered_at,
        changed_at=one.changed_at,
    )
