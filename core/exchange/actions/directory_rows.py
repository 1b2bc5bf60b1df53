"""The agencies and practitioners of a roster into the council's directory.

What is there stays as it is: a card belongs to the practitioner, an agency to the council. Added is what is missing;
a newer sharing agreement is taken over, and whoever has left loses all access.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password

from core.accounts.actions.sessions import end_all_sessions
from core.accounts.choices import Role
from core.accounts.models import User
from core.audit.actions import Actor, event_of, record_many
from core.audit.models import Event
from core.directory.catalogue import load_catalogue
from core.directory.choices import AgencyKind
from core.directory.models import Agency, Membership, Practitioner, Service, ServiceType
from core.exchange.roster.directory import AgencyRow, WorkerRow
from core.exchange.roster.mapping import MappingMistake, RosterMapping
from core.exchange.roster.planning import DirectoryPlan
from core.people.names import fold
from tenants.context import CouncilRef
from tenants.models import Council

LONGEST_AGENCY_NAME: Final = 120
LONGEST_ADDRESS: Final = 254

WorkerKey = tuple[str, int]
"""A row of the staff file: its file and number."""


@dataclass
class WrittenDirectory:
    """Where each agency, service and practitioner of the roster now stands; `refused` says why a row could not be."""

    agencies: dict[str, Agency] = field(default_factory=dict)
    services: dict[tuple[UUID, str], Service] = field(default_factory=dict)
    practitioners: dict[WorkerKey, UUID] = field(default_factory=dict)
    added: set[WorkerKey] = field(default_factory=set)
    refused: dict[WorkerKey, str] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)
    events: list[Event] = field(default_factory=list)

    def agency(self, name: str) -> Agency | None:
        """The agency of that name, capitals, accents and spaces apart."""
        return self.agencies.get(fold(name))


@dataclass(frozen=True, slots=True)
class DirectoryWork:
    """What one import knows while it writes the directory. Dates of the files stand `moved_by` later here."""

    council: CouncilRef
    mappings: Mapping[str, RosterMapping]
    today: date
    moved_by: timedelta
    by: Actor | None
    settled: frozenset[WorkerKey]

    def moved(self, day: date | None) -> date | None:
        """A day of the files as it is kept."""
        return day + self.moved_by if day else None


def check_words(mappings: Iterable[RosterMapping]) -> None:
    """Raises MappingMistake where a mapping names a role or a kind of agency that there is not."""
    for mapping in mappings:
        for word, roles in mapping.roles.items():
            unknown = sorted(set(roles) - (set(Role.values) - {Role.SUPPORT.value}))
            if unknown:
                raise MappingMistake(f"{mapping.file}: “{unknown[0]}”, given for “{word}” in [roles], is no role.")
        for word, kind in mapping.kinds.items():
            if kind not in AgencyKind.values:
                raise MappingMistake(f"{mapping.file}: “{kind}”, given for “{word}” in [kinds], is no kind of agency.")


def write_directory(plan: DirectoryPlan, work: DirectoryWork) -> WrittenDirectory:
    """Add what the roster names and the council lacks, with one event for each thing."""
    done = WrittenDirectory()
    _add_service_types(done, work)
    _add_agencies(done, plan.directory.agencies, work)
    _add_services(done, plan, work)
    _add_practitioners(done, plan.directory.workers, work)
    _add_memberships(done, plan, work)
    record_many(done.events)
    return done


def _add_service_types(done: WrittenDirectory, work: DirectoryWork) -> None:
    """Everything that the council's jurisdiction offers, in its words."""
    known = set(ServiceType.objects.values_list("code", flat=True))
    missing = [
        ServiceType(
            code=entry.code,
            label=entry.offered[work.council.pack_id].label,
            sensitivity=entry.sensitivity_class,
            typical_roles=list(entry.offered[work.council.pack_id].roles),
            suggested_statuses=list(entry.offered[work.council.pack_id].statuses),
            freshness_days=entry.freshness_days,
        )
        for entry in load_catalogue()
        if work.council.pack_id in entry.offered and entry.code not in known
    ]
    ServiceType.objects.bulk_create(missing)
    _note(done, work, "directory.service_type.added", missing, "service types")


