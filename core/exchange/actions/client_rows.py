"""Clients of a roster into a council, a chunk at a time: the person, their lines, contacts and coming visits.

Nothing is published: an import brings no consent. Each open line waits for its conversation, seen by its own
practitioner and their manager alone, with a reminder. One event is written for each thing made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from core import clock
from core.audit.actions import event_of, record_many
from core.audit.models import Event
from core.consent.decision import decide
from core.consent.policy import Policy
from core.consent.request import Action, Actor, Request
from core.directory.models import Service
from core.exchange.actions.directory_rows import DirectoryWork, WrittenDirectory
from core.exchange.roster.planning import PlannedPerson, PlannedRow
from core.network.choices import EndReason, PublicationEnd, Source
from core.network.models import Involvement, Publication, Reminder
from core.people.identity import NHS, Identity
from core.people.keys import derive_keys
from core.people.models import Client, ClientIdentifier
from core.people.records import NHS_NUMBER
from core.visits.actions.contacts import LONGEST_AGO
from core.visits.models import Contact, Visit

LONGEST_ADDRESS: Final = 200


@dataclass(frozen=True, slots=True)
class PersonRows:
    """One person with the rows about them that are not taken yet. `made` is None for somebody listed already."""

    key: str
    rows: tuple[PlannedRow, ...]
    made: PlannedPerson | None


@dataclass(frozen=True, slots=True)
class Context:
    """What stays the same through an import: the day, the policy, the directory."""

    work: DirectoryWork
    on: date
    policy: Policy
    directory: WrittenDirectory


@dataclass
class WrittenChunk:
    """What a chunk wrote: the client of each person, the line of each involvement key, and how much of each kind."""

    clients: dict[str, UUID] = field(default_factory=dict)
    lines: dict[str, UUID] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)


@dataclass
class _Chunk:
    """The rows to write, gathered and written at once."""

    clients: list[Client] = field(default_factory=list)
    identifiers: list[ClientIdentifier] = field(default_factory=list)
    lines: list[Involvement] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ended: list[Involvement] = field(default_factory=list)
    confirmed: list[Involvement] = field(default_factory=list)


def write_people(people: Sequence[PersonRows], context: Context) -> WrittenChunk:
    """Write a chunk of people and all their rows. The caller's transaction holds all of it, or nothing."""
    chunk, done = _Chunk(), WrittenChunk()
    known = _known_lines([UUID(one.key) for one in people if one.made is None])
    numbers = _known_numbers([UUID(one.key) for one in people if one.made is None])
    for person in people:
        client_id = _client(person, context, chunk)
        done.clients[person.key] = client_id
        _identifiers(person, client_id, numbers, context, chunk)
        by_line: dict[str, list[PlannedRow]] = defaultdict(list)
        for row in person.rows:
            by_line[row.involvement].append(row)
        for key, rows in by_line.items():
            line = _line(client_id, rows, known, context, chunk)
            done.lines[key] = line.id
            _contacts_and_visits(line, rows, known, context, chunk)
    _write(chunk)
    done.written.update(
        {
            "clients": len(chunk.clients),
            "involvements": len(chunk.lines),
            "contacts": len(chunk.contacts),
            "visits": len(chunk.visits),
            "involvements ended": len(chunk.ended),
        }
    )
    return done


# The person


def _client(person: PersonRows, context: Context, chunk: _Chunk) -> UUID:
    if person.made is None:
        return UUID(person.key)
    client = _new_client(person.made.identity, context)
    chunk.clients.append(client)
    chunk.events.append(event_of("people.client.created", by=context.work.by, subject=client, client_id=client.id))
    return client.id


