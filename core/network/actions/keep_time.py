"""Keeping time: once on each of a council's own days, what has run out ends, and what soon will is said beforehand.

It only ever ends or shortens: it lengthens no sight and adds no agency. Sight ends on its day by itself, whatever
happens here; this writes down that it did, asks every live publication anew, and reminds whoever has to talk with the
client again. It works in lots, each a transaction of its own in which it also notes how far it came: stopped half-way
it goes on from there, and run again it does nothing more.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from core import clock
from core.audit.actions import event_of, record_many
from core.consent.actions import decision_record, record_decisions
from core.consent.errors import PolicyUnusable
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy, stored_tightening
from core.directory.models import Agency, Membership
from core.network.actions.again import agencies_now, is_agreed, publications_to_ask
from core.network.actions.clearing import take_back_what_rested
from core.network.actions.remind import send_reminders
from core.network.actions.time_passing import Passed, passed
from core.network.models import DayKept, Involvement, Publication, PublicationRecipient, Reminder
from core.notices.actions import Telling, tell_each
from tenants.base_model import TenantQuerySet
from tenants.context import CouncilRef, inside

ACTOR: Final = "task:network.keep_time"
A_LOT: Final = 200

logger = logging.getLogger(__name__)


def keep_time(council: CouncilRef) -> None:
    """Keep the council's present day, if nobody has yet, or under another policy. Call it in the council's own time.

    A council whose policy can't be applied shows nothing; nothing of it is touched until it can.
    """
    try:
        with inside(council, actor=ACTOR):
            day = begin_day()
        while day is not None:
            with inside(council, actor=ACTOR):
                if not keep_lot(day):
                    break
        while day is not None:
            with inside(council, actor=ACTOR):
                if not send_reminders(most=A_LOT):
                    break
        if day is not None:
            with inside(council, actor=ACTOR):
                finish_day(day)
    except PolicyUnusable:
        logger.warning("time_not_kept", extra={"council": council.schema_name})


def begin_day() -> date | None:
    """Today, where there is something left to do about it: not begun, not finished, or decided by another policy."""
    today = clock.today()
    mark = _mark(policy_in_force(today))
    kept, _is_new = DayKept.objects.get_or_create(day=today, defaults={"policy": mark})
    if kept.policy != mark:
        DayKept.objects.filter(id=kept.id).update(policy=mark, reached=None, finished_at=None)
        return today
    return today if kept.finished_at is None else None


def finish_day(day: date) -> None:
    """Note that everything was done, if it was: another process may still be at it, or have been stopped half-way."""
    kept = DayKept.objects.select_for_update(skip_locked=True).filter(day=day, finished_at=None).first()
    if kept is None or _waiting(kept).exists():
        return
    kept.finished_at = clock.now()
    kept.save(update_fields=["finished_at"])


def keep_lot(day: date, *, most: int = A_LOT) -> bool:
    """Look at the next publications, and note how far it came. Answers whether there may be more.

    Of two processes at it at once, the second leaves it to the first; after midnight the next run does the next day.
    """
    kept = DayKept.objects.select_for_update(skip_locked=True).filter(day=day, finished_at=None).first()
    if kept is None or clock.today() != day:
        return False
    lot: list[Any] = list(_waiting(kept).select_for_update(of=("self",)).order_by("id")[:most])
    if not lot:
        return False
    policy, agencies, agreed = policy_in_force(day), agencies_now(lot), _agreed(lot, day)
    results = [(one, passed(one, policy=policy, on=day, agencies=agencies[one.id], agreed=agreed)) for one in lot]
    _write(results, policy, day)
    kept.reached = lot[-1].id
    kept.save(update_fields=["reached"])
    return len(lot) == most


def _waiting(kept: DayKept) -> TenantQuerySet[Any]:
    """The publications that were not looked at yet on that day."""
    waiting = publications_to_ask().filter(involvement__client__removed_at=None)
    return waiting if kept.reached is None else waiting.filter(id__gt=kept.reached)


def _mark(policy: Policy) -> str:
    """What tells one policy from another: the pack's file, and what the council tightened."""
    tighter = json.dumps(stored_tightening(policy.tightening), sort_keys=True)
    return f"{policy.pack.id} {policy.pack.checksum} {hashlib.sha256(tighter.encode()).hexdigest()[:16]}"