def _add_agencies(done: WrittenDirectory, rows: Sequence[AgencyRow], work: DirectoryWork) -> None:
    done.agencies = {fold(agency.name): agency for agency in Agency.objects.order_by("id")}
    missing = []
    for row in rows:
        if len(row.name) > LONGEST_AGENCY_NAME:
            done.refused[row.file, row.number] = f"The agency's name is longer than {LONGEST_AGENCY_NAME} characters."
            continue
        found = done.agency(row.name)
        if found is not None:
            _renew_agreement(done, found, row, work)
            continue
        kind = work.mappings[row.file].kinds.get(row.kind.lower(), AgencyKind.OTHER.value)
        agency = Agency(
            name=row.name,
            kind=kind,
            phone=row.phone,
            agreement_signed_on=work.moved(row.signed_on),
            agreement_expires_on=work.moved(row.expires_on),
        )
        done.agencies[fold(row.name)] = agency
        done.added.add((row.file, row.number))
        missing.append(agency)
    Agency.objects.bulk_create(missing)
    _note(done, work, "directory.agency.added", missing, "agencies")


def _renew_agreement(done: WrittenDirectory, agency: Agency, row: AgencyRow, work: DirectoryWork) -> None:
    """A row not taken before, with an agreement signed later than the one kept, brings the newer one."""
    signed = work.moved(row.signed_on)
    is_newer = signed and (agency.agreement_signed_on is None or signed > agency.agreement_signed_on)
    if not is_newer or (row.file, row.number) in work.settled:
        return
    agency.agreement_signed_on, agency.agreement_expires_on = signed, work.moved(row.expires_on)
    agency.save(update_fields=["agreement_signed_on", "agreement_expires_on"])
    _note(done, work, "directory.agreement.renewed", [agency], "newer agreements")


def _add_services(done: WrittenDirectory, plan: DirectoryPlan, work: DirectoryWork) -> None:
    """What agencies, practitioners and rows say that an agency offers.

    Which statuses in law a service has is its information-governance lead's to confirm; only a training council takes
    the suggested ones.
    """
    types = {entry.code: entry for entry in ServiceType.objects.all()}
    known = Service.objects.select_related("service_type").all()
    done.services = {(service.agency_id, service.service_type.code): service for service in known}
    is_training = work.council.state == Council.State.TRAINING
    wanted = [(agency.name, code) for agency in plan.directory.agencies for code in agency.service_types]
    wanted += [(worker.agency, worker.service_type) for worker in plan.directory.workers]
    wanted += [(row.agency.name, row.service_type) for row in plan.rows if row.agency]
    missing = []
    for name, code in dict.fromkeys(wanted):
        agency, kind = done.agency(name), types.get(code)
        if agency is None or kind is None or (agency.id, code) in done.services:
            continue
        statuses = list(kind.suggested_statuses) if is_training else []
        service = Service(agency=agency, service_type=kind, statuses=statuses)
        done.services[agency.id, code] = service
        missing.append(service)
    Service.objects.bulk_create(missing)
    _note(done, work, "directory.service.added", missing, "services")


def _add_practitioners(done: WrittenDirectory, rows: Sequence[WorkerRow], work: DirectoryWork) -> None:
    cards = _Cards(Practitioner.objects.select_related("user").order_by("id"))
    users = {user.email.lower(): user for user in User.objects.all()}
    new_users: list[User] = []
    missing: list[Practitioner] = []
    for row in rows:
        key = (row.file, row.number)
        agency = done.agency(row.agency)
        if agency is None:
            done.refused[key] = f"“{row.agency[:60]}” is not in the list of agencies."
            continue
        if row.service_type and (agency.id, row.service_type) not in done.services:
            done.refused[key] = f"“{row.service_type[:60]}” is no type of service that this council offers."
            continue
        card = cards.of(row, agency.id)
        if card is None:
            card = _new_card(row, agency, work)
            if card.email and card.left_on is None:
                card.user = users.get(card.email) or _new_user(row, work, new_users)
            done.added.add(key)
            missing.append(card)
            cards.add(card)
        else:
            _note_leaving(done, card, row, work)
        done.practitioners[key] = card.id
    User.objects.bulk_create(new_users)
    _note(done, work, "accounts.account.made", new_users, "accounts")
    Practitioner.objects.bulk_create(missing)
    _note(done, work, "directory.practitioner.added", missing, "practitioners")


