"""The access pack: everything held about a person, in words, as far as who asks may have it.

The person's own request gets everything. For anybody else confidential services are left out, and with them whatever
would tell of one: who looked, talked or noted something for such a service; and where the person lives or can be
reached. The pack says the same whether there was something to leave out or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from core import clock
from core.audit.choices import Outcome as EventOutcome
from core.audit.models import Event
from core.consent.models import Conversation
from core.consent.pack import STANDARD_CLASS, Pack
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.wording import QuestionSlug
from core.directory.models import Membership, Practitioner, Service
from core.network.choices import EndReason, PublicationEnd, Visibility, WithdrawalScope
from core.network.models import Involvement, Publication, Withdrawal
from core.people.models import Client, ClientIdentifier
from core.people.queries import record_of
from core.rights.choices import DeletionRule
from core.rights.models import DutyRecord
from core.rights.periods import Periods, periods_of
from core.rights.queries.due import born_by
from core.rights.queries.duties import DutyShown, shown
from ui.filters import long_date

MOST_LOOKS: Final = 5000


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing held to tell the person from others."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class LineHeld:
    """One service that supports or supported the person."""

    name: str
    role: str
    agency: str
    service: str
    phone: str
    started_on: date
    ended_on: date | None
    end_reason: str
    confirmed_on: date
    shown_to: str
    basis: str
    shown_until: date | None


@dataclass(frozen=True, slots=True)
class TalkHeld:
    """One conversation that was recorded."""

    on: date
    by: str
    with_whom: str
    outcome: str
    wording: str


@dataclass(frozen=True, slots=True)
class Look:
    """One time somebody saw the record."""

    at: datetime
    name: str
    role: str
    agency: str
    what: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How long something is kept, and until when where that is known."""

    label: str
    rule: str
    until: date | None


