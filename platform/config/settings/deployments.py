"""This deployment, its orders, and the console: who may ask for what is in the keys below, and nowhere else."""

from __future__ import annotations

from typing import Any

from config.settings.env import env

__all__ = [
    "CONSOLE_KEY",
    "CONSOLE_PUBLIC_KEYS",
    "COUNCIL_TEMPLATE",
    "DEPLOYMENT_KIND",
    "DEPLOYMENT_NAME",
    "DEPLOYMENT_REGION",
    "ORDER_STEPS",
    "PACKS_HERE",
    "REST_FRAMEWORK",
    "SERVICE_TYPES_HERE",
    "SPECTACULAR_SETTINGS",
]

DEPLOYMENT_NAME = env.text("PATCHWORK_DEPLOYMENT_NAME")
DEPLOYMENT_REGION = env.text("PATCHWORK_REGION")
DEPLOYMENT_KIND = env.text("PATCHWORK_DEPLOYMENT_KIND")

CONSOLE_KEY = env.text("PATCHWORK_CONSOLE_KEY")
"""What the console signs its tokens with: a name, a colon, and an Ed25519 seed in base64. Only a console has it."""
CONSOLE_PUBLIC_KEYS = env.names("PATCHWORK_CONSOLE_PUBLIC_KEYS")
"""Whose tokens this deployment obeys, each a name, a colon and an Ed25519 public key: two while keys are changed."""

# The kernel knows no law pack, no catalogue and no furnishing: it is told by name who does.
PACKS_HERE = "core.consent.packs_here.packs_here"
SERVICE_TYPES_HERE = "core.directory.catalogue.types_here.types_here"
COUNCIL_TEMPLATE = "core.council.furnishing.collect"

_FURNISH = "core.council.actions.furnish"
ORDER_STEPS = {
    "create": (
        ("schema", "Make its database", "migrator", "tenants.orders.creating.build"),
        ("furnish", "Set it up", "app", f"{_FURNISH}.furnish"),
        ("training", "Fill it with made-up people", "app", f"{_FURNISH}.fill_training", "training"),
        ("administrator", "Invite its administrator", "app", f"{_FURNISH}.invite_administrator"),
        ("open", "Open its site", "app", "tenants.orders.creating.open_site"),
    ),
    "rename": (("hosts", "Change its hosts", "app", "tenants.orders.changing.rename"),),
    "suspend": (("suspend", "Make it read only", "app", "tenants.orders.changing.suspend"),),
    "resume": (("resume", "Let it work again", "app", "tenants.orders.changing.resume"),),
    "go_live": (("live", "Put it to work", "app", "tenants.orders.changing.bring_live"),),
    "sign_pack": (("sign", "Record the legal sign-off", "app", "tenants.orders.changing.sign_pack"),),
    "offer": (("offer", "Offer the release", "app", "core.council.actions.offers.receive"),),
    "support": (("ask", "Ask the council", "app", "core.council.actions.support.receive"),),
    "export": (
        ("export", "Make the exit copy", "app", "tenants.exit_copy.step.export"),
        ("offer", "Let the council fetch it", "app", "core.exchange.actions.exit_copies.offer"),
    ),
    "delete": (("delete", "Delete it", "migrator", "tenants.exit_copy.step.delete"),),
}
"""The steps of each kind of order: slug, label, kind of process, and the function that does it; see tenants.orders."""

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.api.authentication.ConsoleToken"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.authentication.SignedByTheConsole"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tenants.api.refusing.answer_for",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Patchwork operator API",
    "DESCRIPTION": "How an operators' console reaches one deployment: councils, orders, counts. No person's data.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": True,
    "SERVE_PERMISSIONS": ["tenants.api.authentication.SignedByTheConsole"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "OrderKind": "tenants.models.CouncilOrder.Kind",
        "OrderState": "tenants.models.CouncilOrder.State",
    },
}
