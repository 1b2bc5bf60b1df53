"""Who on a network is told of something: those whom the line it is about reaches, and nobody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from core.directory.viewers import Viewer
from core.network.models import Involvement
from core.network.policies import agencies_reached
from core.network.queries.around import Around
from core.notices.actions import tell


def tell_network(slug: str, *, around: Around, reached: Collection[UUID], involvement: Involvement, by: Viewer) -> None:
    """Tell the people on the network whose agency `reached` names, but for `by`. Words are put in when it is read."""
    told = (
        one.user_id
        for one in around.supporters
        if one.user_id and one.agency_id in reached and one.practitioner_id != by.id
    )
    tell(told, slug, client_id=around.client.id, by=by, detail={"involvement": str(involvement.id)})


def tell_those_who_see(
    involvement_id: UUID, slug: str, *, client_id: UUID, by: Viewer, detail: Mapping[str, str] | None = None
) -> None:
    """The same where nothing around was read yet, in one query: people on the network whom the line is published to."""
    reached = agencies_reached(involvement_id).values("agency_id")
    told = (
        Involvement.objects.filter(client_id=client_id, ended_on=None, service__agency_id__in=reached)
        .exclude(practitioner_id=by.id)
        .filter(practitioner__user__isnull=False)
        .values_list("practitioner__user_id", flat=True)
    )
    tell(
        (user_id for user_id in told if user_id),
        slug,
        client_id=client_id,
        by=by,
        detail={"involvement": str(involvement_id), **(detail or {})},
    )
