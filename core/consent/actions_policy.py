"""Writes of a council's policy: a draft is changed, rehearsed and published for a day; a version is only ever followed.

Who publishes what for when is serialised in each council, so that two at once can't both have the same day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from core import clock
from core.accounts.choices import Role
from core.audit.actions import Actor, record, refuse
from core.consent.errors import (
    CancelledAlready,
    DayHasPassed,
    DayIsTaken,
    DraftChanged,
    DraftInTheWay,
    InForceAlready,
    LoosensTheLaw,
    NotRehearsed,
    OnlyTheOfficerSigns,
    PackNotSignedOff,
    PolicyNotFound,
    PolicyRefused,
)
from core.consent.models import PolicyCancellation, PolicyDraft, PolicyVersion
from core.consent.pack import Pack
from core.consent.packs_in_use import (
    forget_policy,
    is_signed_off,
    pack_of,
    pack_of_draft,
    pack_to_go_on_with,
    version_to_come,
)
from core.consent.policy import Tightening, starting_policy, stored_tightening, tightening_from
from core.consent.policy_checks import check_tightening
from core.directory.models import ServiceType
from tenants.context import require_current
from tenants.models import Council
from tenants.waking import facts_changed

DRAFT_STARTED = "consent.policy.draft_started"
DRAFT_CHANGED = "consent.policy.draft_changed"
DRAFT_DISCARDED = "consent.policy.draft_discarded"
ROUTE_SIGNED = "consent.policy.route_signed"
REHEARSED = "consent.policy.rehearsed"
PUBLISHED = "consent.policy.published"
CANCELLED = "consent.policy.cancelled"
REFUSED = "consent.policy.refused"


class PolicyMaker(Protocol):
    """Someone who prepares a policy: an id, and the roles they hold."""

    @property
    def id(self) -> UUID: ...

    @property
    def roles(self) -> Collection[str]: ...


def offered_types() -> dict[str, str]:
    """The service types of this council's catalogue with their class. One query."""
    return dict(ServiceType.objects.filter(is_offered=True).values_list("code", "sensitivity"))


@transaction.atomic
def start_draft(*, by: PolicyMaker) -> PolicyDraft:
    """Begin a draft from the policy in force; where one is being prepared already, that one."""
    _one_at_a_time()
    draft = PolicyDraft.objects.order_by("created_at").first()
    if draft is not None:
        return draft
    latest, pack = version_to_come(), pack_to_go_on_with()
    if latest is not None:
        return _begin_draft(pack, dict(latest.tightening), by)
    return _begin_draft(pack, stored_tightening(starting_policy(pack).tightening), by)


@transaction.atomic
def start_draft_on(*, pack: Pack, tightening: Tightening, by: PolicyMaker) -> PolicyDraft:
    """Begin a draft that says this, for this version of the council's pack: what adopting a release comes to.

    Raises DraftInTheWay where one is being prepared already, LoosensTheLaw, OnlyTheOfficerSigns.
    """
    _one_at_a_time()
    there = PolicyDraft.objects.order_by("created_at").first()
    if there is not None:
        raise _refused(DraftInTheWay(), there, by)
    if sentences := check_tightening(pack, tightening, types=offered_types()):
        raise LoosensTheLaw(sentences)
    signed = present_tightening().bases_signed
    if tightening.bases_signed - signed and Role.IG_OFFICER.value not in by.roles:
        raise OnlyTheOfficerSigns
    return _begin_draft(pack, stored_tightening(tightening), by)


@transaction.atomic
def record_first_policy(*, pack: Pack, tightening: Tightening, by: Actor | None) -> PolicyVersion | None:
    """A new council's first policy, from today: nobody has anything to lose by it, so there is nothing to rehearse.

    None where it has one already, whatever that says. Raises LoosensTheLaw: also for a route that the law keeps off
    until the council's own officer signs it.
    """
    _one_at_a_time()
    if PolicyVersion.objects.exists():
        return None
    sentences = list(check_tightening(pack, tightening, types=offered_types()))
    if tightening.bases_signed:
        sentences.append(OnlyTheOfficerSigns.sentence)
    if sentences:
        raise LoosensTheLaw(sentences)
    return _make_version(pack, stored_tightening(tightening), clock.today(), by)


@transaction.atomic
def change_draft(*, draft_id: UUID, version: int, tightening: Tightening, by: PolicyMaker) -> PolicyDraft:
    """Keep what a draft says now; it has to be rehearsed anew. `version` is the draft's when its form was opened.

    Raises PolicyNotFound, DraftChanged, LoosensTheLaw, OnlyTheOfficerSigns.
    """
    draft = _require_draft(draft_id)
    if draft.version != version:
        raise _refused(DraftChanged(), draft, by)
    if tightening.bases_signed - tightening_from(draft.tightening).bases_signed:
        _require_officer(draft, by)
    return _keep(draft, tightening, by, DRAFT_CHANGED)


@transaction.atomic
def sign_route(*, draft_id: UUID, code: str, by: PolicyMaker) -> PolicyDraft:
    """Sign a route that the law pack keeps off until this council's information-governance officer does.

    It is on once the draft is published. Raises PolicyNotFound, OnlyTheOfficerSigns, LoosensTheLaw.
    """
    draft = _require_draft(draft_id)
    _require_officer(draft, by)
    stored = dict(draft.tightening)
    stored["bases_off"] = sorted(set(stored.get("bases_off", [])) - {code})
    stored["bases_signed"] = sorted({*stored.get("bases_signed", []), code})
    return _keep(draft, tightening_from(stored), by, ROUTE_SIGNED, route=code[:48])


