"""Deciding what waits for an approver: approve, refuse with a reason, ask back. Each person has one voice.

Approving asks the decision procedure again, with the approval and the facts of today: it alone lets a line be shown.
"""

from __future__ import annotations

from typing import Any, Final, Protocol
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record, refuse
from core.consent.packs_in_use import policy_in_force
from core.directory.models import Practitioner
from core.directory.viewers import Viewer, ViewerService, viewer_from
from core.network.actions.approval_asks import close, people_needed
from core.network.actions.publish import Decided, publish_approved
from core.network.actions.telling import tell_network
from core.network.choices import ApprovalState, Voice, VoiceReason
from core.network.errors import (
    AlreadyDecided,
    AlreadySaid,
    ApprovalNotFound,
    CannotBeApproved,
    NotPermitted,
    OwnRequest,
)
from core.network.models import Approval, ApprovalVoice, Conflict, Involvement, Publication, Reminder
from core.network.policies.deciding import decidable_by
from core.network.queries.around import read_around
from core.notices.actions import tell
from core.people.models import Client
from tenants.base_model import TenantQuerySet

REFUSED: Final = "network.approval.refused_to_decide"


class Approver(Protocol):
    """Whoever decides: a viewer, or an officer."""

    @property
    def id(self) -> UUID: ...

    @property
    def user_id(self) -> UUID: ...

    @property
    def name(self) -> str: ...


@transaction.atomic
def approve_publication(*, approval_id: UUID, by: Viewer) -> Approval:
    """Say yes. The last yes that is needed shows the line to the agencies named, on a PERMIT of today alone.

    Raises ApprovalNotFound, AlreadyDecided, AlreadySaid, OwnRequest, CannotBeApproved.
    """
    # The line first, then the client and then the approval, as whoever ends a line or takes a yes back holds them: so
    # none waits for the other, and what is taken back meanwhile either is read here or finds the line shown.
    line = _held_line(decidable_by(by), approval_id)
    _hold_client(decidable_by(by), approval_id)
    approval = held(decidable_by(by), approval_id, by=by)
    is_last = say(approval, Voice.APPROVE, by=by)
    if not is_last:
        return approval
    line = _require_open_line(line, approval, by)
    asker, service = _asker(line, approval, by)
    around, decided = read_around(approval.client), Decided()
    decision = publish_approved(approval, asker=asker, service=service, around=around, decided=decided, by=by)
    if not decision.is_permitted:
        raise _refused(CannotBeApproved(), approval, by)
    decided.write()
    close(approval, ApprovalState.APPROVED)
    Reminder.objects.filter(involvement=line, done_at=None).update(done_at=clock.now())
    record("network.approval.approved", by=by, subject=approval, client_id=approval.client_id, reason=approval.ground)
    tell_asker(approval, "network.approval.approved", by=by)
    reached = {one.agency_id for one in decided.recipients}
    tell_network("network.member.joined", around=around, reached=reached, involvement=line, by=asker)
    return approval


@transaction.atomic
def refuse_publication(*, approval_id: UUID, reason: VoiceReason, by: Viewer) -> Approval:
    """Say no: the line stays with its practitioner and their manager, who read why. One no is enough.

    Raises ApprovalNotFound, AlreadyDecided, AlreadySaid, OwnRequest.
    """
    return turn_down(held(decidable_by(by), approval_id, by=by), Voice.REFUSE, reason, by=by)


@transaction.atomic
def ask_publication_back(*, approval_id: UUID, reason: VoiceReason, by: Viewer) -> Approval:
    """Ask back: whoever asked reads what is missing, and records the conversation anew.

    Raises ApprovalNotFound, AlreadyDecided, AlreadySaid, OwnRequest.
    """
    return turn_down(held(decidable_by(by), approval_id, by=by), Voice.ASK_BACK, reason, by=by)


def turn_down(approval: Approval, answer: Voice, reason: VoiceReason, *, by: Approver) -> Approval:
    """Write a no, or a question, with its reason, and tell whoever asked."""
    say(approval, answer, reason, by=by)
    is_no = answer is Voice.REFUSE
    close(approval, ApprovalState.REFUSED if is_no else ApprovalState.ASKED_BACK)
    slug = f"network.{_FAMILY[approval.kind]}.{'refused' if is_no else 'asked_back'}"
    record(slug, by=by, subject=approval, client_id=approval.client_id, reason=reason)
    tell_asker(approval, slug, by=by, reason=reason)
    return approval


