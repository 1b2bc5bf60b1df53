"""Taking a yes back: any worker on the network can be told, it takes effect at once, and it is kept for good.

What rests on a yes ends, and what was queued goes with it. A line that the law lets be shown without one goes on: the
no is written down, weighed and answered. Whoever was told learns nothing of lines they do not see: the answer is the
same, and so are the statements, whether there were any or none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.actions.drafts import drop_drafts_about
from core.accounts.choices import Role
from core.audit.actions import record
from core.consent.actions import decision_record, record_conversation, record_decisions
from core.consent.case_form import CaseMalformed
from core.consent.conversation import ConversationAnswers
from core.consent.decision import decide
from core.consent.models import DecisionRecord
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Recipient, Request, ServiceFacts
from core.consent.routes import reached_by
from core.consent.wording import Consenter, Outcome, Talked
from core.directory.models import Agency, Practitioner
from core.directory.viewers import Viewer
from core.network.actions.again import agencies_now, asked_again, publications_to_ask, some
from core.network.actions.alerting import holders
from core.network.actions.clearing import (
    Cleared,
    forget_notices,
    forget_what_was_asked,
    take_back_what_rested,
)
from core.network.choices import Answer, ApprovalKind, ApprovalState, PublicationEnd, Visibility, WithdrawalScope
from core.network.errors import AgencyNotFound
from core.network.facts import client_facts
from core.network.models import (
    Approval,
    BrokeredPass,
    BrokerMessage,
    NetworkInvitation,
    Publication,
    PublicationRecipient,
    Withdrawal,
)
from core.network.policies import line_refused, require_open, visible_to
from core.network.policies.withdrawing import require_can_be_told
from core.notices.actions import Telling, tell_each
from core.people.models import Client

TAKEN_BACK: Final = "network.yes.taken_back"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was written down. `is_weighed`: something may go on without a yes, and somebody answers for it.

    Where more than one line was meant, that is always said: it tells nothing of lines that are not seen.
    """

    withdrawal: Withdrawal
    is_weighed: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said, about whom, to whom, under which policy."""

    client: Client
    facts: ClientFacts
    policy: Policy
    scope: WithdrawalScope
    involvement_id: UUID | None
    agency_id: UUID | None
    said_by: Consenter
    by: Viewer
    at: datetime


@dataclass(frozen=True, slots=True)
class _Effect:
    """The live publications that it is about: those that end, those that lose an agency, those that go on."""

    ended: tuple[Any, ...]
    narrowed: tuple[Any, ...]
    weighed: tuple[Any, ...]
    decisions: tuple[DecisionRecord, ...]

    @property
    def hidden_lines(self) -> tuple[UUID, ...]:
        """The lines that somebody sees no more."""
        return tuple(one.involvement_id for one in (*self.ended, *self.narrowed))


@transaction.atomic
def take_back(
    *, client_id: UUID, scope: WithdrawalScope, said_by: Consenter, by: Viewer, involvement_id: UUID | None = None,
    agency_id: UUID | None = None,
) -> TakenBack:  # fmt: skip
    """Write down what the client, or somebody for them, takes back, and let it take effect in every door.

    `scope` LINE needs an involvement that `by` sees, AGENCY an agency. Raises ClientNotFound, InvolvementNotFound,
    AgencyNotFound. There is no undo: a yes that is given again is recorded anew.
    """
    client = require_open(by, client_id, for_change=True)
    require_can_be_told(by, client_id)
    line_id = _line(by, client_id, involvement_id) if scope is WithdrawalScope.LINE else None
    named_id = _agency(agency_id) if scope is WithdrawalScope.AGENCY else None
    now, policy = clock.now(), policy_in_force(clock.today())
    facts = client_facts(client, policy, clock.today())
    said = _Said(client, facts, policy, scope, line_id, named_id, said_by, by, now)
    withdrawal = Withdrawal.objects.create(
        client=client,
        scope=scope,
        involvement_id=line_id,
        agency_id=named_id,
        said_by=said_by,
        told_to_id=by.id,
        at=now,
    )
    record_conversation(client_id=client.id, answers=_answers(said), policy=policy, by=by)
    effect = _effect(said)
    _end(effect, said)
    cleared = _clear(effect, said)
    _tell(effect, said)
    record(
        TAKEN_BACK, by=by, subject=withdrawal, client_id=client.id, reason=scope,
        detail={
            "said_by": said_by.value,
            "ended": [str(one.involvement_id) for one in effect.ended],
            "narrowed": [str(one.involvement_id) for one in effect.narrowed],
            "weighed": [str(one.involvement_id) for one in effect.weighed],
            "leads": [str(one) for one in cleared.leads],
        },
    )  # fmt: skip
    return TakenBack(withdrawal, is_weighed=scope is not WithdrawalScope.LINE or bool(effect.weighed))


def _line(by: Viewer, client_id: UUID, involvement_id: UUID | None) -> UUID:
    if involvement_id and visible_to(by).filter(id=involvement_id, client_id=client_id).exists():
        return involvement_id
    raise line_refused(by, involvement_id or client_id)


def _agency(agency_id: UUID | None) -> UUID:
    if agency_id and Agency.objects.filter(id=agency_id).exists():
        return agency_id
    raise AgencyNotFound


def end_refused(live: Publication, *, said_by: Consenter, by: Viewer) -> None:
    """End what was shown on a yes that was not given again when it was asked for anew: a no is a no at once.

    The conversation and the decision are on record already.
    """
    line, now = live.involvement, clock.now()
    withdrawal = Withdrawal.objects.create(
        client_id=line.client_id,
        scope=WithdrawalScope.LINE,
        involvement=line,
        said_by=said_by,
        told_to_id=by.id,
        at=now,
    )
    Publication.objects.filter(id=live.id).update(ended_at=now, end_reason=PublicationEnd.WITHDRAWN)
    forget_notices(line.client_id, [line.id], but_for=[by.user_id])
    take_back_what_rested([line.client_id], at=now)
    record(TAKEN_BACK, by=by, subject=withdrawal, client_id=line.client_id, reason=WithdrawalScope.LINE)


def leave_off(live: Publication, agencies: Collection[str], *, said_by: Consenter, by: Viewer) -> None:
    """Take agencies off one line that goes on being shown: a no to them, said when it was asked for anew.

    The conversation and the decision are on record already. Where nobody is left, it ends.
    """
    line, now = live.involvement, clock.now()
    known = list(Agency.objects.filter(id__in=agencies).order_by("id").values_list("id", flat=True))
    Withdrawal.objects.bulk_create(
        Withdrawal(
            client_id=line.client_id, scope=WithdrawalScope.AGENCY, involvement=line, agency_id=agency,
            said_by=said_by, told_to_id=by.id, at=now,
        )
        for agency in known
    )  # fmt: skip
    live.recipients.filter(agency_id__in=known).delete()
    if not live.recipients.exists():
        Publication.objects.filter(id=live.id).update(ended_at=now, end_reason=PublicationEnd.WITHDRAWN)
    users = Practitioner.objects.filter(agency_id__in=known, user__isnull=False).values("user_id")
    forget_notices(line.client_id, [line.id], but_for=[by.user_id], only_for=users)
    take_back_what_rested([line.client_id], at=now)
    record(
        TAKEN_BACK, by=by, subject=line, client_id=line.client_id, reason=WithdrawalScope.AGENCY,
        detail={"agencies": [str(agency) for agency in known]},
    )  # fmt: skip


def _answers(said: _Said) -> ConversationAnswers:
    if said.scope is WithdrawalScope.AGENCY:
        return ConversationAnswers(
            talked=Talked.YES,
            with_whom=said.said_by,
            outcome=Outcome.AGREED_WITH_EXCEPTIONS,
            exceptions=frozenset({str(said.agency_id)}),
        )
    return ConversationAnswers(talked=Talked.YES, with_whom=said.said_by, outcome=Outcome.REFUSED)


# What it does to each publication


def _effect(said: _Said) -> _Effect:
    live: list[Any] = list(
        publications_to_ask().select_for_update(of=("self",)).filter(involvement__client_id=said.client.id)
    )
    agencies = agencies_now(live)
    ended, narrowed, weighed = [], [], []
    decisions = [_hidden(said)]
    for one in live:
        if not _is_meant(one, said):
            continue
        stands = _stands_without(one, said, agencies[one.id])
        if stands is not None:
            weighed.append(one)
            decisions.append(stands)
        elif said.scope is WithdrawalScope.AGENCY and not _is_last(one):
            narrowed.append(one)
        else:
            ended.append(one)
            decisions.append(_hidden(said, one))
    return _Effect(tuple(ended), tuple(narrowed), tuple(weighed), tuple(decisions))


def _is_meant(one: Any, said: _Said) -> bool:
    match said.scope:
        case WithdrawalScope.LINE:
            return bool(one.involvement_id == said.involvement_id)
        case WithdrawalScope.AGENCY:
            return said.agency_id in one.reached
        case WithdrawalScope.EVERYTHING:
            return True


def _is_last(one: Any) -> bool:
    """Whether nobody is left to whom a publication for named agencies is shown."""
    return bool(one.visibility == Visibility.NAMED_ONLY and len(one.reached) <= 1)


def _stands_without(one: Any, said: _Said, agencies: dict[UUID, frozenset[str]]) -> DecisionRecord | None:
    """The decision by which a line goes on though they said no; None where it does not.

    On a yes nothing goes on, but for one thing: a parent can't take back what a young person decided for themselves
    (regimes, section 3.2). Otherwise the decision procedure says whether the law overrides a no.
    """
    policy, basis = said.policy, said.policy.rules.basis(one.basis)
    try:
        asked = asked_again(one, policy=policy, on=clock.today(), facts=said.facts)
    except CaseMalformed:
        return None
    if basis is None:
        return None
    recipients = tuple(Recipient(agency=str(agency), status=status) for agency, status in agencies.items())
    asked = replace(asked, recipients=reached_by(basis, recipients))
    if not basis.consenter:
        asked = replace(asked, consent=replace(asked.consent, refused=True))
    elif not (said.said_by is Consenter.PARENT and asked.consent.by == Consenter.SELF):
        return None
    decision = decide(policy, asked)
    if not decision.is_permitted:
        return None
    return decision_record(
        decision, request=asked, policy=policy, by=said.by, client_id=said.client.id,
        involvement_id=one.involvement_id, at=said.at,
    )  # fmt: skip


def _hidden(said: _Said, one: Any = None) -> DecisionRecord:
    """That from now on nobody else sees it (regimes, section 9.3, `view`): kept for good, whatever else is deleted."""
    service = ServiceFacts()
    if one is not None:
        kind = one.involvement.service.service_type
        service = ServiceFacts(cls=said.policy.class_of(kind.code, kind.sensitivity))
    request = Request(
        on=clock.today(),
        action=Action.VIEW,
        actor=Actor(agency=str(said.by.agency_id), involved=True, assigned=True),
        client=said.facts,
        service=service,
        basis=one.basis if one is not None else None,
        consent=ConsentFacts(by=said.said_by, withdrawn=True),
    )
    return decision_record(
        decide(said.policy, request), request=request, policy=said.policy, by=said.by, client_id=said.client.id,
        involvement_id=one.involvement_id if one is not None else None, at=said.at,
    )  # fmt: skip


def _end(effect: _Effect, said: _Said) -> None:
    record_decisions(effect.decisions)
    Publication.objects.filter(id__in=some(one.id for one in effect.ended)).update(
        ended_at=said.at, end_reason=PublicationEnd.WITHDRAWN
    )
    if said.agency_id is not None:
        PublicationRecipient.objects.filter(
            publication_id__in=some(one.id for one in effect.narrowed), agency_id=said.agency_id
        ).delete()
    _end_of_past(said)


def _end_of_past(said: _Said) -> None:
    """What rested on a yes and ended with its line is shown as past no more. One statement of its scope."""
    resting = [basis.code for basis in said.policy.rules.bases if basis.consenter]
    past = Publication.objects.filter(
        involvement__client_id=said.client.id, end_reason=PublicationEnd.INVOLVEMENT_ENDED, basis__in=resting
    )
    if said.said_by is Consenter.PARENT:
        past = past.exclude(decision__request__consent__by=Consenter.SELF)
    if said.scope is WithdrawalScope.EVERYTHING:
        past.update(end_reason=PublicationEnd.WITHDRAWN)
    elif said.agency_id is not None:
        PublicationRecipient.objects.filter(publication_id__in=past.values("id"), agency_id=said.agency_id).delete()


# What goes with it


def _clear(effect: _Effect, said: _Said) -> Cleared:
    """Everything that waited on the strength of what was taken back."""
    lines = effect.hidden_lines
    users = None
    if said.agency_id is not None:
        users = Practitioner.objects.filter(agency_id=said.agency_id, user__isnull=False).values("user_id")
    owners = (one.involvement.practitioner.user_id for one in (*effect.ended, *effect.narrowed))
    _lapse_approvals(said)
    forget_notices(said.client.id, lines, but_for=(user for user in owners if user), only_for=users)
    drop_drafts_about([said.client.id, *lines], but_for=said.by.user_id, only_for=users)
    BrokeredPass.objects.filter(
        involvement_id__in=some(one.involvement_id for one in effect.ended), answered_at=None
    ).delete()
    if said.scope is WithdrawalScope.EVERYTHING:
        BrokerMessage.objects.filter(client=said.client, handled_at=None).update(
            handled_at=said.at, handled_by_id=said.by.id
        )
    if said.agency_id is not None:
        NetworkInvitation.objects.filter(
            client=said.client, answer=Answer.WAITING, practitioner__agency_id=said.agency_id
        ).update(answer=Answer.TAKEN_BACK, answered_at=said.at)
        forget_what_was_asked([said.client.id], at=said.at)
    return take_back_what_rested([said.client.id], at=said.at)


def _lapse_approvals(said: _Said) -> None:
    """Nobody approves any more what a no stops; what the law would show in spite of it still waits. One statement."""
    overriding = [basis.code for basis in said.policy.rules.bases if basis.overrides_refusal and not basis.consenter]
    waiting = Approval.objects.filter(
        client=said.client,
        kind=ApprovalKind.PUBLICATION,
        state__in=(ApprovalState.WAITING, ApprovalState.ASKED_BACK),
    ).exclude(ground__in=overriding)
    if said.involvement_id is not None:
        waiting = waiting.filter(involvement_id=said.involvement_id)
    if said.scope is not WithdrawalScope.AGENCY:
        waiting.update(state=ApprovalState.LAPSED, closed_at=said.at)


def _tell(effect: _Effect, said: _Said) -> None:
    """Tell the practitioners whose lines it is about, and those who weigh a no. Nobody else is told anything."""
    told = [*_owners(effect.ended, "network.line.withdrawn"), *_owners(effect.weighed, "network.line.objected")]
    told = [one for one in told if one.user_id != said.by.user_id]
    if said.scope is not WithdrawalScope.LINE or effect.weighed:
        weighing = holders(Role.SAFEGUARDING_LEAD, Role.IG_OFFICER)
        told += [Telling(user_id, "network.no.to_weigh", client_id=said.client.id) for user_id, _address in weighing]
    tell_each(told)


def _owners(publications: Iterable[Any], slug: str) -> list[Telling]:
    return [
        Telling(
            one.involvement.practitioner.user_id,
            slug,
            {"involvement": str(one.involvement_id)},
            client_id=one.involvement.client_id,
        )
        for one in publications
        if one.involvement.practitioner.user_id
    ]
