"""How Django finds the user of a session: in the present world, and only while they are active."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend

from core.accounts.models import User, open_accounts


class CouncilBackend(BaseBackend):
    """Gives a session its user. It checks no password: `actions.passwords` does, with its throttle around it."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user of that id, or None: a deactivated person's next request is a stranger's."""
        return open_accounts().filter(id=UUID(str(user_id))).first()
