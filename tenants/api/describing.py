"""What the description of the API says of its tokens."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ConsoleTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its hook for subclasses is untyped
    """A bearer token: a JWT that the console signed with Ed25519 for this one request."""

    target_class = "tenants.api.authentication.ConsoleToken"
    name = "consoleToken"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        """As OpenAPI writes it."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": (
                "EdDSA. iss patchwork-console; aud this deployment's name; iat and exp at most 60 seconds apart; jti,"
                " used once; m the method; p the path with its query; b the SHA-256 of the body in hexadecimal."
            ),
        }
