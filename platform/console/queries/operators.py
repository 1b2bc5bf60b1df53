"""Reads of operators: who is asking, and what their roles permit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from console.models import Operator


@dataclass(frozen=True, slots=True)
class OperatorRef:
    """An operator, as plain values: what doors, policies and actions are told of who asks."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        """Whether one of this operator's roles gives `permission`."""
        return permission in self.permissions


def operator_of(user_id: UUID) -> OperatorRef | None:
    """The operator whose account this is, or None for someone who is none. Two statements."""
    found = Operator.objects.select_related("user").prefetch_related("roles").filter(user_id=user_id).first()
    if found is None or not found.user.is_active:
        return None
    given = frozenset(permission for role in found.roles.all() for permission in role.permissions)
    return OperatorRef(found.id, found.user_id, found.name, found.user.email, given)
