"""Seeing a closed or shielded record for a limited time: for a stated reason, told at once, and always reviewed.

`break_glass` in packs. It is bound to the browser session in which it was opened, and lasts an hour at most.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import clock
from core.accounts.choices import Role
from core.accounts.models import OpenSession
from core.audit.actions import record, refuse
from core.consent.actions import record_decision
from core.consent.deadlines import DeadlineUnknown, read_deadline
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.working_days import working_days
from core.directory.viewers import Viewer
from core.network import errors
from core.network.actions.alerting import alert, holders, managers_of
from core.network.choices import SightFinding, SightReason
from core.network.models import Involvement, LimitedSight
from core.network.officers import Officer
from core.network.policies import forget_standing, sights_open
from core.network.policies.limited import require_limited_sight, sights_reviewed_by
from core.network.short_reason import problem_with, tidy
from core.people.models import Client

LASTS: Final = timedelta(minutes=60)
OFTEN: Final = 3
"""More than so many in seven days by one person are brought to the officers' notice (trust, section 3)."""

A_WEEK: Final = timedelta(days=7)
OPENED: Final = "network.limited_sight.opened"


@transaction.atomic
def open_limited_sight(*, client_id: UUID, reason: SightReason, text: str, by: Viewer) -> LimitedSight:
    """Let `by` see this record for at most an hour in this browser, and tell those who watch over it, at once.

    Opened twice, it is the same sight. Raises SightNotFound for whoever may not, ReasonNotUsable with the sentence for
    a text that says too little or too much, SessionNotListed.
    """
    allowed = require_limited_sight(by, client_id, for_change=True)
    client, now = allowed.client, clock.now()
    already = sights_open(by).filter(client=client).first()
    if already is not None:
        return already
    problem = problem_with(
        text, names=names_of(client), least=policy_in_force(clock.today()).rules.break_glass.reason_min_chars
    )
    if problem:
        refuse("network.limited_sight.reason_refused", by=by, reason="text", client_id=client.id)
        raise errors.ReasonNotUsable(problem)
    session = OpenSession.objects.filter(session_key=by.session_key, user_id=by.user_id).first()
    if session is None:
        raise errors.SessionNotListed
    policy = policy_in_force(clock.today())
    decision = record_decision(allowed.decision, request=allowed.request, policy=policy, by=by, client_id=client.id)
    is_shielded = allowed.request.client.is_shielded
    sight = LimitedSight.objects.create(
        client=client, practitioner_id=by.id, session=session, decision=decision, reason=reason,
        reason_text=tidy(text), was_shielded=is_shielded, opened_at=now, expires_at=now + LASTS,
        review_due_at=review_due_at(policy, now, is_shielded=is_shielded),
    )  # fmt: skip
    forget_standing()
    record(OPENED, by=by, subject=sight, client_id=client.id, reason=reason, detail={"shielded": is_shielded})
    _alert(sight, by)
    return sight


@transaction.atomic
def end_limited_sight(*, sight_id: UUID, by: Viewer) -> LimitedSight:
    """End one's own sight now. Twice does no harm. Raises SightNotFound."""
    sight = LimitedSight.objects.select_for_update(of=("self",)).filter(id=sight_id, practitioner_id=by.id).first()
    if sight is None:
        refuse("network.limited_sight.refused", by=by, reason="not_found", subject_id=sight_id)
        raise errors.SightNotFound
    if sight.ended_at is None and sight.expires_at > clock.now():
        sight.ended_at = clock.now()
        sight.save(update_fields=["ended_at"])
        forget_standing()
        record("network.limited_sight.ended", by=by, subject=sight, client_id=sight.client_id)
    return sight


@transaction.atomic
def review_limited_sight(*, sight_id: UUID, finding: SightFinding, by: Officer) -> LimitedSight:
    """Write what an officer found. Raises SightNotFound, OwnSight, AlreadyDecided."""
    sight = sights_reviewed_by(by).select_for_update(of=("self",)).filter(id=sight_id).first()
    if sight is None:
        refuse("network.limited_sight.refused", by=by, reason="not_found", subject_id=sight_id)
        raise errors.SightNotFound
    for stops, refusal in (
        (sight.practitioner_id == by.id, errors.OwnSight()),
        (sight.reviewed_at is not None, errors.AlreadyDecided()),
    ):
        if stops:
            refuse("network.limited_sight.refused", by=by, reason=refusal.slug, subject_id=sight.id)
            raise refusal
    sight.finding, sight.reviewed_at, sight.reviewed_by_id = finding, clock.now(), by.id
    sight.save(update_fields=["finding", "reviewed_at", "reviewed_by_id"])
    record("network.limited_sight.reviewed", by=by, subject=sight, client_id=sight.client_id, reason=finding)
    return sight


@transaction.atomic
def escalate_unreviewed() -> int:
    """Bring each sight that nobody reviewed in time to those above, once. Answers how many."""
    overdue = list(
        LimitedSight.objects.select_for_update(of=("self",), skip_locked=True).filter(
            reviewed_at=None, escalated_at=None, review_due_at__lt=clock.now()
        )
    )
    if not overdue:
        return 0
    LimitedSight.objects.filter(id__in=[sight.id for sight in overdue]).update(escalated_at=clock.now())
    told = holders(Role.IG_OFFICER, Role.SAFEGUARDING_LEAD, Role.COUNCIL_ADMIN)
    for sight in overdue:
        record("network.limited_sight.escalated", by=None, subject=sight, client_id=sight.client_id)
    alert(told, "network.limited_sight.escalated", with_mail=True, detail={"count": len(overdue)})
    return len(overdue)


def review_due_at(policy: Policy, opened_at: datetime, *, is_shielded: bool) -> datetime:
    """When it must be reviewed: by the end of the pack's last working day; `immediate` means the same day's end."""
    rules = policy.rules
    words = rules.shield.break_glass_review if is_shielded else rules.break_glass.review_within
    try:
        days = read_deadline(words).number
    except DeadlineUnknown:  # `immediate`
        days = 0
    last = working_days(rules.locale.holidays).after(timezone.localdate(opened_at), days)
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


def names_of(client: Client) -> tuple[str, ...]:
    """Every name the client goes by."""
    return (client.given_name, client.middle_names, client.family_name, client.known_as, client.former_family_name)


def _alert(sight: LimitedSight, by: Viewer) -> None:
    """Officers, and the managers of the agencies that support the client, are told: that it was opened, not of whom."""
    agencies = Involvement.objects.filter(client_id=sight.client_id, ended_on=None).values_list(
        "service__agency_id", flat=True
    )
    officers = holders(Role.IG_OFFICER)
    told = dict([*officers, *managers_of(set(agencies))])
    told.pop(by.user_id, None)
    alert(told.items(), OPENED, by=by, with_mail=True)
    recent = LimitedSight.objects.filter(practitioner_id=by.id, opened_at__gt=clock.now() - A_WEEK).count()
    if recent > OFTEN:
        record("network.limited_sight.often", by=by, subject=sight, detail={"count": recent})
        alert(
            [one for one in officers if one[0] != by.user_id],
            "network.limited_sight.often", by=by, detail={"count": recent}, with_mail=True,
        )  # fmt: skip
