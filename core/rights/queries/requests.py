"""Requests with their clocks: one as it stands, the officer's queue, and finding whom a letter is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q

from core import clock
from core.audit.actions import record_sight, refuse
from core.consent.pack import Pack
from core.consent.packs_in_use import policy_in_force
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from core.network.officers import Officer
from core.network.policies import require_open
from core.network.queries.show import ClientIdentity, client_identity
from core.people.models import Client
from core.people.queries import record_of
from core.people.records import ClientRecord
from core.rights.choices import Answer, AnswerReason, AskedBy, ExtensionReason, PersonsView, RequestState, Wish
from core.rights.clocks import extensions_left
from core.rights.errors import RequestNotFound
from core.rights.models import RightsRequest
from core.rights.policies import conflicts_of, handled_by
from core.rights.wishes import Offer, offers, right_of

A_PAGE = 100
SOON: Final = 7
"""Days before the last one on which the officer is told."""


@dataclass(frozen=True, slots=True)
class MoreTime:
    """An extension that the law still allows: how long, in the pack's words, and on which ground."""

    key: str
    number: int
    unit: str
    ground: str


@dataclass(frozen=True, slots=True)
class RequestShown:
    """One request as it stands, with ready answers."""

    id: UUID
    client_id: UUID
    client: str
    born: date | None
    wish: Wish
    law: str
    asked_by: AskedBy
    received_on: date
    identity_proved_on: date | None
    clarification_asked_on: date | None
    clarified_on: date | None
    starts_on: date | None
    due_on: date | None
    extended_to: date | None
    extension_reason: str
    acknowledged_on: date | None
    persons_view: PersonsView
    persons_view_on: date | None
    state: RequestState
    answer: str
    answer_reason: str
    answered_on: date | None
    taken_in_by: str
    version: int
    answer_by: date | None
    days_left: int | None
    waits_for: str
    more_time: tuple[MoreTime, ...]
    today: date

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.state == RequestState.OPEN

    @property
    def is_by_another(self) -> bool:
        """Whether somebody else asks than the person."""
        return self.asked_by != AskedBy.SELF

    @property
    def may_make_pack(self) -> bool:
        """Whether everything is known that has to be before anything is given."""
        is_asked = not self.is_by_another or self.persons_view != PersonsView.NOT_ASKED
        return self.wish == Wish.ACCESS and self.identity_proved_on is not None and is_asked

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed."""
        return self.days_left is not None and self.days_left < 0

    @property
    def is_soon(self) -> bool:
        """Whether the last day is near."""
        return self.days_left is not None and 0 <= self.days_left <= SOON


@dataclass(frozen=True, slots=True)
class Queue:
    """The officer's requests: the open ones, what is due first on top, and those answered last."""

    open: tuple[RequestShown, ...]
    closed: tuple[RequestShown, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody a letter may be about."""

    id: UUID
    name: str
    born: date | None
    address: str
    is_closed: bool


def offers_today() -> tuple[Offer, ...]:
    """What can be asked for under the pack in force today."""
    today = clock.today()
    return offers(policy_in_force(today).rules, today)


def intake_for(viewer: Viewer, client_id: UUID) -> ClientIdentity:
    """Who the client is, for taking a request in. Raises network's ClientNotFound."""
    return client_identity(require_open(viewer, client_id))


def intake_by(officer: Officer, client_id: UUID) -> ClientIdentity:
    """The same for an officer, who may take one in about anybody listed: the sight is recorded. RequestNotFound."""
    row = Client.objects.filter(id=client_id, removed_at=None).exclude(id__in=conflicts_of(officer.id)).first()
    if row is None:
        refuse("rights.request.refused", by=officer, reason="not_found", subject_id=client_id)
        raise RequestNotFound
    record_sight("rights.client.picked", by=officer, client_id=client_id)
    return client_identity(row)


def find_by_letter(officer: Officer, *, given_name: str, family_name: str, birth_date: date) -> tuple[Found, ...]:
    """Who a letter is about: the whole name and the exact birth date, archived and shielded people included.

    There is no browsing: a part of a name finds nobody. What was found is recorded.
    """
    given = Q(given_name__iexact=given_name.strip()) | Q(known_as__iexact=given_name.strip())
    family = Q(family_name__iexact=family_name.strip()) | Q(former_family_name__iexact=family_name.strip())
    rows = (
        Client.objects.filter(given, family, birth_date=birth_date, removed_at=None)
        .exclude(id__in=conflicts_of(officer.id))
        .order_by("family_name", "given_name", "id")[:20]
    )
    found = tuple(
        Found(one.id, f"{one.family_name.upper()}, {one.given_name}", one.birth_date, one.address, _is_closed(one))
        for one in rows
    )
    record_sight("rights.clients.found", by=officer, detail={"clients": [str(one.id) for one in found]})
    return found


def queue_for(officer: Officer) -> Queue:
    """The officer's requests. Four queries; the sight is recorded."""
    waiting = handled_by(officer.id).filter(state=RequestState.OPEN).select_related("client")
    done = handled_by(officer.id).exclude(state=RequestState.OPEN).select_related("client")
    pack, today = policy_in_force(clock.today()).rules, clock.today()
    open_rows = [_shown(row, pack, today, {}) for row in waiting[:A_PAGE]]
    closed = [_shown(row, pack, today, {}) for row in done.order_by("-answered_on", "-taken_in_at")[:25]]
    listed = sorted({str(one.client_id) for one in (*open_rows, *closed)})
    record_sight("rights.requests.listed", by=officer, detail={"clients": listed})
    return Queue(tuple(sorted(open_rows, key=_first_due)), tuple(closed))


def request_for(officer: Officer, request_id: UUID) -> RequestShown:
    """One request. Raises RequestNotFound; the sight is recorded."""
    row = handled_by(officer.id).select_related("client").filter(id=request_id).first()
    if row is None:
        refuse("rights.request.refused", by=officer, reason="not_found", subject_id=request_id)
        raise RequestNotFound
    record_sight("rights.request.opened", by=officer, client_id=row.client_id, subject=row)
    names = {card.id: card.full_name for card in Practitioner.objects.filter(id=row.taken_in_by_id)}
    today = clock.today()
    return _shown(row, policy_in_force(today).rules, today, names)


def details_held(officer: Officer, request_id: UUID) -> tuple[RequestShown, ClientRecord, str]:
    """A request with the client's details, and the country they are written for. Raises RequestNotFound."""
    page = request_for(officer, request_id)
    country = policy_in_force(clock.today()).rules.jurisdiction.split("-")[0]
    return page, record_of(Client.objects.get(id=page.client_id)), country


def _shown(row: RightsRequest, pack: Pack, today: date, names: dict[UUID, str]) -> RequestShown:
    right = right_of(pack, row.right_code)
    is_running = row.state == RequestState.OPEN and row.answer_by is not None
    is_met = row.wish == Wish.COMPLAINT and row.acknowledged_on is not None
    used = [str(one["ground"]) for one in row.extensions]
    can_extend = right is not None and is_running and row.answer_by is not None and today <= row.answer_by
    return RequestShown(
        id=row.id,
        client_id=row.client_id,
        client=f"{row.client.family_name.upper()}, {row.client.given_name}",
        born=row.client.birth_date,
        wish=Wish(row.wish),
        law=right.source if right else "",
        asked_by=AskedBy(row.asked_by),
        received_on=row.received_on,
        identity_proved_on=row.identity_proved_on,
        clarification_asked_on=row.clarification_asked_on,
        clarified_on=row.clarified_on,
        starts_on=row.starts_on,
        due_on=row.due_on,
        extended_to=row.extended_to,
        extension_reason=str(ExtensionReason(row.extension_reason).label) if row.extension_reason else "",
        acknowledged_on=row.acknowledged_on,
        persons_view=PersonsView(row.persons_view),
        persons_view_on=row.persons_view_on,
        state=RequestState(row.state),
        answer=str(Answer(row.answer).label) if row.answer else "",
        answer_reason=str(AnswerReason(row.answer_reason).label) if row.answer_reason else "",
        answered_on=row.answered_on,
        taken_in_by=names.get(row.taken_in_by_id, ""),
        version=row.version,
        answer_by=row.answer_by,
        days_left=(row.answer_by - today).days if is_running and row.answer_by and not is_met else None,
        waits_for=_waits_for(row, has_right=right is not None),
        more_time=tuple(
            MoreTime(str(number), one.period.number, one.period.count, one.ground)
            for number, one in enumerate(extensions_left(right, used))
        )
        if right is not None and can_extend
        else (),
        today=today,
    )


def _waits_for(row: RightsRequest, *, has_right: bool) -> str:
    """What keeps the clock from starting: `identity`, `clarity`, or nothing."""
    if not has_right or row.starts_on is not None:
        return ""
    return "identity" if row.identity_proved_on is None else "clarity"


def _is_closed(client: Client) -> bool:
    return client.closed_on is not None


def _first_due(one: RequestShown) -> tuple[date, date]:
    return (date.max if one.days_left is None else one.answer_by or date.max, one.received_on)
