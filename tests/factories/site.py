"""A signed-in browser of a kind: Django's test client at a council's host."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from tenants.context import CouncilRef, inside


class Site(Client):
    """Requests to `council`'s host. Never follows a scope of its own: do set-up inside(council) first."""

    def __init__(self, council: CouncilRef, **defaults):
        super().__init__(headers={"host": council.host}, **defaults)
        self.council = council

    def sign_in(self, viewer) -> Site:
        """Sign `viewer` (a viewer, a card or a user) in with password and second factor both given."""
        from core.accounts.models import User

        with inside(self.council, actor="test"):
            user = viewer if isinstance(viewer, User) else User.objects.get(id=viewer.user_id)
            self.cookies[settings.SESSION_COOKIE_NAME] = session_for(user)
        return self


def session_for(user) -> str:
    """The key of a new session in which `user` has given both factors; called inside the council."""
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from core.accounts.sessions import mark_signed_in

    device, _new = TOTPDevice.objects.get_or_create(user=user, name="test", defaults={"confirmed": True})
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[DEVICE_ID_SESSION_KEY] = device.persistent_id
    mark_signed_in(store)
    store.save()
    return store.session_key
