"""What a viewer's own records say of clients, beyond involvements: read once a unit of work, in one query.

Nearly everyone has none of these, so the statements about sight stay as plain as without them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Value

from core import clock
from core.consent.pack import NOT_SHIELDED
from core.directory.viewers import Viewer
from core.network.choices import Answer
from core.network.models import Conflict, Involvement, LimitedSight, NetworkInvitation, ShieldAssignment
from tenants.base_model import TenantQuerySet
from tenants.context import require_scope

_STANDING: Final = "a viewer's standing"


class _Tie(IntEnum):
    CONFLICT = 1
    ASSIGNED = 2
    LIMITED = 3
    OWN = 4
    INVITED = 5
    TEAM = 6


@dataclass(frozen=True, slots=True)
class Standing:
    """Clients by what ties the viewer to them.

    `conflicts`: a relative or friend. `assigned`: named for, though shielded. `limited`: limited sight is open in this
    browser session. `own`, `invited` and `team` (lines of services they manage) are read only where asked for.
    """

    conflicts: frozenset[UUID] = frozenset()
    assigned: frozenset[UUID] = frozenset()
    limited: frozenset[UUID] = frozenset()
    own: frozenset[UUID] = frozenset()
    invited: frozenset[UUID] = frozenset()
    team: frozenset[UUID] = frozenset()


def standing_of(viewer: Viewer, *, with_clients: bool = False) -> Standing:
    """The viewer's standing, in one query a unit of work; `with_clients` reads their own and team's clients too."""
    memo = require_scope().memo
    for whole in (True,) if with_clients else (True, False):
        known = memo.get((_STANDING, viewer.id, viewer.session_key, whole))
        if isinstance(known, Standing):
            return known
    read = _read(viewer, with_clients=with_clients)
    memo[_STANDING, viewer.id, viewer.session_key, with_clients] = read
    return read


def forget_standing() -> None:
    """Have it read anew in this unit of work: a conflict, an assignment or a limited sight has just changed."""
    memo = require_scope().memo
    for key in [key for key in memo if isinstance(key, tuple) and key[0] == _STANDING]:
        del memo[key]


def sights_open(viewer: Viewer) -> TenantQuerySet[LimitedSight]:
    """The limited sights in force for this viewer: not run out, not ended, and opened in this browser session."""
    return LimitedSight.objects.filter(
        practitioner_id=viewer.id,
        ended_at=None,
        expires_at__gt=clock.now(),
        session__session_key=viewer.session_key,
        session__isnull=False,
    )


def _read(viewer: Viewer, *, with_clients: bool) -> Standing:
    own = {"practitioner_id": viewer.id}
    ways: list[QuerySet[Any, Any]] = [
        _tied(Conflict.objects.filter(ended_at=None, **own), _Tie.CONFLICT),
        _tied(ShieldAssignment.objects.filter(ended_at=None, **own), _Tie.ASSIGNED),
        _tied(sights_open(viewer), _Tie.LIMITED),
    ]
    if with_clients:
        lines = Involvement.objects.filter(ended_on=None)
        answers = (Answer.WAITING, Answer.ACCEPTED)
        ways.append(_tied(lines.filter(**own), _Tie.OWN))
        ways.append(
            _tied(
                NetworkInvitation.objects.filter(answer__in=answers, client__shield=NOT_SHIELDED, **own), _Tie.INVITED
            )
        )
        if viewer.managed_service_ids:
            ways.append(_tied(lines.filter(service_id__in=viewer.managed_service_ids), _Tie.TEAM))
    found: defaultdict[int, set[UUID]] = defaultdict(set)
    for client_id, tie in ways[0].union(*ways[1:], all=True):
        found[tie].add(client_id)
    return Standing(
        conflicts=frozenset(found[_Tie.CONFLICT]),
        assigned=frozenset(found[_Tie.ASSIGNED]),
        limited=frozenset(found[_Tie.LIMITED]),
        own=frozenset(found[_Tie.OWN]),
        invited=frozenset(found[_Tie.INVITED]),
        team=frozenset(found[_Tie.TEAM]),
    )


def _tied(rows: QuerySet[Any], tie: _Tie) -> QuerySet[Any, Any]:
    return rows.order_by().values_list("client_id", Value(int(tie), output_field=IntegerField()))
