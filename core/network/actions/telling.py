"""Who on a network is told of something: those whom the line it is about reaches, and nobody else."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from core.directory.viewers import Viewer
from core.network.models import Involvement
from core.network.queries.around import Around
from core.notices.actions import tell


def tell_network(slug: str, *, around: Around, reached: Collection[UUID], involvement: Involvement, by: Viewer) -> None:
    """Tell the people on the network whose agency `reached` names, but for `by`. Words are put in when it is read."""
    tell(
        (
            one.user_id
            for one in around.supporters
            if one.user_id and one.agency_id in reached and one.practitioner_id != by.id
        ),
        slug,
        client_id=around.client.id,
        by_user_id=by.user_id,
        by_name=by.name,
        detail={"involvement": str(involvement.id)},
    )