@dataclass(frozen=True, slots=True)
class AccessPack:
    """A whole pack, with who made it, when, and for whom."""

    council: str
    made_at: datetime
    made_by: str
    asked_by: str
    received_on: date
    is_standard_only: bool
    details: tuple[Detail, ...]
    lines: tuple[LineHeld, ...]
    talks: tuple[TalkHeld, ...]
    looks: tuple[Look, ...]
    notes: tuple[DutyShown, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a pack holds, before it is stamped."""

    details: tuple[Detail, ...]
    lines: tuple[LineHeld, ...]
    talks: tuple[TalkHeld, ...]
    looks: tuple[Look, ...]
    notes: tuple[DutyShown, ...]
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Lines, people and agencies that would tell of a confidential service. All empty for the person themselves."""

    is_for_others: bool = False
    lines: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()
    agencies: frozenset[UUID] = frozenset()


def contents_of(client: Client, *, standard_only: bool) -> Contents:
    """Everything held about a client; with `standard_only`, without confidential services and what tells of them."""
    policy = policy_in_force(clock.today())
    rows = _lines(client.id)
    left_out = _left_out(rows, policy) if standard_only else _LeftOut()
    return Contents(
        details=tuple(_details(client, standard_only=standard_only)),
        lines=tuple(_line(row, policy.pack) for row in rows if row.id not in left_out.lines),
        talks=_talks(client.id, policy.pack, left_out),
        looks=_looks(client.id, left_out),
        notes=_notes(client.id, left_out),
        kept=tuple(_kept(client, periods_of(policy.rules.retention))),
    )


def _lines(client_id: UUID) -> list[Any]:
    last = Publication.objects.filter(involvement_id=OuterRef("pk")).order_by("-published_at")
    told = JSONObject(
        basis="basis", visibility="visibility", review_by="review_by", end_reason="end_reason", ended_at="ended_at"
    )
    return list(
        Involvement.objects.filter(client_id=client_id)
        .select_related("practitioner", "service__agency", "service__service_type")
        .annotate(published=Subquery(last.values(told=told)[:1]))
        .order_by("-started_on", "id")
    )


def _left_out(rows: list[Any], policy: Policy) -> _LeftOut:
    """A line stays where its service is an ordinary one, shown to the whole network and never taken back.

    Whoever works in a sensitive service is left out too, whatever they did: that they looked could tell of it.
    """
    hidden = [row for row in rows if not _is_ordinary(row, policy)]
    stays = {row.service.agency_id for row in rows if _is_ordinary(row, policy)}
    sensitive = ~Q(service_type__sensitivity=STANDARD_CLASS) | Q(service_type__code__in=policy.kept_close)
    services = list(Service.objects.filter(sensitive).values_list("id", "agency_id"))
    people = set(
        Membership.objects.filter(service_id__in=[one[0] for one in services]).values_list("practitioner_id", flat=True)
    )
    agencies = {row.service.agency_id for row in hidden} | {one[1] for one in services}
    return _LeftOut(
        is_for_others=True,
        lines=frozenset(row.id for row in hidden),
        people=frozenset(people | {row.practitioner_id for row in hidden}),
        agencies=frozenset(agencies - stays),
    )


def _is_ordinary(row: Any, policy: Policy) -> bool:
    kind, published = row.service.service_type, row.published
    return (
        policy.class_of(kind.code, kind.sensitivity) == STANDARD_CLASS
        and published is not None
        and published["visibility"] == Visibility.NETWORK
        and published["end_reason"] != PublicationEnd.WITHDRAWN
    )


def _details(client: Client, *, standard_only: bool) -> Iterable[Detail]:
    record = record_of(client)
    kept = record.details
    yield Detail("Name", " ".join(part for part in (kept.given_name, kept.middle_names, kept.family_name) if part))
    named = (("Known as", kept.known_as), ("Former surname", kept.former_family_name))
    yield from (Detail(label, value) for label, value in named if value)
    yield Detail("Birth date or age", record.born_words(clock.today()) or "Not known")
    if standard_only:
        return
    reached = (("Address", kept.address), ("Postcode", kept.postcode), ("Phone", kept.phone))
    yield from (Detail(label, value) for label, value in reached if value)
    numbers = ClientIdentifier.objects.filter(client=client).order_by("kind").values_list("kind", "value")
    yield from (Detail(kind.replace("_", " ").capitalize(), value) for kind, value in numbers)
    yield Detail("On Patchwork since", long_date(timezone.localdate(client.created_at)))
    if client.closed_on:
        yield Detail("Closed on", long_date(client.closed_on))


def _line(row: Any, pack: Pack) -> LineHeld:
    card, published = row.practitioner, row.published
    is_live = published is not None and published["ended_at"] is None
    return LineHeld(
        name=card.full_name,
        role=card.job_title,
        agency=row.service.agency.name,
        service=row.service.service_type.label,
        phone=card.mobile or card.desk_phone,
        started_on=row.started_on,
        ended_on=row.ended_on,
        end_reason=str(EndReason(row.end_reason).label) if row.end_reason else "",
        confirmed_on=row.confirmed_on,
        shown_to=str(Visibility(published["visibility"]).label) if is_live else "Nobody else now",
        basis=pack.wording.routes.get(published["basis"], published["basis"]) if published else "",
        shown_until=date.fromisoformat(published["review_by"]) if is_live else None,
    )


def _talks(client_id: UUID, pack: Pack, left_out: _LeftOut) -> tuple[TalkHeld, ...]:
    """Conversations, and what was taken back, newest first."""
    talks = list(Conversation.objects.filter(client_id=client_id).exclude(by_id__in=left_out.people))
    taken_back = list(
        Withdrawal.objects.filter(client_id=client_id)
        .exclude(told_to_id__in=left_out.people)
        .exclude(involvement_id__in=left_out.lines)
        .exclude(agency_id__in=left_out.agencies)
    )
    names = _names([*(one.by_id for one in talks), *(one.told_to_id for one in taken_back)])
    whom = {one.value: one.label for one in pack.conversation.question(QuestionSlug.WITH_WHOM).answers}
    said = {one.value: one.label for one in pack.conversation.question(QuestionSlug.OUTCOME).answers}
    found = [
        TalkHeld(one.held_on, names.get(one.by_id, _OFFICER)[0], whom.get(one.with_whom, one.with_whom),
                 said.get(one.outcome, one.outcome), one.material_version)
        for one in talks
    ]  # fmt: skip
    found += [
        TalkHeld(timezone.localdate(one.at), names.get(one.told_to_id, _OFFICER)[0], whom.get(one.said_by, one.said_by),
                 f"Taken back: {WithdrawalScope(one.scope).label}", "")
        for one in taken_back
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.on, reverse=True))


