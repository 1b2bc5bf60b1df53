"""Adding a client one supports: the duplicate check, the client, one's own line; and taking it all back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record, refuse
from core.consent.conversation import ConversationAnswers
from core.directory.viewers import Viewer
from core.network.actions.end import undo_join
from core.network.actions.join import join_network
from core.network.choices import DifferentPerson
from core.network.errors import ClientNotFound, LooksListed, NotPermitted, TooLateToUndo
from core.network.models import Involvement, NetworkInvitation
from core.network.policies import UNDO_FOR, require_can_join
from core.network.queries.duplicates import COMPARED, Duplicate, compared
from core.network.queries.find import Sight, sight_of
from core.people.actions import create_client, remove_client
from core.people.models import Client
from core.people.records import ClientDetails

ADDED_APART: Final = "network.client.added_apart"
ADD_REFUSED: Final = "network.client.add_refused"
ADDING_UNDONE: Final = "network.client.adding_undone"


class StronglyAlike(LooksListed):
    """Nothing was saved: `duplicates` are listed clients who look like the same person."""

    def __init__(self, duplicates: tuple[Duplicate, ...]) -> None:
        super().__init__("Someone who is listed already looks like the same person.")
        self.duplicates = duplicates


@dataclass(frozen=True, slots=True)
class Apart:
    """The practitioner's word that the person is none of these listed clients, with the reason as a code."""

    client_ids: frozenset[UUID] = frozenset()
    reason: DifferentPerson | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """The client added, and one's own line on their network; no line where a repeated POST finds them there already."""

    client_id: UUID
    involvement_id: UUID | None = None

    @property
    def is_new(self) -> bool:
        """Whether this very request added them."""
        return self.involvement_id is not None


@transaction.atomic
def add_client(
    *, client_id: UUID, details: ClientDetails, service_id: UUID, answers: ConversationAnswers, apart: Apart, by: Viewer
) -> Added:
    """List a client and put `by` with their service on the network.

    `client_id` is chosen when the form is shown, so that sending it twice adds one client. Raises StronglyAlike while
    somebody listed looks like the same person and is not among `apart`; NotCleared, AgreementMissing, NotYourService.
    """
    sight = sight_of(by)
    try:
        require_can_join(by, by.service(service_id))
    except NotPermitted as refusal:
        refuse(ADD_REFUSED, by=by, reason=refusal.slug)
        raise
    if _is_added(client_id, by):
        return Added(client_id)
    alike = _strongly_alike(sight, details)
    if alike and not (apart.reason and {one.id for one in alike} <= apart.client_ids):
        # Nothing is saved, and yet they are shown: what is noted this way outlives the rollback.
        refuse(COMPARED, by=by, reason="looks_listed", detail={"listed": [str(one.id) for one in alike]})
        raise StronglyAlike(alike)
    client, is_new = create_client(client_id=client_id, details=details, by=by)
    if not is_new:
        return Added(client.id)
    line = join_network(client_id=client.id, service_id=service_id, answers=answers, by=by)
    _record_apart(client, alike, apart, by)
    return Added(client.id, line.id)


def _is_added(client_id: UUID, by: Viewer) -> bool:
    return Client.objects.filter(id=client_id, created_by_id=by.id, removed_at=None).exists()


def _strongly_alike(sight: Sight, details: ClientDetails) -> tuple[Duplicate, ...]:
    return tuple(one for one in compared(sight, details) if one.is_strong)


def _record_apart(client: Client, alike: Iterable[Duplicate], apart: Apart, by: Viewer) -> None:
    ids = [str(one.id) for one in alike]
    if ids and apart.reason:
        record(
            ADDED_APART,
            by=by,
            subject=client,
            client_id=client.id,
            reason=apart.reason.value,
            detail={"apart_from": ids},
        )


@transaction.atomic
def undo_add(*, client_id: UUID, by: Viewer) -> None:
    """Take back a client added by mistake, within ten minutes: one's own line, and the client if nobody else is there.

    Where somebody else is involved by now, the client stays listed, and the answer is the same: it may be a service
    that must not be known of. Raises ClientNotFound for anybody but who added them, TooLateToUndo.
    """
    client = Client.objects.filter(id=client_id, created_by_id=by.id, removed_at=None).first()
    if client is None:
        refuse(ADDING_UNDONE, by=by, reason="not_found", subject_id=client_id)
        raise ClientNotFound
    if clock.now() - client.created_at > UNDO_FOR:
        refuse(ADDING_UNDONE, by=by, reason="too_late", subject_id=client_id)
        raise TooLateToUndo
    lines = Involvement.objects.filter(client_id=client_id, ended_on=None)
    for line in lines.filter(practitioner_id=by.id):
        undo_join(involvement_id=line.id, by=by)
    is_shared = (
        lines.exclude(practitioner_id=by.id).exists() or NetworkInvitation.objects.filter(client_id=client_id).exists()
    )
    if is_shared:
        record(ADDING_UNDONE, by=by, subject=client, client_id=client_id, reason="others_are_involved")
    else:
        remove_client(client_id=client_id, by=by)
