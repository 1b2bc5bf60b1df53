"""Reads about releases on offer: what each would change in this council, and what adopting it would come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.consent.actions_policy import offered_types, present_tightening
from core.consent.models import PolicyDraft
from core.consent.own_words import words_by_path
from core.consent.pack import Pack
from core.consent.pack_changes import AREAS, PackChanges, pack_changes
from core.consent.packs_in_use import is_signed_off, pack_to_go_on_with, pack_with
from core.consent.policy import Tightening
from core.consent.policy_moving import moved_to, stays_signed, stricter_of
from core.council.errors import NotHere
from core.council.furnishing import Furnishing, FurnishingInvalid, entries_offered, parse_furnishing
from core.council.models import ReleaseOffer
from core.council.policy_words import all_told
from core.directory.models import ServiceType
from tenants.context import CouncilRef, require_current
from tenants.models import Council


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer with its answer."""

    id: UUID
    kind: str
    title: str
    version: str
    received_at: datetime
    state: str
    decided_at: datetime | None

    @property
    def is_offered(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == ReleaseOffer.State.OFFERED.value


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing that reads otherwise: what it is, what it says now, what it would say."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedArea:
    """What changes in one area, under a heading."""

    title: str
    lines: tuple[Differing, ...]


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One offer: what changes, in words, and what adopting it comes to. `problem` says why it can't be adopted now.

    `pack` and `tightening` are what the draft would be for; `template` what would be on offer at once.
    """

    offer: OfferLine
    notes: str
    pack: Pack
    tightening: Tightening
    template: Furnishing | None
    brings_draft: bool
    added: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    routes_added: tuple[str, ...] = ()
    routes_removed: tuple[str, ...] = ()
    areas: tuple[ChangedArea, ...] = ()
    stricter: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()
    problem: str = ""

    @property
    def changes_nothing(self) -> bool:
        """Whether the council has all of it already."""
        told = (self.added, self.withdrawn, self.routes_added, self.routes_removed, self.areas, self.stricter)
        return not any(told)


def offers_page() -> tuple[OfferLine, ...]:
    """Every offer, newest first. One query."""
    return tuple(_line(row) for row in ReleaseOffer.objects.defer("content", "notes").order_by("-received_at"))


def offer_page(offer_id: UUID) -> OfferPage:
    """One offer. Raises NotHere. Four queries."""
    row = ReleaseOffer.objects.filter(id=offer_id).first()
    if row is None:
        raise NotHere
    return _pack_page(row) if row.kind == ReleaseOffer.Kind.PACK else _template_page(row)


def _pack_page(row: ReleaseOffer) -> OfferPage:
    council = require_current()
    now, ours = pack_to_go_on_with(), present_tightening()
    then = pack_with(row.slug, row.checksum)
    if row.slug != council.pack_id or then is None:
        wrong = (
            _("This is a law pack of another jurisdiction.")
            if row.slug != council.pack_id
            else _("This deployment does not hold that version of the law pack yet. It can be adopted once it does.")
        )
        return OfferPage(_line(row), row.notes, now, ours, None, brings_draft=False, problem=wrong)
    moved = moved_to(then, ours, before=now, types=offered_types())
    found = pack_changes(now, then)
    return OfferPage(
        offer=_line(row),
        notes=row.notes,
        pack=then,
        tightening=moved.tightening,
        template=None,
        brings_draft=True,
        routes_added=tuple(then.wording.routes.get(code, code) for code in found.bases_added),
        routes_removed=tuple(now.wording.routes.get(code, code) for code in found.bases_removed),
        areas=_areas(found, then),
        left_behind=moved.dropped,
        problem=_problem(then, council, is_same=then.checksum == now.checksum, brings_draft=True),
    )


def _template_page(row: ReleaseOffer) -> OfferPage:
    council = require_current()
    pack, ours = pack_to_go_on_with(), present_tightening()
    try:
        template = parse_furnishing(row.content, pack)
    except FurnishingInvalid as invalid:
        problem = " ".join([_("This template does not fit this council."), *invalid.problems])
        return OfferPage(_line(row), row.notes, pack, ours, None, brings_draft=False, problem=problem)
    types = {one.code: one for one in ServiceType.objects.all()}
    labels = {code: entry.offered[pack.id].label for code, entry in entries_offered(pack).items()}
    labels |= {code: one.label for code, one in types.items()}
    on_offer = {code for code, one in types.items() if one.is_offered}
    joined = stays_signed(stricter_of(ours, template.tightening), ours, pack)
    before = set(all_told(pack, ours, labels))
    roles = tuple(
        Differing(labels[code], ", ".join(types[code].typical_roles), ", ".join(titles))
        for code, titles in template.roles.items()
        if code in types and tuple(types[code].typical_roles) != titles
    )
    words = _words_changed(pack, ours, joined)
    return OfferPage(
        offer=_line(row),
        notes=row.notes,
        pack=pack,
        tightening=joined,
        template=template,
        brings_draft=joined != ours,
        added=tuple(sorted(labels[code] for code in set(template.service_types) - on_offer)),
        withdrawn=tuple(sorted(labels[code] for code in on_offer - set(template.service_types))),
        areas=tuple(area for area in (ChangedArea(_("Words"), words), ChangedArea(_("Roles"), roles)) if area.lines),
        stricter=tuple(told for told in all_told(pack, _without_words(joined), labels) if told not in before),
        problem=_problem(pack, council, is_same=False, brings_draft=joined != ours),
    )


def _problem(pack: Pack, council: CouncilRef, *, is_same: bool, brings_draft: bool) -> str:
    if is_same:
        return _("This council decides by this version already.")
    if not brings_draft:
        return ""
    if council.state == Council.State.LIVE and not is_signed_off(pack, council):
        return _("The legal review of this version is not signed off, so a live council can't adopt it yet.")
    if PolicyDraft.objects.exists():
        return _("A policy is being prepared already. Publish that draft or throw it away first, then adopt this.")
    return ""


def _words_changed(pack: Pack, ours: Tightening, joined: Tightening) -> tuple[Differing, ...]:
    theirs = words_by_path(pack)
    return tuple(
        Differing(_place(path), ours.wording.get(path, theirs.get(path, "")), text)
        for path, text in sorted(joined.wording.items())
        if ours.wording.get(path, theirs.get(path, "")) != text
    )


def _areas(found: PackChanges, then: Pack) -> tuple[ChangedArea, ...]:
    titles = {
        "bases": _("Routes"),
        "periods": _("Periods"),
        "sensitive": _("Sensitive services, shields and limited sight"),
        "residency": _("Where data may be kept"),
        "fields": _("What is asked and recorded"),
        "words": _("Words of the conversation, leaflets and terms"),
        "other": _("Everything else"),
    }
    return tuple(
        ChangedArea(
            titles[area],
            tuple(
                Differing(_place(".".join(one.path), then), one.before or _("nothing"), one.after or _("nothing"))
                for one in found.of(area)
            ),
        )
        for area in AREAS
        if found.of(area)
    )


def _place(path: str, pack: Pack | None = None) -> str:
    """Where in a pack: its path without dots, a route by its words."""
    parts = path.split(".")
    if pack is not None and parts[0] == "bases":
        for basis in pack.bases:
            if path.startswith(f"bases.{basis.code}."):
                rest = path.removeprefix(f"bases.{basis.code}.").replace("_", " ").replace(".", ", ")
                return f"{pack.wording.routes.get(basis.code, basis.code)}: {rest}"
    return ", ".join(part.replace("_", " ") for part in parts)


def _without_words(tighter: Tightening) -> Tightening:
    return replace(tighter, wording={})


def _line(row: ReleaseOffer) -> OfferLine:
    return OfferLine(row.id, row.kind, row.title, row.version, row.received_at, row.state, row.decided_at)
