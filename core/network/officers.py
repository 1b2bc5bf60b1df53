"""Who acts on the information-governance pages: someone with a role and an account, with or without a contact card."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.accounts.choices import Role
from core.accounts.models import User
from core.audit.actions import refuse
from core.directory.models import Practitioner
from core.network.errors import NotAnOfficer


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer who is signed in. `id` is their card's where they have one, so that nobody decides for themselves."""

    id: UUID
    user_id: UUID
    name: str


def officer_of(user: User) -> Officer:
    """The officer who signed in as `user`. One query. Raises NotAnOfficer for somebody without the role."""
    if not user.has_role(Role.IG_OFFICER):
        refuse("network.officer.refused", by=user, reason="role_not_held")
        raise NotAnOfficer
    card = Practitioner.objects.filter(user=user, left_on=None).first()
    return Officer(card.id, user.id, card.full_name) if card else Officer(user.id, user.id, "")
