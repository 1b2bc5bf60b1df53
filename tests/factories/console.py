"""Invented operators, and a browser of a kind at the console's host."""

from __future__ import annotations

from django.conf import settings
from django.test import Client

from tenants.context import shared


def make_operator(name: str = "Otto Operator", *roles: str, email: str = ""):
    """An operator with an account; called inside `shared()`. Roles are slugs of the seeded roles, or `operator`."""
    from console.models import Operator, OperatorRole
    from core import clock
    from core.accounts.models import User

    user = User(email=email or f"{name.lower().replace(' ', '.')}@operators.example")
    user.set_unusable_password()
    user.save()
    operator = Operator.objects.create(user=user, name=name, added_at=clock.now())
    operator.roles.set(OperatorRole.objects.filter(slug__in=roles or ("operator",)))
    return operator


class ConsoleSite(Client):
    """Requests to the console's host. Do set-up in `shared()` first: it opens no scope of its own but to sign in."""

    def __init__(self, **defaults):
        super().__init__(headers={"host": settings.CONSOLE_HOST}, **defaults)

    def sign_in(self, operator) -> ConsoleSite:
        """Sign an operator in with password and second factor both given."""
        from tests.factories.site import session_for

        with shared():
            self.cookies[settings.SESSION_COOKIE_NAME] = session_for(operator.user)
        return self
