"""Taking a request in, and each step until its answer: every step is recorded, and moves the clock as the law says."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.choices import Role
from core.audit.actions import Actor, record, refuse
from core.consent.actions import record_decision
from core.consent.deadlines import Count, Extension, Period
from core.consent.decision import decide
from core.consent.packs_in_use import policy_in_force
from core.consent.request import Action, Request
from core.consent.request import Actor as AskingActor
from core.consent.verdict import Verdict
from core.directory.viewers import Viewer
from core.network.actions.alerting import alert, holders
from core.network.officers import Officer
from core.network.policies import standing_of
from core.network.queries.find import searcher
from core.people.actions import change_client
from core.people.records import ClientDetails
from core.rights.choices import Answer, AnswerReason, AskedBy, ExtensionReason, PersonsView, RequestState, Wish
from core.rights.clocks import RECEIPT, due_on, extensions_left, starts_on, working_days
from core.rights.errors import (
    AlreadyAnswered,
    AskThePersonFirst,
    ClockNotRunning,
    DateOutOfOrder,
    NotAllowed,
    NotPossible,
    ProveIdentityFirst,
    ReasonNeeded,
    RequestChanged,
    RequestNotFound,
    TooLateToExtend,
)
from core.rights.models import RightsRequest
from core.rights.policies import handled_by
from core.rights.queries.requests import intake_by, intake_for
from core.rights.wishes import IN_FULL, answers_to, offered, right_of

RECEIVED = "rights.request.received"


@transaction.atomic
def take_in(
    *, client_id: UUID, key: str, asked_by: AskedBy, received_on: date, is_known: bool, by: Viewer | Officer
) -> RightsRequest:
    """Keep a request as it came: what is asked for (a key of `wishes.offers`), by whom, when.

    `is_known`: whoever takes it in knows who asks, so that nothing more has to prove it. A wish to see the record is
    put to the decision procedure. Information-governance officers are told, without a name.
    Raises network's ClientNotFound, RequestNotFound, NotAllowed, DateOutOfOrder.
    """
    client = intake_for(by, client_id) if isinstance(by, Viewer) else intake_by(by, client_id)
    today = clock.today()
    policy = policy_in_force(today)
    offer = offered(policy.rules, received_on, key)
    if offer is None:
        raise NotPossible
    if received_on > today:
        raise DateOutOfOrder
    row = RightsRequest(
        client_id=client.id,
        wish=offer.wish,
        right_code=offer.right.code if offer.right else "",
        asked_by=asked_by,
        received_on=received_on,
        identity_proved_on=received_on if is_known else None,
        taken_in_by_id=by.id,
        taken_in_at=clock.now(),
        pack=policy.pack.ref,
        pack_checksum=policy.pack.checksum,
    )
    if offer.wish == Wish.ACCESS:
        row.decision_id = decide_access(row, by=by)
    _set_clock(row)
    row.save(force_insert=True)
    record(RECEIVED, by=by, subject=row, client_id=client.id, reason=row.wish)
    alert(holders(Role.IG_OFFICER), RECEIVED, detail={"request": str(row.id)}, with_mail=True)
    return row


def decide_access(row: RightsRequest, *, by: Viewer | Officer) -> UUID:
    """Put a wish to see the record to the decision procedure. Answers the decision's id. Raises NotAllowed on a no."""
    policy = policy_in_force(clock.today())
    request = Request(on=clock.today(), action=Action.DATA_SUBJECT_ACCESS, actor=_actor(row, by), by=row.asked_by)
    decision = decide(policy, request)
    made = record_decision(decision, request=request, policy=policy, by=by, client_id=row.client_id)
    if decision.outcome is Verdict.DENY:
        refuse("rights.request.refused", by=by, reason=decision.reason, client_id=row.client_id)
        raise NotAllowed
    return made.id


def _actor(row: RightsRequest, by: Viewer | Officer) -> AskingActor:
    """Whoever handles it: a practitioner with their agency's standing, or the council's own officer."""
    if isinstance(by, Officer):
        return AskingActor(agency="", role=Role.IG_OFFICER.value)
    actor = searcher(by)
    is_related = row.client_id in standing_of(by).conflicts
    return AskingActor(
        agency=actor.agency,
        status=actor.status,
        employment=actor.employment,
        checks_ok=actor.checks_ok,
        dsa=actor.dsa,
        related=is_related,
        involved=True,
    )


@transaction.atomic
def note_identity(*, request_id: UUID, version: int, on: date, by: Officer) -> RightsRequest:
    """Who asks has shown who they are: the clock may start. Raises RequestNotFound, NotPossible."""
    row = _open(request_id, version, by)
    row.identity_proved_on = _day(row, on)
    return _keep(row, "rights.request.identity_proved", by)


@transaction.atomic
def ask_what_is_meant(*, request_id: UUID, version: int, on: date, by: Officer) -> RightsRequest:
    """Who asks was asked what they mean: the clock waits for it, where the law lets it. Raises as above."""
    row = _open(request_id, version, by)
    row.clarification_asked_on, row.clarified_on = _day(row, on), None
    return _keep(row, "rights.request.clarification_asked", by)


@transaction.atomic
def note_what_is_meant(*, request_id: UUID, version: int, on: date, by: Officer) -> RightsRequest:
    """They said what they mean. Raises as above."""
    row = _open(request_id, version, by)
    if row.clarification_asked_on is None or on < row.clarification_asked_on:
        raise DateOutOfOrder
    row.clarified_on = _day(row, on)
    return _keep(row, "rights.request.clarified", by)