class _Cards:
    """The council's cards, found by address, else by name within the agency; each stands for one row at most."""

    def __init__(self, cards: Iterable[Practitioner]) -> None:
        self._by_email: dict[str, Practitioner] = {}
        self._by_name: dict[tuple[UUID, str], list[Practitioner]] = {}
        for card in cards:
            for address in {card.email.lower(), card.user.email.lower() if card.user else ""} - {""}:
                self._by_email.setdefault(address, card)
            self._by_name.setdefault((card.agency_id, fold(card.full_name)), []).append(card)

    def add(self, card: Practitioner) -> None:
        """Take in a card that is being made: another row with its address means the same person."""
        if card.email:
            self._by_email.setdefault(card.email, card)

    def of(self, row: WorkerRow, agency_id: UUID) -> Practitioner | None:
        """The card of a row's practitioner, or None where they have none yet."""
        if row.email in self._by_email:
            return self._by_email[row.email]
        same = self._by_name.get((agency_id, fold(f"{row.given} {row.family}")), [])
        fitting = [card for card in same if not (row.email and card.email)]
        fitting.sort(key=lambda card: card.mobile != row.mobile)
        if fitting:
            same.remove(fitting[0])
            return fitting[0]
        return None


def _address(row: WorkerRow) -> str:
    return row.email if len(row.email) <= LONGEST_ADDRESS else ""


def _new_card(row: WorkerRow, agency: Agency, work: DirectoryWork) -> Practitioner:
    return Practitioner(
        agency=agency,
        given_name=row.given,
        family_name=row.family,
        job_title=row.job_title[:100],
        mobile=row.mobile,
        desk_phone=row.phone,
        email=_address(row),
        left_on=work.moved(row.leaving_on) if row.has_left(work.today) else None,
    )


def _new_user(row: WorkerRow, work: DirectoryWork, new_users: list[User]) -> User:
    """An account that nobody can sign in to before they were invited and chose a password and a second factor."""
    roles = work.mappings[row.file].roles.get(row.role.lower()) or (Role.PRACTITIONER.value,)
    user = User(email=row.email, roles=list(roles), password=make_password(None))
    new_users.append(user)
    return user


def _note_leaving(done: WrittenDirectory, card: Practitioner, row: WorkerRow, work: DirectoryWork) -> None:
    if not row.has_left(work.today) or card.left_on is not None:
        return
    card.left_on = work.moved(row.leaving_on)
    card.version += 1
    card.save(update_fields=["left_on", "version", "updated_at"])
    _note(done, work, "directory.practitioner.left", [card], "leavers")
    if card.user is not None and card.user.is_active:
        card.user.is_active = False
        card.user.save(update_fields=["is_active"])
        end_all_sessions(user=card.user)
        _note(done, work, "accounts.account.closed", [card.user], "accounts closed")


def _add_memberships(done: WrittenDirectory, plan: DirectoryPlan, work: DirectoryWork) -> None:
    """Whoever the files name with a service works in it; managers answer for their own."""
    wanted: dict[tuple[UUID, UUID], bool] = {}
    for worker in plan.directory.workers:
        roles = work.mappings[worker.file].roles.get(worker.role.lower(), ())
        _want(wanted, done, worker, worker.agency, worker.service_type, is_manager=Role.MANAGER.value in roles)
    for row in plan.rows:
        if row.worker and row.agency:
            _want(wanted, done, row.worker, row.agency.name, row.service_type, is_manager=False)
    known = set(Membership.objects.values_list("practitioner_id", "service_id"))
    Membership.objects.bulk_create(
        Membership(practitioner_id=card, service_id=service, is_manager=is_manager)
        for (card, service), is_manager in wanted.items()
        if (card, service) not in known
    )


def _want(
    wanted: dict[tuple[UUID, UUID], bool],
    done: WrittenDirectory,
    worker: WorkerRow,
    agency_name: str,
    code: str,
    *,
    is_manager: bool,
) -> None:
    agency = done.agency(agency_name)
    service = done.services.get((agency.id, code)) if agency else None
    card = done.practitioners.get((worker.file, worker.number))
    if card and service:
        wanted[card, service.id] = wanted.get((card, service.id), False) or is_manager


def _note(
    done: WrittenDirectory,
    work: DirectoryWork,
    slug: str,
    made: Sequence[ServiceType] | Sequence[Agency] | Sequence[Service] | Sequence[User] | Sequence[Practitioner],
    what: str,
) -> None:
    done.events.extend(event_of(slug, by=work.by, subject=one) for one in made)
    done.written[what] += len(made)
