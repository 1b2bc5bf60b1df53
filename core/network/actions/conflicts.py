"""“I know this person privately”: a relative or friend sees nothing of a client here, from the moment they say so."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.choices import Role
from core.audit.actions import record, refuse
from core.directory.models import Membership
from core.directory.viewers import Viewer
from core.network.actions.alerting import alert, holders
from core.network.choices import Answer
from core.network.errors import ConflictNotFound, TooLateToUndo
from core.network.models import Conflict, Involvement, NetworkInvitation
from core.network.officers import Officer
from core.network.policies import UNDO_FOR, forget_standing, require_open
from core.notices.actions import tell


@transaction.atomic
def declare_conflict(*, client_id: UUID, by: Viewer) -> Conflict:
    """Close the client to `by` at once. Lines of theirs go to the service's managers, or else to the officers, to end.

    Raises ClientNotFound. Said twice, it stands once.
    """
    client = require_open(by, client_id, for_change=True)
    conflict, is_new = Conflict.objects.get_or_create(
        client=client, practitioner_id=by.id, ended_at=None,
        defaults={"declared_at": clock.now(), "declared_by_id": by.id},
    )  # fmt: skip
    if not is_new:
        return conflict
    forget_standing()
    record("network.conflict.declared", by=by, subject=conflict, client_id=client.id)
    NetworkInvitation.objects.filter(client=client, practitioner_id=by.id, answer=Answer.WAITING).update(
        answer=Answer.DECLINED, answered_at=clock.now()
    )
    for line in Involvement.objects.filter(client=client, practitioner_id=by.id, ended_on=None):
        managers = Membership.objects.filter(
            service_id=line.service_id, is_manager=True, practitioner__left_on=None, practitioner__user__is_active=True
        ).exclude(practitioner_id=by.id)
        users = set(managers.values_list("practitioner__user_id", flat=True))
        detail = {"involvement": str(line.id)}
        tell((one for one in users if one), "network.conflict.declared", client_id=client.id, by=by, detail=detail)
        if not users:
            alert(holders(Role.IG_OFFICER), "network.conflict.declared", by=by)
    return conflict


@transaction.atomic
def undo_conflict(*, conflict_id: UUID, by: Viewer) -> Conflict:
    """Take it back within ten minutes: a slip of the finger. Raises ConflictNotFound, TooLateToUndo."""
    conflict = (
        Conflict.objects.select_for_update(of=("self",))
        .filter(id=conflict_id, practitioner_id=by.id, ended_at=None)
        .first()
    )
    if conflict is None:
        refuse("network.conflict.refused", by=by, reason="not_found", subject_id=conflict_id)
        raise ConflictNotFound
    if clock.now() - conflict.declared_at > UNDO_FOR:
        refuse("network.conflict.refused", by=by, reason=TooLateToUndo.slug, subject_id=conflict_id)
        raise TooLateToUndo
    return _end(conflict, "network.conflict.undone", by)


@transaction.atomic
def lift_conflict(*, conflict_id: UUID, by: Officer) -> Conflict:
    """An officer lifts it: it was a mistake, or is over. Nobody lifts their own. Raises ConflictNotFound."""
    conflict = (
        Conflict.objects.select_for_update(of=("self",))
        .filter(id=conflict_id, ended_at=None)
        .exclude(practitioner_id=by.id)
        .first()
    )
    if conflict is None:
        refuse("network.conflict.refused", by=by, reason="not_found", subject_id=conflict_id)
        raise ConflictNotFound
    return _end(conflict, "network.conflict.lifted", by)


def _end(conflict: Conflict, slug: str, by: Viewer | Officer) -> Conflict:
    conflict.ended_at = clock.now()
    conflict.save(update_fields=["ended_at"])
    forget_standing()
    record(slug, by=by, subject=conflict, client_id=conflict.client_id)
    return conflict