def _looks(client_id: UUID, left_out: _LeftOut) -> tuple[Look, ...]:
    """Who saw the record, newest first; without who can't be named because that would tell of a service.

    Where something is left out, only looks that anybody's work brings are told: an approver's or a broker's would say
    that there is something to approve, or a service that others do not see.
    """
    seen = Event.objects.filter(client_id=client_id, outcome=EventOutcome.SEEN)
    if left_out.is_for_others:
        seen = seen.filter(slug__in=_SEEN)
    events = list(seen.exclude(actor_id__in=left_out.people).order_by("-at")[:MOST_LOOKS])
    names = _names(one.actor_id for one in events if one.actor_id)
    found = []
    for one in events:
        name, role, agency = names.get(one.actor_id, _OFFICER) if one.actor_id else _OFFICER
        found.append(Look(one.at, name, role, agency, _SEEN.get(one.slug, "Saw a part of the record")))
    return tuple(found)


def _notes(client_id: UUID, left_out: _LeftOut) -> tuple[DutyShown, ...]:
    rows = (
        DutyRecord.objects.filter(client_id=client_id)
        .exclude(by_id__in=left_out.people)
        .exclude(agency_id__in=left_out.agencies)
        .order_by("-on", "-recorded_at")
    )
    about_hidden = left_out.lines
    return shown(row for row in rows if row.involvement_id is None or row.involvement_id not in about_hidden)


def _kept(client: Client, periods: Periods) -> Iterable[Kept]:
    """The periods, with their days where they run already."""
    yield Kept("A line that has ended", f"Shown for {periods.visible_after_end_days} days after its end", None)
    idle = f"Closed {periods.closed_client_after_days} days after the last service has ended"
    yield Kept("The record", idle, client.closed_on)
    age = f", and not before the person is {periods.archive_min_age}" if periods.archive_min_age else ""
    rules = {
        DeletionRule.RECORD: f"Deleted {periods.archive_years} years after it was closed{age}",
        DeletionRule.EVIDENCE: f"Deleted {periods.consent_evidence_years} years after the record was closed",
        DeletionRule.AUDIT: f"Deleted {periods.audit_years} years after the record was closed",
    }
    for rule, words in rules.items():
        until = periods.due_on(rule, client.closed_on, born_by(client)) if client.closed_on else None
        yield Kept(str(rule.label), words, until)


def _names(ids: Iterable[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """Name, role and agency of practitioners. One query."""
    cards = Practitioner.objects.select_related("agency").filter(id__in=set(ids))
    return {card.id: (card.full_name, card.job_title, card.agency.name) for card in cards}


_OFFICER: Final = ("An officer of the council", "", "")

_SEEN: Final = {
    "network.client.opened": "Opened the page",
    "network.client.asked_about": "Opened the questions for joining",
    "network.details.opened": "Opened name, birth date and address",
    "rights.duties.listed": "Read what was noted",
    "rights.client.picked": "Opened the record to take a request in",
    "rights.request.opened": "Opened a request about the record",
    "rights.pack.made": "Made a copy for a request",
}