def held(approvals: TenantQuerySet[Approval], approval_id: UUID, *, by: Approver) -> Approval:
    """The approval, held until the work is done: of two who decide at once, the second reads that it is decided.

    Raises ApprovalNotFound, OwnRequest, AlreadyDecided, AlreadySaid; the refusal is recorded.
    """
    approval = (
        approvals.select_for_update(of=("self",)).select_related("client", "asked_by").filter(id=approval_id).first()
    )
    if approval is None:
        refuse(REFUSED, by=by, reason="not_found", subject_id=approval_id)
        raise ApprovalNotFound
    if approval.asked_by_id == by.id:
        raise _refused(OwnRequest(), approval, by)
    if approval.state != ApprovalState.WAITING:
        raise _refused(AlreadyDecided(), approval, by)
    if ApprovalVoice.objects.filter(approval=approval, by_id=by.id).exists():
        raise _refused(AlreadySaid(), approval, by)
    return approval


def say(approval: Approval, answer: Voice, reason: VoiceReason | None = None, *, by: Approver) -> bool:
    """Write down what this person said. Answers whether as many said yes as must.

    That is as many as when it was asked, or more where the policy has wanted more since.
    """
    ApprovalVoice.objects.create(approval=approval, by_id=by.id, answer=answer, reason=reason or "", at=clock.now())
    record(
        "network.approval.voiced", by=by, subject=approval, client_id=approval.client_id, reason=reason or "",
        detail={"answer": answer.value},
    )  # fmt: skip
    said = ApprovalVoice.objects.filter(approval=approval, answer=Voice.APPROVE).count()
    policy = policy_in_force(clock.today())
    needed = people_needed(policy, approval.kind, approval.ground, approval.level)
    if needed > approval.people_needed:
        approval.people_needed = needed
        approval.save(update_fields=["people_needed"])
    return said >= approval.people_needed


def tell_asker(approval: Approval, slug: str, *, by: Approver, reason: str = "") -> None:
    """Tell whoever asked, where they have an account. It says what became of it, and no more than they may see."""
    asker = approval.asked_by
    detail = {"reason": str(reason)} if reason else {}
    if approval.involvement_id:
        detail["involvement"] = str(approval.involvement_id)
    if asker is not None and asker.user_id and asker.id != by.id:
        tell([asker.user_id], slug, client_id=approval.client_id, by=by, detail=detail)


def _held_line(approvals: TenantQuerySet[Approval], approval_id: UUID) -> Involvement | None:
    """The line an approval is about, where it is open, held until the work is done."""
    line_ids = approvals.filter(id=approval_id).values("involvement_id")
    return (
        # Not its key: whoever takes a yes back refers to the line while they hold the client.
        Involvement.objects.select_for_update(of=("self",), no_key=True)
        .filter(id__in=line_ids, ended_on=None, client__removed_at=None)
        .first()
    )


def _hold_client(approvals: TenantQuerySet[Approval], approval_id: UUID) -> None:
    """Hold the client of an approval until the work is done."""
    client_ids = approvals.filter(id=approval_id).values("client_id")
    Client.objects.select_for_update(of=("self",)).filter(id__in=client_ids).first()


def _require_open_line(line: Involvement | None, approval: Approval, by: Approver) -> Involvement:
    if line is None or Publication.objects.filter(involvement=line, ended_at=None).exists():
        raise _refused(AlreadyDecided(), approval, by)
    approval.involvement = line
    return line


def _asker(line: Involvement, approval: Approval, by: Approver) -> tuple[Viewer, ViewerService]:
    """The line's practitioner as they stand today, and the service. Raises CannotBeApproved where they no longer do."""
    card: Any = (
        Practitioner.objects.select_related("agency", "user")
        .filter(id=line.practitioner_id, left_on=None, user__is_active=True)
        .first()
    )
    asker = viewer_from(card, frozenset(card.user.roles)) if card else None
    service = asker.service(line.service_id) if asker else None
    knows_them = Conflict.objects.filter(client_id=line.client_id, practitioner_id=line.practitioner_id, ended_at=None)
    if asker is None or service is None or knows_them.exists():
        raise _refused(CannotBeApproved(), approval, by)
    return asker, service


def _refused(refusal: NotPermitted, approval: Approval, by: Approver) -> NotPermitted:
    refuse(REFUSED, by=by, reason=refusal.slug, client_id=approval.client_id, subject_id=approval.id)
    return refusal


_FAMILY: Final = {"publication": "approval", "shield": "shield", "unshield": "unshield"}
