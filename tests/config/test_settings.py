"""A missing or dangerous variable stops the start with a sentence, not with a trace in the middle of the night."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "PATCHWORK_MODE": "production",
    "PATCHWORK_SECRET_KEY": "k" * 60,
    "DATABASE_URL": "postgres://admin@localhost/patchwork",
    "BROKER_URL": "redis://localhost/0",
    "PATCHWORK_MAIL_URL": "smtp+tls://mail@mail.example:587",
}


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    keep = {
        name: value for name, value in os.environ.items() if not name.startswith(("PATCHWORK", "DATABASE", "BROKER"))
    }
    env = {**keep, **{name: value for name, value in {**GOOD, **changes}.items() if value is not None}}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    code = "from config import settings; print(settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS, settings.DEBUG)"
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_a_complete_production_setting_starts_with_secure_cookies_and_without_debug():
    assert start().stdout.split() == ["True", "31536000", "False"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"PATCHWORK_SHOW_CODES": "1"}, "production does not start with it"),
        ({"PATCHWORK_SECRET_KEY": None}, "PATCHWORK_SECRET_KEY is not set"),
        ({"PATCHWORK_SECRET_KEY": "short"}, "too short or is the demo's"),
        ({"PATCHWORK_SECRET_KEY": "demo-only-" + "0" * 50}, "too short or is the demo's"),
        ({"DATABASE_POOL_SIZE": "many"}, "has to be a whole number from 1 to 200"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set: the address of PostgreSQL"),
        ({"BROKER_URL": None}, "BROKER_URL is not set"),
        ({"PATCHWORK_MAIL_URL": None}, "PATCHWORK_MAIL_URL is not set: the mail server"),
        ({"PATCHWORK_MODE": "staging"}, "it has to be demo, test or production"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_a_sentence(changes, says):
    done = start(**changes)
    assert done.returncode != 0
    assert says in done.stderr.splitlines()[-1]
