"""Each start-up check finds what it is there to find, and says what to do."""

from __future__ import annotations

import copy

import pytest
from django.conf import settings
from django.core.checks import run_checks

from config.checks import walls


def ids() -> set[str]:
    return {problem.id for problem in walls(None)}


def test_the_product_passes_its_own_checks():
    assert ids() == set()
    assert [problem for problem in run_checks() if problem.level >= 30 and not problem.is_silenced()] == []


def without(name: str, items: list[str]) -> list[str]:
    return [item for item in items if item != name]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"SHARED_APPS": [*settings.SHARED_APPS, "core.people"]}, "patchwork.E001"),
        ({"MIDDLEWARE": without("core.accounts.middleware.SignedInMiddleware", settings.MIDDLEWARE)}, "patchwork.E002"),
        (
            {
                "MIDDLEWARE": [
                    *without("tenants.routing.CouncilMiddleware", settings.MIDDLEWARE),
                    "tenants.routing.CouncilMiddleware",
                ]
            },
            "patchwork.E003",
        ),
        ({"REST_FRAMEWORK": {}}, "patchwork.E004"),
        ({"CACHES": {"default": {"BACKEND": settings.CACHES["default"]["BACKEND"]}}}, "patchwork.E005"),
    ],
)
def test_a_wall_that_was_taken_down_is_noticed(changes, found, settings):
    for name, value in changes.items():
        setattr(settings, name, value)
    assert found in ids()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"ENGINE": "django.db.backends.postgresql"}, "patchwork.E006"),
        ({"OPTIONS": {"pool": True}, "CONN_MAX_AGE": 60}, "patchwork.E007"),
        ({"USER": "postgres"}, "patchwork.E008"),
    ],
)
def test_a_database_connection_that_is_not_ours_is_noticed(change, found, monkeypatch):
    databases = copy.deepcopy(dict(settings.DATABASES))
    databases["default"] |= change
    monkeypatch.setattr(settings, "DATABASES", databases)
    assert found in ids()


def test_a_council_model_that_does_not_remember_its_council_is_noticed(monkeypatch):
    from django.apps import apps
    from django.contrib.auth.models import Group

    monkeypatch.setattr(Group, "__module__", "core.people.models")
    monkeypatch.setattr(apps, "get_models", lambda *_, **__: [Group])
    assert "patchwork.E009" in ids()


def test_an_old_django_tenants_is_noticed(monkeypatch):
    monkeypatch.setattr("config.checks.version", lambda _name: "3.9.0")
    assert "patchwork.E010" in ids()