def _agreed(lot: Iterable[Any], day: date) -> frozenset[UUID]:
    reached = {agency for one in lot for agency in one.reached}
    rows = Agency.objects.filter(id__in=reached).values_list("id", "agreement_signed_on", "agreement_expires_on")
    return frozenset(agency for agency, signed, expires in rows if is_agreed(signed, expires, on=day))


# Writing a lot down


def _write(results: list[tuple[Any, Passed]], policy: Policy, day: date) -> None:
    now = clock.now()
    ended = [(one, result) for one, result in results if result.ends is not None]
    record_decisions(
        decision_record(
            result.said[1], request=result.said[0], policy=policy, by=None, client_id=one.involvement.client_id,
            involvement_id=one.involvement_id, at=now,
        )
        for one, result in ended
        if result.said is not None
    )  # fmt: skip
    _shorten(results)
    _drop(results)
    if ended:
        _end(ended, day, now)
    warned = [(one, result) for one, result in results if result.warns is not None]
    tell_each([*_tellings(ended, "network.line.over"), *_tellings(warned, "network.line.ends_soon")])


def _end(ended: list[tuple[Any, Passed]], day: date, now: datetime) -> None:
    by_reason: dict[str, list[UUID]] = defaultdict(list)
    for one, result in ended:
        by_reason[str(result.ends)].append(one.id)
    for reason, ids in sorted(by_reason.items()):
        Publication.objects.filter(id__in=ids).update(ended_at=now, end_reason=reason)
    Reminder.objects.bulk_create(
        [Reminder(involvement_id=one.involvement_id, due_on=day, last_sent_on=day) for one, _result in ended],
        update_conflicts=True,
        unique_fields=["involvement"],
        update_fields=["due_on", "last_sent_on", "done_at"],
    )
    clients = {one.involvement.client_id for one, _result in ended}
    cleared = take_back_what_rested(clients, at=now)
    lapsed = Involvement.objects.filter(id__in=cleared.leads)
    record_many(
        [
            *(
                event_of(
                    f"network.line.{result.ends}", by=None, subject=one.involvement,
                    client_id=one.involvement.client_id,
                )
                for one, result in ended
            ),
            *(event_of("network.lead.lapsed", by=None, subject=line, client_id=line.client_id) for line in lapsed),
        ]
    )  # fmt: skip


def _shorten(results: Iterable[tuple[Any, Passed]]) -> None:
    changed = []
    for one, result in results:
        if result.ends is None and (result.last_day < one.review_by or result.warns is not None):
            one.review_by, one.warned_days = result.last_day, result.warns or one.warned_days
            changed.append(one)
    Publication.objects.bulk_update(changed, ["review_by", "warned_days"])


def _drop(results: Iterable[tuple[Any, Passed]]) -> None:
    """Take agencies off that it reaches no more, with an event of each line they are taken off."""
    left: dict[UUID, list[UUID]] = defaultdict(list)
    events = []
    for one, result in results:
        if result.ends is not None:
            continue
        for agency in result.leaves:
            left[agency].append(one.id)
        if result.leaves:
            event = event_of(
                "network.line.narrowed", by=None, subject=one.involvement, client_id=one.involvement.client_id
            )
            event.detail = {"agencies": sorted(str(agency) for agency in result.leaves)}
            events.append(event)
    for agency, ids in sorted(left.items()):
        PublicationRecipient.objects.filter(agency_id=agency, publication_id__in=ids).delete()
    record_many(events)


# Telling


def _tellings(results: Iterable[tuple[Any, Passed]], slug: str) -> list[Telling]:
    """To each line's own practitioner; where they have no account or have left, to who manages its service."""
    told = list(results)
    without = {one.involvement.service_id for one, _result in told if not _has_reader(one)}
    managers: dict[UUID, list[UUID]] = defaultdict(list)
    if without:
        rows = Membership.objects.filter(service_id__in=without, is_manager=True, practitioner__left_on=None)
        for service_id, user_id in rows.values_list("service_id", "practitioner__user_id"):
            managers[service_id] += [user_id] if user_id else []
    return [
        Telling(user_id, slug, {"involvement": str(one.involvement_id), "on": result.last_day.isoformat()},
                client_id=one.involvement.client_id)
        for one, result in told
        for user_id in (
            [one.involvement.practitioner.user_id] if _has_reader(one) else managers[one.involvement.service_id]
        )
    ]  # fmt: skip


def _has_reader(one: Any) -> bool:
    card = one.involvement.practitioner
    return card.user_id is not None and card.left_on is None
