"""Passkeys belong to one exact host, a council's or the console's: what a browser is told of whom it signs in to."""

from __future__ import annotations

from django.http import HttpRequest
from django_otp_webauthn.helpers import WebAuthnHelper

from core.accounts.models import User
from tenants.context import site


def rp_id(request: HttpRequest) -> str:  # noqa: ARG001  # the package's signature
    """The relying party: the present world's exact host. Changing a host name later ends its passkeys."""
    return site().host


def rp_name(request: HttpRequest) -> str:  # noqa: ARG001  # as above
    """The relying party's name, as a browser shows it."""
    return f"Patchwork: {site().name}"


class CouncilPasskeys(WebAuthnHelper):  # type: ignore[misc]  # the package ships no types
    """The package's helper, with the origin of the very council that is asked."""

    def get_allowed_origins(self) -> list[str]:
        """The one origin whose answers count: this request's own scheme and host, which the routing has checked."""
        return [f"{self.request.scheme}://{self.request.get_host()}"]

    def get_credential_display_name(self, user: User) -> str:
        """What the browser writes beside the passkey."""
        return user.email