@transaction.atomic
def acknowledge(*, request_id: UUID, version: int, on: date, by: Officer) -> RightsRequest:
    """Who complains was told that the complaint has come: its clock is met. Raises as above."""
    row = _open(request_id, version, by)
    row.acknowledged_on = _day(row, on)
    return _keep(row, "rights.request.acknowledged", by)


@transaction.atomic
def note_persons_view(*, request_id: UUID, version: int, view: PersonsView, by: Officer) -> RightsRequest:
    """What the person says of somebody else's asking. Raises RequestNotFound, NotPossible."""
    row = _open(request_id, version, by)
    row.persons_view, row.persons_view_on = view, clock.today()
    return _keep(row, "rights.request.person_asked", by, reason=view)


@transaction.atomic
def extend(*, request_id: UUID, version: int, number: int, reason: ExtensionReason, by: Officer) -> RightsRequest:
    """Take more time, by one of the extensions the law still allows, before the first time is over.

    Raises RequestNotFound, RequestChanged, ClockNotRunning, TooLateToExtend.
    """
    row = _open(request_id, version, by)
    rules = policy_in_force(clock.today()).rules
    right = right_of(rules, row.right_code)
    if right is None or row.answer_by is None:
        raise ClockNotRunning
    left = extensions_left(right, [str(one["ground"]) for one in row.extensions])
    if not 0 <= number < len(left) or clock.today() > row.answer_by:
        raise TooLateToExtend
    chosen = left[number]
    row.extensions = [
        *row.extensions,
        {"ground": chosen.ground, "number": chosen.period.number, "count": chosen.period.count.value,
         "on": clock.today().isoformat()},
    ]  # fmt: skip
    row.extension_reason = reason
    return _keep(row, "rights.request.extended", by, reason=reason)


@transaction.atomic
def answer(
    *, request_id: UUID, version: int, answer: Answer, reason: AnswerReason | None, by: Officer
) -> RightsRequest:
    """Answer a request, with a reason where it is not met in full.

    Raises RequestNotFound, RequestChanged, AlreadyAnswered, AskThePersonFirst, ProveIdentityFirst, ReasonNeeded.
    """
    row = _open(request_id, version, by)
    if answer not in answers_to(row.wish):
        raise NotPossible
    is_refused = answer == Answer.REFUSED
    if row.is_by_another and row.wish == Wish.ACCESS and row.persons_view == PersonsView.NOT_ASKED and not is_refused:
        raise AskThePersonFirst
    right = right_of(policy_in_force(clock.today()).rules, row.right_code)
    if right is not None and right.starts != RECEIPT and row.identity_proved_on is None and not is_refused:
        raise ProveIdentityFirst
    if answer not in IN_FULL and reason is None:
        raise ReasonNeeded
    row.state, row.answer, row.answered_on, row.answered_by_id = RequestState.ANSWERED, answer, clock.today(), by.id
    row.answer_reason = "" if answer in IN_FULL else reason or ""
    return _keep(row, "rights.request.answered", by, reason=answer)


@transaction.atomic
def correct(
    *, request_id: UUID, version: int, client_version: int, details: ClientDetails, by: Officer
) -> RightsRequest:
    """Put the client's details right, by the same action as everybody's changes; the request waits for its answer.

    Raises RequestNotFound, NotPossible, and people's ClientChanged when somebody else saved in the meantime.
    """
    row = _open(request_id, version, by)
    if row.wish != Wish.CORRECT:
        raise NotPossible
    change_client(client_id=row.client_id, version=client_version, details=details, by=by)
    return _keep(row, "rights.request.corrected", by)


@transaction.atomic
def take_back(*, request_id: UUID, version: int, by: Officer) -> RightsRequest:
    """Who asked no longer wants it. Raises RequestNotFound, NotPossible."""
    row = _open(request_id, version, by)
    row.state = RequestState.WITHDRAWN
    return _keep(row, "rights.request.taken_back", by)


def _open(request_id: UUID, version: int, by: Officer) -> RightsRequest:
    """The open request, held until the work is done."""
    row = handled_by(by.id).select_for_update(of=("self",)).filter(id=request_id).first()
    if row is None:
        refuse("rights.request.refused", by=by, reason="not_found", subject_id=request_id)
        raise RequestNotFound
    if row.state != RequestState.OPEN:
        raise AlreadyAnswered
    if row.version != version:
        raise RequestChanged
    return row


def _day(row: RightsRequest, on: date) -> date:
    if not row.received_on <= on <= clock.today():
        raise DateOutOfOrder
    return on


def _keep(row: RightsRequest, slug: str, by: Actor, *, reason: str = "") -> RightsRequest:
    if row.state == RequestState.OPEN:
        _set_clock(row)
    row.version += 1
    row.save()
    record(slug, by=by, subject=row, client_id=row.client_id, reason=reason)
    return row


def _set_clock(row: RightsRequest) -> None:
    """Work out the first and the last day anew, from all that is known."""
    rules = policy_in_force(clock.today()).rules
    right = right_of(rules, row.right_code)
    if right is None:
        return
    row.starts_on = starts_on(
        right,
        received_on=row.received_on,
        identity_proved_on=row.identity_proved_on,
        is_unclear=row.clarification_asked_on is not None,
        clarified_on=row.clarified_on,
    )
    row.due_on = row.extended_to = None
    if row.starts_on is None:
        return
    calendar = working_days(rules.locale.holidays)
    row.due_on = due_on(right, row.starts_on, calendar)
    if row.extensions:
        row.extended_to = due_on(right, row.starts_on, calendar, extended_by=_used(row))


def _used(row: RightsRequest) -> list[Extension]:
    """The extensions taken so far, as they were when they were taken."""
    return [
        Extension(Period(int(one["number"]), Count(one["count"])), str(one["ground"]), is_repeatable=False)
        for one in row.extensions
    ]