def _new_client(identity: Identity, context: Context) -> Client:
    by, age = context.work.by, identity.approximate_age if identity.birth_date is None else None
    client = Client(
        given_name=identity.given,
        middle_names=identity.middle,
        family_name=identity.family,
        known_as=identity.known_as,
        former_family_name=identity.former_family,
        birth_date=identity.birth_date,
        age_from=age.youngest if age else None,
        age_to=age.oldest if age else None,
        age_noted_on=context.work.moved(age.as_of) if age else None,
        address=identity.address[:LONGEST_ADDRESS],
        postcode=identity.postcode,
        phone=identity.phone,
        created_at=clock.now(),
        created_by_id=by.id if by else None,
    )
    derive_keys(client)
    return client


def _known_numbers(client_ids: Sequence[UUID]) -> set[tuple[UUID, str]]:
    if not client_ids:
        return set()
    return set(ClientIdentifier.objects.filter(client_id__in=client_ids).values_list("client_id", "kind"))


def _identifiers(
    person: PersonRows, client_id: UUID, known: set[tuple[UUID, str]], context: Context, chunk: _Chunk
) -> None:
    """The numbers that rows give, where the law lets the agency of such a row keep them here."""
    for row in person.rows:
        for scheme, value in row.row.identity.identifiers.items() if row.row else ():
            kind = NHS_NUMBER if scheme == NHS else scheme
            service = service_of(row, context.directory)
            if (client_id, kind) in known or service is None or not _may_keep(kind, service, context):
                continue
            known.add((client_id, kind))
            number = ClientIdentifier(client_id=client_id, kind=kind, value=value)
            chunk.identifiers.append(number)
            chunk.events.append(
                event_of("people.identifier.set", by=context.work.by, subject=number, client_id=client_id)
            )


def _may_keep(kind: str, service: Service, context: Context) -> bool:
    actor = Actor(agency=str(service.agency_id), status=frozenset(service.statuses))
    request = Request(on=context.on, action=Action.SET_IDENTIFIER, actor=actor, identifier=kind)
    return decide(context.policy, request).is_permitted


# Their lines


@dataclass
class _KnownLines:
    """What the chunk's listed clients have already."""

    lines: dict[UUID, list[Involvement]] = field(default_factory=lambda: defaultdict(list))
    contacts: set[tuple[UUID, date, str]] = field(default_factory=set)
    visits: set[tuple[UUID, date, object]] = field(default_factory=set)


def _known_lines(client_ids: Sequence[UUID]) -> _KnownLines:
    known = _KnownLines()
    if not client_ids:
        return known
    for line in Involvement.objects.filter(client_id__in=client_ids).order_by("started_on", "id"):
        known.lines[line.client_id].append(line)
    contacts = Contact.objects.filter(client_id__in=client_ids, removed_at=None)
    known.contacts.update(contacts.values_list("involvement_id", "on", "kind"))
    visits = Visit.objects.filter(client_id__in=client_ids, cancelled_at=None)
    known.visits.update(visits.values_list("involvement_id", "on", "starts_at"))
    return known


def service_of(row: PlannedRow, directory: WrittenDirectory) -> Service | None:
    """The service that a row means, or None where it could not be made."""
    from_name = row.agency.name if row.agency else ""
    agency = directory.agency(from_name)
    return directory.services.get((agency.id, row.service_type)) if agency else None


