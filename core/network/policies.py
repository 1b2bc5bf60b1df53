"""Who may see and do what on a client's network: each rule as a question, as a refusal with its reason, and as SQL.

`visible_to` is the decision procedure's `view` as SQL; a property test holds the two against each other. A line is
seen by its own practitioner, by the manager of its service, and by people on the network whose agency it was
published to. Nobody else learns that it is there.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.audit.actions import refuse
from core.consent.decision import RELATIONSHIP_ROLES
from core.consent.pack import NOT_SHIELDED, STANDARD_CLASS, SearchMode
from core.consent.packs_in_use import pack_of
from core.directory.viewers import Viewer, ViewerService
from core.network import errors
from core.network.choices import Answer, Visibility
from core.network.models import Involvement, NetworkInvitation, Publication, PublicationRecipient
from core.people.models import Client
from tenants.base_model import TenantQuerySet
from tenants.context import require_current

UNDO_FOR = timedelta(minutes=10)


# Sight


def visible_to(viewer: Viewer) -> TenantQuerySet[Involvement]:
    """The open involvements this viewer may see, whoever the client."""
    lines = Involvement.objects.filter(ended_on=None, client__removed_at=None)
    own = Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids)
    if not (viewer.is_cleared and viewer.has_agreement):
        return lines.filter(own)
    return lines.filter(own | (Q(client__shield=NOT_SHIELDED) & is_related(viewer, "client_id") & Q(_reaches(viewer))))


def can_see(viewer: Viewer, involvement: Involvement) -> bool:
    """Whether this viewer may see this involvement. One query."""
    return visible_to(viewer).filter(id=involvement.id).exists()


def is_related(viewer: Viewer, client_field: str) -> Q:
    """As SQL: involved with the client named by `client_field`, invited and accepted, or of a role that stands for it.

    `client_field` is the column that holds the client's id in the query this is put into.
    """
    if RELATIONSHIP_ROLES & viewer.roles:
        return Q(pk__isnull=False)
    of_client = {"client_id": OuterRef(client_field)}
    return Q(Exists(Involvement.objects.filter(practitioner_id=viewer.id, ended_on=None, **of_client))) | Q(
        Exists(NetworkInvitation.objects.filter(practitioner_id=viewer.id, answer=Answer.ACCEPTED, **of_client))
    )


def _reaches(viewer: Viewer) -> Exists:
    """As SQL: published to the viewer's agency; a sensitive line only by a publication for named agencies."""
    return Exists(_reached().filter(agency_id=viewer.agency_id, publication__involvement_id=OuterRef("pk")))


def agencies_reached(involvement_id: UUID) -> TenantQuerySet[PublicationRecipient]:
    """The same for one line: the agencies to whose people on the network it is shown now, as recipients."""
    return _reached().filter(
        publication__involvement_id=involvement_id, publication__involvement__client__shield=NOT_SHIELDED
    )


def _reached() -> TenantQuerySet[PublicationRecipient]:
    return PublicationRecipient.objects.filter(
        Q(publication__involvement__service__service_type__sensitivity=STANDARD_CLASS)
        | Q(publication__visibility=Visibility.NAMED_ONLY),
        publication__ended_at=None,
        publication__review_by__gte=clock.today(),
    )


def openable_by(viewer: Viewer) -> TenantQuerySet[Client]:
    """The clients whose page this viewer may open, if only to join.

    Where the pack's search is open, someone cleared, of an agency with an agreement, may open any page whose address
    they were given; where it is closed, only those of clients they support or are invited to. A shielded client's page
    opens only with a line of their own or their team's.
    """
    return _openable(viewer, is_closed=pack_of(require_current()).search_mode is SearchMode.CLOSED)


def joinable_by(viewer: Viewer) -> TenantQuerySet[Client]:
    """The clients this viewer may be asked about joining: also where search is closed, once they know who it is."""
    return _openable(viewer, is_closed=False)


def _openable(viewer: Viewer, *, is_closed: bool) -> TenantQuerySet[Client]:
    clients = Client.objects.filter(removed_at=None)
    with_own_line = Exists(
        Involvement.objects.filter(
            Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids),
            client_id=OuterRef("pk"),
            ended_on=None,
        )
    )
    if not (viewer.is_cleared and viewer.has_agreement):
        return clients.filter(with_own_line)
    if not is_closed:
        return clients.filter(Q(shield=NOT_SHIELDED) | Q(with_own_line))
    invited = Exists(
        NetworkInvitation.objects.filter(
            practitioner_id=viewer.id, answer__in=(Answer.WAITING, Answer.ACCEPTED), client_id=OuterRef("pk")
        )
    )
    return clients.filter(Q(with_own_line) | (Q(shield=NOT_SHIELDED) & (Q(invited) | is_related(viewer, "pk"))))


