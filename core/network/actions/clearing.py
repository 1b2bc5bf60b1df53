"""What goes with a line that is shown no more: a lead, offers and invitations that rested on it, notices about it.

Each is one statement over a client's rows, whatever is found: how many there were is told by nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from core.network.actions.again import some
from core.network.choices import Answer
from core.network.models import Involvement, LeadOffer, NetworkInvitation, Publication
from core.network.policies import leaders_among
from core.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Cleared:
    """The lines that lead no more; how many offers and invitations were taken back."""

    leads: tuple[UUID, ...]
    offers: int
    invitations: int


def take_back_what_rested(client_ids: Collection[UUID], *, at: datetime) -> Cleared:
    """End the leads of lines that not everyone sees any more, and what was offered or asked on the strength of lines
    that are shown no more. Who was asked finds no trace of it. Six statements.
    """
    clients = some(client_ids)
    hidden = Involvement.objects.filter(client_id__in=clients, ended_on=None, is_lead=True).exclude(
        id__in=leaders_among().values("id")
    )
    leads = tuple(hidden.values_list("id", flat=True))
    Involvement.objects.filter(id__in=some(leads)).update(is_lead=False)
    taken = {"answer": Answer.TAKEN_BACK, "answered_at": at}
    leading = Involvement.objects.filter(
        client_id=OuterRef("client_id"), practitioner_id=OuterRef("offered_by_id"), ended_on=None, is_lead=True
    )
    offers = LeadOffer.objects.filter(
        ~Exists(leading) | ~Q(to_involvement_id__in=leaders_among().values("id")),
        client_id__in=clients,
        answer=Answer.WAITING,
    ).update(**taken)
    shown = Publication.objects.filter(
        involvement__client_id=OuterRef("client_id"),
        involvement__practitioner_id=OuterRef("invited_by_id"),
        involvement__ended_on=None,
        ended_at=None,
        review_by__gte=clock.today(),
    )
    invitations = NetworkInvitation.objects.filter(~Exists(shown), client_id__in=clients, answer=Answer.WAITING).update(
        **taken
    )
    forget_what_was_asked(clients, at=at)
    return Cleared(leads, offers, invitations)


def forget_what_was_asked(client_ids: Collection[UUID], *, at: datetime) -> None:
    """Remove the unread notices of offers and invitations that were taken back at that moment. Two statements."""
    of_notice = {"client_id": OuterRef("client_id"), "answer": Answer.TAKEN_BACK, "answered_at": at}
    invited = NetworkInvitation.objects.filter(practitioner__user_id=OuterRef("user_id"), **of_notice)
    offered = LeadOffer.objects.filter(to_involvement__practitioner__user_id=OuterRef("user_id"), **of_notice)
    unread = Notice.objects.filter(client_id__in=client_ids, read_at=None)
    unread.filter(Exists(invited), slug="network.colleague.invited").delete()
    unread.filter(Exists(offered), slug="network.lead.offered").delete()


def forget_notices(
    client_id: UUID, line_ids: Iterable[UUID], *, but_for: Iterable[UUID], only_for: QuerySet[Any, Any] | None = None
) -> None:
    """Remove unread notices about these lines, but for the users `but_for`; or only those of `only_for`.

    Notices that were read are shown without their words once the line is not seen any more. One statement.
    """
    unread = Notice.objects.filter(
        client_id=client_id, read_at=None, detail__involvement__in=[str(one) for one in some(line_ids)]
    ).exclude(user_id__in=some(but_for))
    (unread if only_for is None else unread.filter(user_id__in=only_for)).delete()
