"""Asking a colleague who has an account to join a network, and their answer.

An invitation is decided like a publication, with the colleague's agency as recipient. What the inviter is told never
depends on lines they cannot see: a colleague whose line is hidden from them is invited like any other.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record, refuse
from core.consent.actions import record_decision
from core.consent.case_form import CaseMalformed, request_from_case
from core.consent.decision import decide
from core.consent.pack import NOT_SHIELDED, Basis
from core.consent.request import Action, Recipient
from core.directory.models import Membership, Practitioner
from core.directory.viewers import Viewer
from core.network.actions.publish import Decided, extend_publications
from core.network.choices import Answer
from core.network.errors import (
    AlreadyInvolved,
    ClientIsShielded,
    ConsentDoesNotReach,
    InvitationNotFound,
    NotShownYet,
    PractitionerNotFound,
)
from core.network.models import NetworkInvitation, Publication, PublicationRecipient
from core.network.policies import invitations_to, require_can_invite, require_open, visible_to
from core.network.queries.around import Around, read_around
from core.notices.actions import tell


@transaction.atomic
def invite_colleague(*, client_id: UUID, practitioner_id: UUID, by: Viewer) -> NetworkInvitation:
    """Ask a colleague to join. One who was asked already is not asked twice, and the inviter is told the same.

    Raises ClientNotFound, ClientIsShielded, PractitionerNotFound, NotShownYet, ConsentDoesNotReach, and only where the
    inviter sees that line AlreadyInvolved.
    """
    client = require_open(by, client_id, for_change=True)
    require_can_invite(by, client_id)
    if client.shield != NOT_SHIELDED:
        refuse("network.invitation.refused", by=by, reason=ClientIsShielded.slug, client_id=client.id)
        raise ClientIsShielded
    card = Practitioner.objects.filter(
        id=practitioner_id, left_on=None, user__isnull=False, user__is_active=True
    ).first()
    if card is None or card.id == by.id:
        raise PractitionerNotFound
    if visible_to(by).filter(client_id=client_id, practitioner_id=card.id).exists():
        raise AlreadyInvolved(f"{card.full_name} is on this client's network already.")
    around = read_around(client)
    statuses: frozenset[str] = frozenset()
    for of_service in Membership.objects.filter(practitioner=card).values_list("service__statuses", flat=True):
        statuses |= frozenset(of_service)
    _require_consent_reaches(around, card, statuses, by)
    invitation = NetworkInvitation.objects.filter(client=client, practitioner=card, answer=Answer.WAITING).first()
    if invitation is None:
        invitation = NetworkInvitation.objects.create(
            client=client, practitioner=card, invited_by_id=by.id, created_at=clock.now()
        )
        tell(
            [card.user_id] if card.user_id else [],
            "network.colleague.invited",
            client_id=client.id,
            by=by,
        )
    agencies = around.with_agency(card.agency_id, statuses)
    decided = Decided()
    extend_publications(around, {card.agency_id: agencies[card.agency_id]}, decided=decided, by=by)
    decided.write()
    record("network.colleague.invited", by=by, subject=invitation, client_id=client.id)
    return invitation


@transaction.atomic
def answer_invitation(*, invitation_id: UUID, accept: bool, by: Viewer) -> NetworkInvitation:
    """Accept (and so be related to the client, and join through the consent step next) or decline.

    Raises InvitationNotFound.
    """
    invitation = (
        invitations_to(by).select_for_update(of=("self",)).select_related("invited_by").filter(id=invitation_id).first()
    )
    if invitation is None:
        refuse("network.invitation.refused", by=by, reason="not_found", subject_id=invitation_id)
        raise InvitationNotFound
    invitation.answer, invitation.answered_at = (Answer.ACCEPTED if accept else Answer.DECLINED), clock.now()
    invitation.save(update_fields=["answer", "answered_at"])
    slug = "network.invitation.accepted" if accept else "network.invitation.declined"
    record(slug, by=by, subject=invitation, client_id=invitation.client_id)
    if invitation.invited_by.user_id:
        tell(
            [invitation.invited_by.user_id],
            slug,
            client_id=invitation.client_id,
            by=by,
        )
    return invitation


def _require_consent_reaches(around: Around, card: Practitioner, statuses: frozenset[str], by: Viewer) -> None:
    """Decide `invite` on the basis of the inviter's own publication. Raises NotShownYet, ConsentDoesNotReach."""
    own = (
        Publication.objects.select_related("decision")
        .filter(
            involvement__client=around.client,
            involvement__practitioner_id=by.id,
            involvement__ended_on=None,
            ended_at=None,
            review_by__gte=around.on,
        )
        .order_by("published_at")
    )
    published = list(own)
    if not published:
        refuse("network.invitation.refused", by=by, reason=NotShownYet.slug, client_id=around.client.id)
        raise NotShownYet
    # The colleague's own statuses alone: those of lines that the inviter may not see must not change the answer.
    recipient = Recipient(agency=str(card.agency_id), status=statuses)
    for publication in published:
        try:
            asked = request_from_case(publication.decision.request)
        except CaseMalformed:
            continue
        basis = around.policy.rules.basis(publication.basis)
        if not _may_reach(publication, basis, card.agency_id, around):
            continue
        request = replace(
            asked,
            action=Action.INVITE,
            on=around.on,
            client=around.facts,
            recipients=(recipient,),
            actor=replace(asked.actor, checks_ok=by.is_cleared, dsa=by.has_agreement),
            consent=replace(
                asked.consent,
                age_days=asked.consent.age_days + (around.on - asked.on).days,
                refused=asked.consent.refused or _is_refused(publication, basis, card.agency_id, around),
            ),
        )
        decision = decide(around.policy, request)
        record_decision(
            decision,
            request=request,
            policy=around.policy,
            by=by,
            client_id=around.client.id,
            involvement_id=publication.involvement_id,
        )
        if decision.is_permitted:
            return
    refuse("network.invitation.refused", by=by, reason=ConsentDoesNotReach.slug, client_id=around.client.id)
    raise ConsentDoesNotReach


def _may_reach(publication: Publication, basis: Basis | None, agency_id: UUID, around: Around) -> bool:
    """Whether a publication may be asked about for an agency: for one that the client took off, or never named, not.

    Whom it names is what it reaches today: an agency that was taken off is off it, and one named again is on it.
    """
    if basis is not None and basis.named_recipients:
        return PublicationRecipient.objects.filter(publication=publication, agency_id=agency_id).exists()
    return not around.is_left_off(agency_id, publication) or (basis is not None and basis.overrides_refusal)


def _is_refused(publication: Publication, basis: Basis | None, agency_id: UUID, around: Around) -> bool:
    """Whether the agency is asked about in spite of a no, for which the law must have its ground."""
    return basis is not None and not basis.consenter and around.is_left_off(agency_id, publication)