def require_open(viewer: Viewer, client_id: UUID, *, for_change: bool = False, to_join: bool = False) -> Client:
    """The client, if this viewer may open their page (or, `to_join`, be asked about joining). Raises ClientNotFound.

    A refusal is recorded. `for_change` holds the client's row until the work is done, so that two who join at once
    decide one after the other.
    """
    clients = joinable_by(viewer) if to_join else openable_by(viewer)
    client = (clients.select_for_update(of=("self",)) if for_change else clients).filter(id=client_id).first()
    if client is None:
        refuse("network.client.refused", by=viewer, reason="not_found", subject_id=client_id)
        raise errors.ClientNotFound
    return client


# Joining


def can_join(viewer: Viewer, service: ViewerService | None) -> bool:
    """Whether the viewer may put themselves on a network with this service of theirs."""
    return viewer.is_cleared and viewer.has_agreement and service is not None


def require_can_join(viewer: Viewer, service: ViewerService | None) -> ViewerService:
    """The service. Raises NotCleared, AgreementMissing or NotYourService."""
    if not viewer.is_cleared:
        raise errors.NotCleared
    if not viewer.has_agreement:
        raise errors.AgreementMissing
    if service is None:
        raise errors.NotYourService
    return service


def services_to_join_with(viewer: Viewer) -> tuple[ViewerService, ...]:
    """The same rule, as a list."""
    return tuple(service for service in viewer.services if can_join(viewer, service))


# One's own line: end it, confirm it, record its conversation


def can_change(viewer: Viewer, involvement: Involvement) -> bool:
    """Whether the viewer answers for this line: their own, or of a service they manage."""
    return involvement.practitioner_id == viewer.id or involvement.service_id in viewer.managed_service_ids


def require_can_change(
    viewer: Viewer, involvement_id: UUID, *, own_only: bool = False, open_only: bool = False
) -> Involvement:
    """The line, held until the work is done, so that the same tap sent twice at once is weighed one after the other.

    Raises InvolvementNotFound, and records the refusal: someone else's line can't be told from none.
    """
    lines = changeable_by(viewer).select_for_update(of=("self",)).filter(id=involvement_id)
    if own_only:
        lines = lines.filter(practitioner_id=viewer.id)
    if open_only:
        lines = lines.filter(ended_on=None)
    involvement = lines.first()
    if involvement is None:
        raise line_refused(viewer, involvement_id)
    return involvement


def line_refused(viewer: Viewer, subject_id: UUID) -> errors.InvolvementNotFound:
    """The error for a line (or what hangs on one) that is not the viewer's; the refusal is recorded."""
    refuse("network.line.refused", by=viewer, reason="not_yours", subject_id=subject_id)
    return errors.InvolvementNotFound()


def changeable_by(viewer: Viewer) -> TenantQuerySet[Involvement]:
    """The same rule, as SQL, over ended lines too (an end can be undone)."""
    return Involvement.objects.filter(
        Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids), client__removed_at=None
    )


# Leading


def can_lead(involvement: Involvement) -> bool:
    """Whether a line may lead: it is shown to the whole network, so that no lead is ever a secret. One query."""
    return leaders_among().filter(id=involvement.id).exists()


def require_can_lead(involvement: Involvement) -> None:
    """Raises CannotLead."""
    if not can_lead(involvement):
        raise errors.CannotLead


def leaders_among() -> TenantQuerySet[Involvement]:
    """The same rule, as SQL."""
    return Involvement.objects.filter(
        Exists(
            Publication.objects.filter(
                involvement_id=OuterRef("pk"),
                ended_at=None,
                review_by__gte=clock.today(),
                visibility=Visibility.NETWORK,
            )
        ),
        ended_on=None,
        service__service_type__sensitivity=STANDARD_CLASS,
        practitioner__user__isnull=False,
    )


# Inviting


def can_invite(viewer: Viewer, client_id: UUID) -> bool:
    """Whether the viewer may ask a colleague to join: they are on the network themselves. One query."""
    return (
        viewer.is_cleared
        and viewer.has_agreement
        and Involvement.objects.filter(practitioner_id=viewer.id, client_id=client_id, ended_on=None).exists()
    )


def require_can_invite(viewer: Viewer, client_id: UUID) -> None:
    """Raises ClientNotFound for someone who is not on the network: they do not know that there is one."""
    if not can_invite(viewer, client_id):
        refuse("network.invitation.refused", by=viewer, reason="not_involved", subject_id=client_id)
        raise errors.ClientNotFound


def invitations_to(viewer: Viewer) -> TenantQuerySet[NetworkInvitation]:
    """The invitations this viewer may answer."""
    return NetworkInvitation.objects.filter(
        practitioner_id=viewer.id, answer=Answer.WAITING, client__removed_at=None, client__shield=NOT_SHIELDED
    )
