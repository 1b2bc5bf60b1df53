"""What time does to one live publication: it goes on, goes on shorter or to fewer agencies, or ends. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from core.consent.case_form import CaseMalformed
from core.consent.decision import decide
from core.consent.gates import reaches
from core.consent.policy import Policy
from core.consent.request import Action, Recipient, Request
from core.consent.verdict import Decision, Reason, Verdict
from core.network.actions.again import asked_again, decision_on, still_stands
from core.network.choices import PublicationEnd
from core.network.last_day import ONE_DAY, asked_anew_on, last_day_of_sight

WARNED_AHEAD: Final = (28, 7, 1)
"""How many days before the last day a line's practitioner is told."""

_OF_AGE: Final = frozenset({Reason.WRONG_CONSENTER, Reason.BASIS_WRONG_CLIENT_TYPE, Reason.COMPETENCE_BELOW_ASSESS_AGE})
_NO_AGE: Final = "client_age"


@dataclass(frozen=True, slots=True)
class Passed:
    """What becomes of one publication today.

    `ends`: why it ends, or None. `said`: the question and the decision that are written down. `last_day` is never later
    than before. `leaves` are the agencies that it reaches no more. `warns`: so many days ahead somebody is told now.
    """

    ends: PublicationEnd | None
    last_day: date
    said: tuple[Request, Decision] | None = None
    leaves: frozenset[UUID] = frozenset()
    warns: int | None = None


def passed(
    one: Any, *, policy: Policy, on: date, agencies: Mapping[UUID, frozenset[str]], agreed: Collection[UUID]
) -> Passed:  # one question, all its givens
    """What time does to a publication (of `publications_to_ask`) on a day.

    `agencies` is what those it reaches are in law now; `agreed` those whose sharing agreement has not lapsed for good.
    """
    basis = policy.rules.basis(one.basis)
    leaves = frozenset(
        agency
        for agency in one.reached
        if agency not in agreed
        or (basis and not reaches(basis, Recipient(agency=str(agency), status=agencies.get(agency, frozenset()))))
    )
    one.reached = [agency for agency in one.reached if agency not in leaves]
    try:
        asked = asked_again(one, policy=policy, on=on)
    except CaseMalformed:
        return Passed(PublicationEnd.POLICY, one.review_by)
    decision = decision_on(one, asked, policy=policy, agencies=agencies)
    if not still_stands(one, decision):
        ends = _why(decision)
        return Passed(ends, one.review_by, _said(ends, asked, decision, policy))
    last_day = min(one.review_by, _last_day(one, asked, decision, policy))
    if last_day < on:
        ends = PublicationEnd.AGE if _is_birthday(one, last_day + ONE_DAY, policy) else PublicationEnd.EXPIRED
        return Passed(ends, last_day, _said(ends, asked, decision, policy))
    return Passed(None, last_day, leaves=leaves, warns=_warning(one, last_day, on))


def _why(decision: Decision) -> PublicationEnd:
    if decision.reason in _OF_AGE or _NO_AGE in decision.missing:
        return PublicationEnd.AGE
    return PublicationEnd.EXPIRED if decision.reason is Reason.CONSENT_EXPIRED else PublicationEnd.POLICY


def _said(ends: PublicationEnd, asked: Request, decision: Decision, policy: Policy) -> tuple[Request, Decision] | None:
    """What is written down of an end: that someone else's yes lapses with majority, or the decision that stops it."""
    if ends is PublicationEnd.AGE:
        actor = replace(asked.actor, checks_ok=True, dsa=True, related=False)
        of_age = replace(asked, action=Action.AGE_TRANSITION, actor=actor)
        lapsed = decide(policy, of_age)
        if lapsed.outcome is Verdict.REVIEW:
            return of_age, lapsed
    return None if decision.is_permitted else (asked, decision)


def _last_day(one: Any, asked: Request, decision: Decision, policy: Policy) -> date:
    return last_day_of_sight(
        asked,
        policy=policy,
        client=one.involvement.client,
        review_days=decision.review_days or 0,
        published_on=_published_on(one),
    )


def _is_birthday(one: Any, day: date, policy: Policy) -> bool:
    basis = policy.rules.basis(one.basis)
    return basis is not None and day in asked_anew_on(one.involvement.client, basis, policy, after=_published_on(one))


def _published_on(one: Any) -> date:
    """The day it was decided on: the council's own, as the question has it."""
    return date.fromisoformat(one.decision.request["date"])


def _warning(one: Any, last_day: date, on: date) -> int | None:
    """The nearest warning that is due and was not given; none so far ahead that it would come with the publication."""
    left, whole = (last_day - on).days, (last_day - _published_on(one)).days
    due = [days for days in WARNED_AHEAD if left <= days < whole]
    if not due or (one.warned_days is not None and one.warned_days <= min(due)):
        return None
    return min(due)
