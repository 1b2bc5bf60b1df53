"""Reads for the policy's pages: the dated history, a draft by sections, and the policies that a rehearsal compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.consent.errors import PolicyNotFound, PolicyUnusable
from core.consent.models import PolicyCancellation, PolicyDraft, PolicyVersion
from core.consent.pack import Pack
from core.consent.packs_in_use import (
    is_signed_off,
    pack_of,
    pack_of_draft,
    policy_in_force,
    policy_of,
    policy_or_nothing,
)
from core.consent.policy import Policy, Tightening, starting_policy, tightening_from
from core.council.named_people import naming_somebody
from core.council.policy_words import SECTIONS, all_told, section_default, section_title, told
from core.directory.models import Practitioner, ServiceType
from tenants.context import require_current
from tenants.models import Council


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version: `state` is in_force, to_come, past or cancelled."""

    id: UUID
    state: str
    effective_from: date
    made_at: datetime
    made_by: str
    pack: str
    sentences: tuple[str, ...]

    @property
    def may_cancel(self) -> bool:
        """Only what has not started can be taken back."""
        return self.state == "to_come"


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """The policy of this council: what holds, what comes, what was. `problem` says why none can be applied."""

    pack: Pack
    is_signed_off: bool
    is_live: bool
    problem: str
    starting: tuple[str, ...]
    versions: tuple[VersionLine, ...]
    draft_id: UUID | None

    @property
    def has_version_in_force(self) -> bool:
        """Whether one of the versions holds today; if not, the law pack does, as a council starts with it."""
        return any(one.state == "in_force" for one in self.versions)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a draft in sentences; `default` says what holds where there are none."""

    slug: str
    title: str
    sentences: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A service type of this council's catalogue."""

    code: str
    label: str
    sensitivity: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft, and all that its editor needs."""

    id: UUID
    version: int
    updated_at: datetime
    rehearsed_at: datetime | None
    pack: Pack
    tightening: Tightening
    types: tuple[TypeLine, ...]
    sections: tuple[Section, ...]
    unsigned: tuple[tuple[str, str], ...]

    @property
    def policy(self) -> Policy:
        """The draft as a policy."""
        return Policy(self.pack, self.tightening)

    @property
    def labels(self) -> dict[str, str]:
        """The service types' names by code."""
        return {one.code: one.label for one in self.types}

    def section(self, slug: str) -> Section:
        """One section. Raises PolicyNotFound."""
        found = next((one for one in self.sections if one.slug == slug), None)
        if found is None:
            raise PolicyNotFound
        return found


def policy_page(*, names_people: bool = True) -> PolicyPage:
    """The history, newest day first. An operator is not told who published what, nor own words that name somebody.

    Six queries, and for an operator two more in place of one.
    """
    council, today = require_current(), clock.today()
    pack = pack_of(council)
    labels = _labels()
    rows = list(PolicyVersion.objects.order_by("-effective_from", "-created_at"))
    cancelled = set(PolicyCancellation.objects.values_list("policy_version_id", flat=True))
    makers = _names(row.created_by_id for row in rows) if names_people else {}
    unnamed = _("somebody without a contact card") if names_people else _("this council")
    kept_back: AbstractSet[str] = frozenset() if names_people else naming_somebody(_own_words(rows))
    problem = ""
    try:
        policy_in_force(today)
    except PolicyUnusable as unusable:
        problem = str(unusable)
    states = _states(rows, cancelled, today)
    return PolicyPage(
        pack=pack,
        is_signed_off=is_signed_off(pack, council),
        is_live=council.state == Council.State.LIVE,
        problem=problem,
        starting=all_told(pack, starting_policy(pack).tightening, labels),
        versions=tuple(
            VersionLine(
                id=row.id,
                state=states[row.id],
                effective_from=row.effective_from,
                made_at=row.created_at,
                made_by=makers.get(row.created_by_id, unnamed),
                pack=f"{row.pack_id}@{row.pack_version}",
                sentences=_sentences(row, pack, labels, kept_back),
            )
            for row in rows
        ),
        draft_id=PolicyDraft.objects.order_by("created_at").values_list("id", flat=True).first(),
    )


def draft_page(draft_id: UUID) -> DraftPage:
    """A draft by its sections. Raises PolicyNotFound. Two queries."""
    draft = PolicyDraft.objects.filter(id=draft_id).first()
    if draft is None:
        raise PolicyNotFound
    pack, tightening = pack_of_draft(draft), tightening_from(draft.tightening)
    types = tuple(
        TypeLine(code, label, sensitivity)
        for code, label, sensitivity in ServiceType.objects.filter(is_offered=True)
        .order_by("label")
        .values_list("code", "label", "sensitivity")
    )
    said = told(pack, tightening, {one.code: one.label for one in types})
    return DraftPage(
        id=draft.id,
        version=draft.version,
        updated_at=draft.updated_at,
        rehearsed_at=draft.rehearsed_at,
        pack=pack,
        tightening=tightening,
        types=types,
        sections=tuple(Section(slug, section_title(slug), said[slug], section_default(slug)) for slug in SECTIONS),
        unsigned=tuple(
            (code, pack.wording.routes.get(code, code))
            for code in pack.conversation.off_until_signed
            if code not in tightening.bases_signed
        ),
    )


def to_compare(draft: DraftPage, on: date) -> tuple[Policy, Policy]:
    """The policy that would hold on a day without the draft, and the draft."""
    return policy_or_nothing(on), draft.policy


def _states(rows: list[PolicyVersion], cancelled: set[UUID], today: date) -> dict[UUID, str]:
    started = [row for row in rows if row.id not in cancelled and row.effective_from <= today]
    in_force = started[0].id if started else None
    found = {}
    for row in rows:
        if row.id in cancelled:
            found[row.id] = "cancelled"
        elif row.id == in_force:
            found[row.id] = "in_force"
        else:
            found[row.id] = "to_come" if row.effective_from > today else "past"
    return found


def _own_words(rows: Iterable[PolicyVersion]) -> Iterator[str]:
    for row in rows:
        words = row.tightening.get("wording")
        yield from map(str, words.values() if isinstance(words, dict) else ())


def _sentences(row: PolicyVersion, pack: Pack, labels: dict[str, str], kept_back: AbstractSet[str]) -> tuple[str, ...]:
    # What a version of a pack that is not here any more tightened is said in the words of the pack as it is now.
    with suppress(PolicyUnusable):
        pack = policy_of(row).pack
    try:
        tighter = tightening_from(row.tightening)
    except ValueError as damage:
        return (str(damage),)
    hidden = _("words that name somebody, which are not shown here")
    words = {path: hidden if text in kept_back else text for path, text in tighter.wording.items()}
    return all_told(pack, replace(tighter, wording=words), labels)


def _labels() -> dict[str, str]:
    return dict(ServiceType.objects.values_list("code", "label"))


def _names(user_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    cards = Practitioner.objects.filter(user_id__in={one for one in user_ids if one})
    return {card.user_id: card.full_name for card in cards}