@transaction.atomic
def discard_draft(*, draft_id: UUID, by: PolicyMaker) -> None:
    """Throw a draft away. Raises PolicyNotFound."""
    draft = _require_draft(draft_id)
    record(DRAFT_DISCARDED, by=by, subject=draft)
    draft.delete()


def mark_rehearsed(*, draft_id: UUID, version: int, counts: dict[str, int], by: PolicyMaker) -> None:
    """Note that a draft, as it stands, was rehearsed, and with which numbers. Nothing else of it changes."""
    PolicyDraft.objects.filter(id=draft_id, version=version).update(rehearsed_at=clock.now())
    record(REHEARSED, by=by, subject=PolicyDraft(id=draft_id), detail={"version": version, **counts})


@transaction.atomic
def publish_policy(*, draft_id: UUID, version: int, effective_from: date, by: PolicyMaker) -> PolicyVersion:
    """Make a rehearsed draft this council's policy from a day on, today or later. It is never edited again.

    Raises PolicyNotFound, DraftChanged, NotRehearsed, DayHasPassed, DayIsTaken, LoosensTheLaw, PackNotSignedOff.
    """
    _one_at_a_time()
    draft = _require_draft(draft_id)
    council = require_current()
    pack, tightening = pack_of_draft(draft), tightening_from(draft.tightening)
    if draft.version != version:
        raise _refused(DraftChanged(), draft, by)
    if draft.rehearsed_at is None:
        raise _refused(NotRehearsed(), draft, by)
    if effective_from < clock.today():
        raise _refused(DayHasPassed(), draft, by)
    if PolicyVersion.objects.filter(effective_from=effective_from, cancellation=None).exists():
        raise _refused(DayIsTaken(), draft, by)
    if council.state == Council.State.LIVE and not is_signed_off(pack, council):
        raise _refused(PackNotSignedOff(), draft, by)
    if sentences := check_tightening(pack, tightening, types=offered_types()):
        raise _refused(LoosensTheLaw(sentences), draft, by)
    made = _make_version(pack, draft.tightening, effective_from, by)
    draft.delete()
    return made


@transaction.atomic
def cancel_policy(*, version_id: UUID, by: PolicyMaker) -> PolicyCancellation:
    """Take back a version before its day: it never comes into force. Raises PolicyNotFound, InForceAlready and more."""
    _one_at_a_time()
    version = PolicyVersion.objects.filter(id=version_id).first()
    if version is None:
        raise PolicyNotFound
    if version.effective_from <= clock.today():
        raise _refused(InForceAlready(), version, by)
    if PolicyCancellation.objects.filter(policy_version=version).exists():
        raise _refused(CancelledAlready(), version, by)
    made = PolicyCancellation.objects.create(policy_version=version, at=clock.now(), by_id=by.id)
    record(CANCELLED, by=by, subject=version)
    forget_policy()
    facts_changed()
    return made


def present_tightening() -> Tightening:
    """What the newest policy tightened, whether in force or to come; the pack's own start where there is none."""
    latest = version_to_come()
    if latest is None:
        return starting_policy(pack_of(require_current())).tightening
    return tightening_from(latest.tightening)


def _begin_draft(pack: Pack, tightening: dict[str, Any], by: PolicyMaker) -> PolicyDraft:
    now = clock.now()
    draft = PolicyDraft.objects.create(
        pack_version=pack.version, pack_checksum=pack.checksum, tightening=tightening, created_at=now, updated_at=now,
        updated_by_id=by.id,
    )  # fmt: skip
    record(DRAFT_STARTED, by=by, subject=draft, detail={"pack": pack.ref})
    return draft


def _make_version(pack: Pack, tightening: dict[str, Any], effective_from: date, by: Actor | None) -> PolicyVersion:
    made = PolicyVersion.objects.create(
        pack_id=pack.id,
        pack_version=pack.version,
        pack_checksum=pack.checksum,
        tightening=tightening,
        effective_from=effective_from,
        created_at=clock.now(),
        created_by_id=by.id if by else None,
    )
    record(
        PUBLISHED,
        by=by,
        subject=made,
        detail={"pack": pack.ref, "checksum": pack.checksum, "from": effective_from.isoformat()},
    )
    forget_policy()
    facts_changed()
    return made


def _keep(draft: PolicyDraft, tightening: Tightening, by: PolicyMaker, slug: str, **detail: str) -> PolicyDraft:
    if sentences := check_tightening(pack_of_draft(draft), tightening, types=offered_types()):
        raise _refused(LoosensTheLaw(sentences), draft, by)
    draft.tightening = stored_tightening(tightening)
    draft.rehearsed_at = None
    draft.updated_at, draft.updated_by_id = clock.now(), by.id
    draft.version += 1
    draft.save()
    record(slug, by=by, subject=draft, detail={"version": draft.version, **detail})
    return draft


def _require_draft(draft_id: UUID) -> PolicyDraft:
    draft = PolicyDraft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise PolicyNotFound
    return draft


def _require_officer(draft: PolicyDraft, by: PolicyMaker) -> None:
    if Role.IG_OFFICER.value not in by.roles:
        raise _refused(OnlyTheOfficerSigns(), draft, by)


def _refused(error: PolicyRefused, subject: PolicyDraft | PolicyVersion, by: PolicyMaker) -> PolicyRefused:
    refuse(REFUSED, by=by, reason=error.slug, subject_id=subject.id)
    return error


def _one_at_a_time() -> None:
    """Until this unit of work ends, nobody else in this council starts, publishes or cancels a policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"policy {require_current().schema_name}"]
        )
