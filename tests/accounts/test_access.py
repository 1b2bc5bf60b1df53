"""The guard before the pages: no rule, no page; too little sign-in, no page; the wrong role, no page; each is recorded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.accounts.access import Access
from core.accounts.choices import Role
from tests.accounts.conftest import events, give_password, sign_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def rules(monkeypatch):
    """The table, to be changed for one test."""
    from core.accounts import middleware

    table = dict(middleware.rules())
    monkeypatch.setattr(middleware, "rules", lambda: table)
    return table


def test_an_address_without_a_rule_is_refused_to_everyone_and_recorded(site, person, rules):
    sign_in(site, person)
    assert site.get("/my-sign-in").status_code == 200
    del rules["accounts:my_sign_in"]
    assert site.get("/my-sign-in").status_code == 404
    [event] = events(site.council, "accounts.page.refused")
    assert (event.reason, event.detail) == ("no_rule", {"page": "accounts:my_sign_in"})


def test_the_wrong_role_is_refused_and_recorded(site, person, rules):
    sign_in(site, person)
    rules["accounts:my_sign_in"] = Access.roles(Role.PRACTITIONER)
    assert site.get("/my-sign-in").status_code == 200
    rules["accounts:my_sign_in"] = Access.roles(Role.COUNCIL_ADMIN)
    assert site.get("/my-sign-in").status_code == 403
    [event] = events(site.council, "accounts.page.refused")
    assert (event.reason, event.actor_id) == ("wrong_role", person.user.id)


def test_each_level_opens_only_its_own_pages(site, person, rules):
    assert site.get("/sign-in").status_code == 200
    assert site.get("/my-sign-in?tab=1").headers["Location"] == "/sign-in?next=%2Fmy-sign-in%3Ftab%3D1"
    assert site.get("/").headers["Location"] == "/sign-in"
    give_password(site, person.email)
    assert site.get("/sign-in/code").status_code == 200
    assert site.get("/my-sign-in").headers["Location"] == "/sign-in/code?next=%2Fmy-sign-in"
    sign_in(site, person)
    assert site.get("/my-sign-in").status_code == 200


def test_a_factor_that_was_removed_no_longer_opens_pages(amber, site, person):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from tenants.context import inside

    sign_in(site, person)
    with inside(amber):
        TOTPDevice.objects.filter(user=person.user).delete()
    assert site.get("/my-sign-in").headers["Location"].startswith("/sign-in/code")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PATCHWORK_SHOW_CODES": "1"}, "production does not start with it"),
        (
            {"PATCHWORK_SECRET_KEY": "demo-only-" + "0" * 50},
            "PATCHWORK_SECRET_KEY can't be used: it is too short or is the demo's",
        ),
        ({"PATCHWORK_SECRET_KEY": ""}, "PATCHWORK_SECRET_KEY is not set"),
        ({"PATCHWORK_MAIL_URL": ""}, "PATCHWORK_MAIL_URL is not set"),
        ({"PATCHWORK_MODE": "demonstration"}, "has to be demo, test or production"),
    ],
)
def test_production_does_not_start_as_a_demonstration(variables, sentence):
    done = start({**PRODUCTION, **variables})
    assert done.returncode != 0
    assert sentence in done.stderr


def test_production_starts_with_its_own_settings_and_shows_no_codes():
    done = start(PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "__Host-session", "__Host-csrf", "__Host-known", "True"]


PRODUCTION = {
    "PATCHWORK_MODE": "production",
    "PATCHWORK_SECRET_KEY": "k" * 60,
    "PATCHWORK_MAIL_URL": "smtp+tls://user:secret@mail.example:587",
    "DATABASE_URL": "postgres://nobody@localhost/none",
    "BROKER_URL": "redis://localhost:1/0",
}


def start(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own and print those that matter."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PATCHWORK_")}
    code = (
        "from django.conf import settings as s; print(s.SHOWS_CODES, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.KNOWN_BROWSER_COOKIE, s.SESSION_COOKIE_SECURE and s.SESSION_COOKIE_HTTPONLY and s.CSRF_COOKIE_SECURE)"
    )
    env = {
        **kept,
        **variables,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.django_db(databases=["default", "router", "console"])
def test_codes_are_printed_in_a_demonstration_alone(amber, person, settings, capsys):
    from datetime import UTC, datetime

    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError, match="in a demonstration alone"):
        call_command("show_codes", "--council", "Amber")
    settings.SHOWS_CODES = True
    call_command("show_codes", person.email, "--council", "Amber")
    assert person.app.at(datetime.now(UTC)) in capsys.readouterr().out
