"""Writing down what the law asks for: once, by who did it, in the pack's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record, refuse
from core.consent.actions import record_decision
from core.consent.decision import decide
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.record_wording import AskedAs
from core.consent.request import Action, Request
from core.directory.viewers import Viewer
from core.network.queries.find import searcher
from core.rights.answers import OTHER_AGENCY, AnswersInvalid, Given, Kept, checked
from core.rights.errors import NotAllowed
from core.rights.models import DutyRecord
from core.rights.queries.duties import DutyAsked, asked, asked_of_call

REFUSED_EVENT = "request_refused"


def record_duty(
    *, client_id: UUID, kind: str, answers: Mapping[str, Given], on: date, by: Viewer,
    involvement_id: UUID | None = None,
) -> DutyRecord:  # fmt: skip
    """Write one event down, about a client whose page `by` may open; a line of their own may be named.

    A request that was refused is put to the decision procedure, which asks for the reasons the law wants.
    Raises network's ClientNotFound, RecordNotFound, AnswersInvalid, NotAllowed.
    """
    return _keep(asked(by, client_id, kind, involvement_id=involvement_id), answers, on, by)


def record_call(*, involvement_id: UUID, answers: Mapping[str, Given], on: date, by: Viewer) -> DutyRecord:
    """Write down what was told to the practitioner of a line that `by` sees. Raises RecordNotFound, AnswersInvalid."""
    return _keep(asked_of_call(by, involvement_id), answers, on, by)


@transaction.atomic
def _keep(about: DutyAsked, answers: Mapping[str, Given], on: date, by: Viewer) -> DutyRecord:
    today = clock.today()
    policy = policy_in_force(today)
    kept = checked(about.event, answers, agencies={str(one.id) for one in about.agencies}, today=today)
    if on > today:
        raise AnswersInvalid({"on": "Enter a day that is today or in the past"})
    if about.event.slug == REFUSED_EVENT:
        _decide_refusal(about, kept, policy, by)
    made = DutyRecord.objects.create(
        client_id=about.client.id,
        kind=about.event.slug,
        involvement_id=about.involvement_id,
        agency_id=_agency(about, kept),
        on=on,
        fields=kept,
        pack=policy.pack.ref,
        pack_checksum=policy.pack.checksum,
        by_id=by.id,
        recorded_at=clock.now(),
    )
    record("rights.duty.recorded", by=by, subject=made, client_id=about.client.id, reason=made.kind)
    return made


def _decide_refusal(about: DutyAsked, kept: Mapping[str, Kept], policy: Policy, by: Viewer) -> None:
    """Gate the refusal. Raises AnswersInvalid for what is missing, NotAllowed for who may not act."""
    request = Request(
        on=clock.today(),
        action=Action.REQUEST_REFUSED,
        actor=replace(searcher(by), involved=True),
        fields=frozenset(kept),
    )
    decision = decide(policy, request)
    record_decision(decision, request=request, policy=policy, by=by, client_id=about.client.id)
    if decision.is_permitted:
        return
    absent = [one.removeprefix("missing:") for one in decision.obligations if one.startswith("missing:")]
    refuse("rights.duty.refused", by=by, reason=decision.reason, client_id=about.client.id)
    if absent:
        raise AnswersInvalid(dict.fromkeys(absent, "This is needed to refuse a request"))
    raise NotAllowed


def _agency(about: DutyAsked, kept: Mapping[str, Kept]) -> UUID | None:
    """The other agency: the one that was named, or the line's."""
    named = [kept.get(field.slug) for field in about.event.fields if field.asked_as is AskedAs.AGENCY]
    chosen = next((one for one in named if isinstance(one, str) and one != OTHER_AGENCY), None)
    return UUID(chosen) if chosen else about.agency_id