def _line(
    client_id: UUID, rows: Sequence[PlannedRow], known: _KnownLines, context: Context, chunk: _Chunk
) -> Involvement:
    """The involvement of these rows: the one that is there, brought up to date, or a new one."""
    first = rows[0]
    service, worker = service_of(first, context.directory), first.worker
    assert service is not None and worker is not None and first.row is not None  # noqa: S101, PT018  # the plan says so
    card = context.directory.practitioners[worker.file, worker.number]
    started = first.row.started_on + context.work.moved_by
    ends = [row.row.ended_on for row in rows if row.row]
    ended = None if None in ends else context.work.moved(max(end for end in ends if end))
    same = [line for line in known.lines[client_id] if (line.service_id, line.practitioner_id) == (service.id, card)]
    found = next((line for line in same if line.started_on == started), None)
    if found is None and ended is None:
        found = next((line for line in same if line.ended_on is None), None)
    if found is not None:
        if found.ended_on is None and ended is not None and found.started_on <= ended:
            _end(found, ended, context, chunk)
        return found
    line = Involvement(
        client_id=client_id,
        service=service,
        practitioner_id=card,
        started_on=started,
        ended_on=ended,
        end_reason=EndReason.ENDED_ELSEWHERE if ended else "",
        ended_at=clock.now() if ended else None,
        confirmed_on=min(max([started, *_contact_days(rows, context)]), context.on),
        source=Source.IMPORT,
        created_at=clock.now(),
    )
    known.lines[client_id].append(line)
    chunk.lines.append(line)
    chunk.events.append(event_of("network.member.imported", by=context.work.by, subject=line, client_id=client_id))
    if ended is None:
        due = context.on + timedelta(days=context.policy.rules.conversation.reminder_days)
        chunk.reminders.append(Reminder(involvement=line, due_on=due))
    return line


def _end(line: Involvement, ended: date, context: Context, chunk: _Chunk) -> None:
    line.ended_on, line.end_reason, line.ended_at = ended, EndReason.ENDED_ELSEWHERE, clock.now()
    line.version += 1
    chunk.ended.append(line)
    chunk.events.append(event_of("network.member.ended", by=context.work.by, subject=line, client_id=line.client_id))


def _contact_days(rows: Iterable[PlannedRow], context: Context) -> list[date]:
    """Days of contact as they are kept: none that has not come, none older than a practitioner could log."""
    days = (day + context.work.moved_by for row in rows if row.row for day in row.row.contacts)
    return sorted({day for day in days if context.on - LONGEST_AGO <= day <= context.on})


def _contacts_and_visits(
    line: Involvement, rows: Sequence[PlannedRow], known: _KnownLines, context: Context, chunk: _Chunk
) -> None:
    by = context.work.by
    kind = context.work.mappings[rows[0].file].contact_kind
    days = _contact_days(rows, context)
    for day in days:
        if (line.id, day, kind) in known.contacts:
            continue
        known.contacts.add((line.id, day, kind))
        contact = Contact(client_id=line.client_id, involvement=line, on=day, kind=kind, created_at=clock.now())
        chunk.contacts.append(contact)
        chunk.events.append(event_of("visits.contact.logged", by=by, subject=contact, client_id=line.client_id))
    if days and days[-1] > line.confirmed_on:
        line.confirmed_on = days[-1]
        line.version += 1
        chunk.confirmed.append(line)
    for row in rows if line.ended_on is None else ():
        planned = row.row.next_visit if row.row else None
        on = context.work.moved(planned.on) if planned else None
        if planned is None or on is None or on < context.on or (line.id, on, planned.at) in known.visits:
            continue
        known.visits.add((line.id, on, planned.at))
        visit = Visit(client_id=line.client_id, involvement=line, on=on, starts_at=planned.at, created_at=clock.now())
        chunk.visits.append(visit)
        chunk.events.append(event_of("visits.visit.planned", by=by, subject=visit, client_id=line.client_id))


def _write(chunk: _Chunk) -> None:
    Client.objects.bulk_create(chunk.clients)
    ClientIdentifier.objects.bulk_create(chunk.identifiers)
    Involvement.objects.bulk_create(chunk.lines)
    Reminder.objects.bulk_create(chunk.reminders)
    Contact.objects.bulk_create(chunk.contacts)
    Visit.objects.bulk_create(chunk.visits)
    if chunk.ended:
        Involvement.objects.bulk_update(chunk.ended, ["ended_on", "end_reason", "ended_at", "version"])
        Publication.objects.filter(involvement__in=chunk.ended, ended_at=None).update(
            ended_at=clock.now(), end_reason=PublicationEnd.INVOLVEMENT_ENDED
        )
    if chunk.confirmed:
        Involvement.objects.bulk_update(chunk.confirmed, ["confirmed_on", "version"])
    record_many(chunk.events)
