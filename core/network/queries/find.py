"""Finding clients: who may be found by whom, decided by the policy's `search`, and what a list of them shows.

A shielded person is not there: a search for one runs the same statements and gives the same page as a search for
nobody. The one exception is the law's: whoever types every field by which the pack lets a shielded person be found, and
none other, reads that the details are protected, and whom to ask; otherwise they would list the child a second time,
without the shield. Where the policy's search is closed, one finds one's own clients and those one is invited to; of
anybody else only that there is a network, and only when enough was typed to mean that person alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Final
from uuid import UUID

from core import clock
from core.audit.actions import record_sight, refuse
from core.consent.decision import decide
from core.consent.pack import ISSUER_ONLY, Employment, Pack, SearchMode
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import Action, Actor, ClientFacts, Request
from core.consent.verdict import Reason, Visibility
from core.directory.viewers import Viewer
from core.network.errors import AgreementMissing, MayNotSearch, NotCleared
from core.network.policies import standing_of
from core.network.policies.limited import may_open_shielded
from core.people import names
from core.people.choices import Shield
from core.people.identity import spoken
from core.people.parsing import ParsedSearch, parse_search
from core.people.queries import Reach, candidates, recent_clients
from core.people.ranking import MOST_SHOWN, Ranked, fits_exactly, rank
from core.people.records import ClientRecord

SEARCHED: Final = "people.client.searched"
RECENT_LISTED: Final = "people.client.recent_listed"
MOST_SUGGESTED = 6

_REFUSALS: Final = {Reason.ACTOR_NOT_CLEARED: NotCleared, Reason.AGENCY_AGREEMENT_MISSING: AgreementMissing}


@dataclass(frozen=True, slots=True)
class FoundClient:
    """One line of a list of clients. `place` is filled only where names and birth dates do not tell two apart.

    `is_match_only`: there is a network, and the line says no more than what was typed. `is_protected`: a shielded
    person; the line says no more than what was typed, and leads nowhere, or where `may_see_briefly` to limited sight.
    """

    id: UUID
    name: str
    born: str
    place: str
    is_yours: bool
    is_match_only: bool
    is_protected: bool = False
    may_see_briefly: bool = False
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What a search shows. `add_name` and `add_born` are what was typed of somebody who is not listed."""

    text: str
    results: tuple[FoundClient, ...]
    has_more: bool
    is_empty: bool
    is_closed: bool
    problems: tuple[str, ...]
    add_name: str
    add_born: str

    @property
    def count(self) -> int:
        """How many lines the list has."""
        return len(self.results)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may find in this council now: the policy, and their own clients among all (`mine`, `team`)."""

    viewer: Viewer
    policy: Policy
    reach: Reach
    mine: frozenset[UUID]
    today: date

    @property
    def rules(self) -> Pack:
        """The pack as this council applies it."""
        return self.policy.rules

    @property
    def country(self) -> str:
        """Two letters, for phones and postcodes."""
        return country_of(self.policy)

    @property
    def is_closed(self) -> bool:
        """Whether others' clients are found by a match alone."""
        return self.reach.only_own


def search_clients(viewer: Viewer, text: str, *, limit: int = MOST_SHOWN) -> SearchPage:
    """The clients that fit what was typed, as this viewer may find them, in three statements; the sight is recorded.

    Raises NotCleared, AgreementMissing or MayNotSearch; the refusal is recorded. What was typed is never recorded.
    """
    today = clock.today()
    policy = policy_in_force(today)
    parsed = parse_search(text, country=country_of(policy), today=today, kinds=searchable_kinds(viewer, policy))
    sight = sight_of(viewer, typed=parsed.fields)
    ranked = rank(parsed, candidates(parsed, sight.reach), today=sight.today)
    shown = _shown(sight, parsed, ranked)
    listed = shown[:limit]
    record_sight(
        SEARCHED,
        by=viewer,
        detail={"fields": list(parsed.fields), "listed": [str(line.id) for line in listed]},
    )
    return SearchPage(
        text=text,
        results=listed,
        has_more=len(shown) > limit,
        is_empty=parsed.is_empty,
        is_closed=sight.is_closed,
        problems=parsed.problems,
        add_name=parsed.name,
        add_born=spoken(parsed.birth_date) if parsed.birth_date else "",
    )


def parsed_for(viewer: Viewer, text: str) -> ParsedSearch:
    """What was typed, taken apart as `search_clients` does: for filling a form with it. One statement."""
    policy = policy_in_force(clock.today())
    return parse_search(text, country=country_of(policy), today=clock.today(), kinds=searchable_kinds(viewer, policy))


def recent_for(viewer: Viewer) -> tuple[FoundClient, ...]:
    """The clients this viewer opened last, as far as they may still be found; the sight is recorded."""
    sight = sight_of(viewer)
    recent = recent_clients(viewer.user_id)
    records = [
        one
        for one in recent
        if one.id not in sight.reach.without and (not sight.is_closed or one.id in sight.reach.own)
    ]
    found = tuple(_line(sight, Ranked(record, 1.0, ()), with_place=False) for record in records)
    if found:
        record_sight(RECENT_LISTED, by=viewer, detail={"listed": [str(line.id) for line in found]})
    return found


