"""Start-up checks: what must hold for the walls to stand. Each failure says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from core.consent.pack_errors import PackInvalid
from core.consent.packs_in_use import packs
from tenants.base_model import TenantModel
from tenants.names import APP_ROLE, MIGRATOR_ROLE
from tenants.process import is_migrator

OUR_COUNCIL_APPS = "core."


@register()
def walls(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001  # Django's signature
    """Every check of this module."""
    return [*_app_lists(), *_doors(), *_database(), *_models(), *_packs(), *_versions()]


def _app_lists() -> Iterator[CheckMessage]:
    overlap = (set(settings.SHARED_APPS) & set(settings.TENANT_APPS)) - set(settings.BOTH_WORLDS)
    if overlap:
        yield Error(
            f"In both app lists: {', '.join(sorted(overlap))}. An app lives in one world.",
            hint="Name it in BOTH_WORLDS only if its tables must exist in both.", id="patchwork.E001",
        )  # fmt: skip


def _doors() -> Iterator[CheckMessage]:
    order = list(settings.MIDDLEWARE)
    needed = "core.accounts.middleware.SignedInMiddleware"
    if needed not in order:
        yield Error("Sign-in is not required by default.", hint=f"Put {needed} into MIDDLEWARE.", id="patchwork.E002")
    routing, sessions = "tenants.routing.CouncilMiddleware", "django.contrib.sessions.middleware.SessionMiddleware"
    if routing not in order or sessions not in order or order.index(routing) > order.index(sessions):
        yield Error(
            "The council's scope does not stand around sessions.",
            hint=f"Put {routing} before {sessions}.",
            id="patchwork.E003",
        )
    api = getattr(settings, "REST_FRAMEWORK", None)
    if api is not None and api.get("DEFAULT_PERMISSION_CLASSES") != ["tenants.api.authentication.SignedByTheConsole"]:
        yield Error(
            "The API does not deny by default.",
            hint="Set DEFAULT_PERMISSION_CLASSES to the class that asks for the console's token.",
            id="patchwork.E004",
        )
    if settings.CACHES["default"].get("KEY_FUNCTION") != "tenants.cache.make_key":
        yield Error(
            "Cache keys don't carry the council.",
            hint="Set KEY_FUNCTION to tenants.cache.make_key.",
            id="patchwork.E005",
        )


def _database() -> Iterator[CheckMessage]:
    for alias, database in settings.DATABASES.items():
        if database["ENGINE"] != "tenants.backend":
            yield Error(
                f"The database {alias} is not behind our backend.",
                hint="Set ENGINE to tenants.backend.",
                id="patchwork.E006",
            )
        if database.get("OPTIONS", {}).get("pool") and database.get("CONN_MAX_AGE") != 0:
            yield Error(
                f"The database {alias} has a pool and keeps connections.",
                hint="Set CONN_MAX_AGE to 0.",
                id="patchwork.E007",
            )
    wanted = MIGRATOR_ROLE if is_migrator() else APP_ROLE
    if settings.DATABASES["default"]["USER"] != wanted:
        yield Error(
            f"The default connection does not log in as {wanted}.",
            hint="Leave USER to settings/databases.py.",
            id="patchwork.E008",
        )


def _models() -> Iterator[CheckMessage]:
    for model in apps.get_models():
        if model.__module__.startswith(OUR_COUNCIL_APPS) and not issubclass(model, TenantModel):
            yield Error(
                f"{model.__name__} does not remember its council.",
                hint="Subclass tenants.base_model.TenantModel.",
                id="patchwork.E009",
            )


def _packs() -> Iterator[CheckMessage]:
    try:
        packs()
    except PackInvalid as invalid:
        for problem in invalid.problems:
            yield Error(problem, hint="Correct the pack before starting.", id="patchwork.E011")


def _versions() -> Iterator[CheckMessage]:
    if tuple(int(part) for part in version("django-tenants").split(".")[:3]) < (4, 0, 1):
        yield Error("django-tenants is older than 4.0.1.", hint="Install at least 4.0.1.", id="patchwork.E010")