def sight_of(viewer: Viewer, *, typed: tuple[str, ...] = ()) -> Sight:
    """Whom this viewer may find by the fields `typed`, by the procedure's answer to `search`, in two statements.

    Raises NotCleared, AgreementMissing or MayNotSearch; the refusal is recorded.
    """
    today = clock.today()
    policy = policy_in_force(today)
    shields, protected = _require_search(viewer, policy, today, typed)
    is_closed = policy.rules.search_mode is SearchMode.CLOSED
    standing = standing_of(viewer, with_clients=True)
    own = standing.own | standing.invited | (standing.team if is_closed else frozenset())
    reach = Reach(shields, own, only_own=is_closed, protected=protected, without=standing.conflicts)
    return Sight(viewer, policy, reach, standing.own, today)


def _require_search(
    viewer: Viewer, policy: Policy, today: date, typed: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The shield levels whose people may be listed, and those of whom only name and broker may be told.

    For the latter the procedure's permit is not enough: only every searchable field together means one person alone.
    """
    listed, protected = [], []
    is_whole = set(typed) == set(policy.rules.shield.searchable_fields)
    for level in Shield.values:
        request = Request(
            on=today,
            action=Action.SEARCH,
            actor=searcher(viewer),
            client=ClientFacts(shield=level),
            search_fields=typed,
        )
        decision = decide(policy, request)
        if decision.is_permitted and decision.visibility is Visibility.DEMOGRAPHICS_ONLY:
            listed.append(level)
        elif decision.is_permitted and is_whole:
            protected.append(level)
        elif level == Shield.NONE:
            refuse(SEARCHED, by=viewer, reason=decision.reason)
            raise _REFUSALS.get(decision.reason, MayNotSearch)
    return tuple(listed), tuple(protected)


def searcher(viewer: Viewer) -> Actor:
    """The viewer with all their services' statuses together: a search is not made for one of them."""
    statuses: frozenset[str] = reduce(
        frozenset.union, (frozenset(one.statuses) for one in viewer.services), frozenset()
    )
    return Actor(
        agency=str(viewer.agency_id),
        status=statuses,
        employment=Employment(viewer.employment),
        checks_ok=viewer.is_cleared,
        dsa=viewer.has_agreement,
    )


def searchable_kinds(viewer: Viewer, policy: Policy) -> frozenset[str]:
    """The identifiers one may search by: those one may be shown."""
    return frozenset(one.code for one in policy.rules.identifiers if may_see_identifier(viewer, policy, one.code))


def may_see_identifier(viewer: Viewer, policy: Policy, kind: str) -> bool:
    """Whether an identifier of this kind may be shown to this viewer: not prohibited, and for a status of theirs."""
    identifier = policy.rules.identifier(kind)
    request = Request(on=clock.today(), action=Action.SET_IDENTIFIER, actor=searcher(viewer), identifier=kind)
    if identifier is None or not decide(policy, request).is_permitted or ISSUER_ONLY in identifier.show_to:
        return False
    return not identifier.show_to or bool(searcher(viewer).status.intersection(identifier.show_to))


def country_of(policy: Policy) -> str:
    """The pack's country in two letters (ISO 3166-1)."""
    return policy.rules.jurisdiction.split("-")[0]


def _shown(sight: Sight, parsed: ParsedSearch, ranked: Iterable[Ranked]) -> tuple[FoundClient, ...]:
    """The lines of the list: full ones for those whom this viewer may find, one match at most for a stranger."""
    ranked = tuple(ranked)
    protected = [one.record for one in ranked if one.record.shield not in sight.reach.shields]
    unshielded = [one for one in ranked if one.record.shield in sight.reach.shields]
    known = [one for one in unshielded if not sight.is_closed or one.record.id in sight.reach.own]
    strangers = [one.record for one in unshielded if sight.is_closed and one.record.id not in sight.reach.own]
    alike = Counter(_called(one.record) for one in known)
    lines = [
        _line(
            sight,
            one,
            with_place=alike[_called(one.record)] > 1 or one.record.details.birth_date is None,
        )
        for one in known
    ]
    meant = [record for record in strangers if fits_exactly(parsed, record)]
    if len(meant) == 1:
        lines.append(_as_typed(meant[0], parsed))
    # Two shielded people of one name and birth date are one line: how many there are is never told.
    meant = [record for record in protected if fits_exactly(parsed, record)][:1]
    lines += [
        replace(_as_typed(one, parsed, is_protected=True), may_see_briefly=may_open_shielded(sight.viewer))
        for one in meant
    ]
    return tuple(lines)


def _called(record: ClientRecord) -> tuple[str, str]:
    return names.fold(record.details.given_name), names.fold(record.details.family_name)


def _line(sight: Sight, one: Ranked, *, with_place: bool) -> FoundClient:
    record = one.record
    return FoundClient(
        id=record.id,
        name=record.listed_name,
        born=record.born_words(sight.today),
        place=record.place if with_place else "",
        is_yours=record.id in sight.mine,
        is_match_only=False,
        because=one.because,
    )


def _as_typed(record: ClientRecord, parsed: ParsedSearch, *, is_protected: bool = False) -> FoundClient:
    """There is a network, or a protected person: said in the words that were typed, for nothing else may be told."""
    return FoundClient(
        id=record.id,
        name=parsed.name,
        born=f"Born {spoken(parsed.birth_date)}" if parsed.birth_date else "",
        place="",
        is_yours=False,
        is_match_only=not is_protected,
        is_protected=is_protected,
    )
