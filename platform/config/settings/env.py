"""Every variable the platform reads, with a sentence for each that is missing or wrong.

`PATCHWORK_MODE` is `demo`, `test` or `production`. A production process does not start with a demo's secret or with
the demo's switch that prints sign-in codes.
"""

from __future__ import annotations

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

__all__ = [
    "BASE_DIR",
    "BROKER_URL",
    "CONSOLE_HELP",
    "CONSOLE_HOST",
    "CONSOLE_NAME",
    "DATABASE_URL",
    "DEBUG",
    "MODE",
    "OPERATOR_API_HOST",
    "SECRET_KEY",
    "SHOWS_CODES",
    "STATE_DIR",
]

BASE_DIR = Path(__file__).resolve().parents[3]
DEMO_SECRET = "demo-only-" + "0" * 50

env = environ.Env()

MODE = env.str("PATCHWORK_MODE", default="production")
if MODE not in {"demo", "test", "production"}:
    raise ImproperlyConfigured(f"PATCHWORK_MODE is {MODE!r}: it has to be demo, test or production.")

DEBUG = False
STATE_DIR = Path(env.str("PATCHWORK_STATE", default=str(BASE_DIR / ".patchwork")))


def required(name: str, why: str) -> str:
    """The variable `name`. Raises ImproperlyConfigured with what it is for."""
    value = str(env.str(name, default=""))
    if not value:
        raise ImproperlyConfigured(f"The variable {name} is not set: {why}")
    return value


if MODE == "production":
    SECRET_KEY = required(
        "PATCHWORK_SECRET_KEY", "give 50 or more random characters, kept secret and never changed lightly."
    )
    if len(SECRET_KEY) < 50 or SECRET_KEY == DEMO_SECRET:
        raise ImproperlyConfigured(
            "PATCHWORK_SECRET_KEY is too short or is the demo's: give 50 or more random characters."
        )
else:
    SECRET_KEY = env.str("PATCHWORK_SECRET_KEY", default=DEMO_SECRET)

SHOWS_CODES = env.bool("PATCHWORK_SHOW_CODES", default=False)
if SHOWS_CODES and MODE == "production":
    raise ImproperlyConfigured(
        "PATCHWORK_SHOW_CODES prints sign-in codes: it is for the demo, and production does not start with it."
    )

DATABASE_URL = required(
    "DATABASE_URL", "the address of PostgreSQL, as in postgres://admin:password@host:5432/patchwork."
)
BROKER_URL = required("BROKER_URL", "the address of Valkey, Redis or RabbitMQ, as in redis://host:6379/0.")
CONSOLE_HOST = env.str("PATCHWORK_CONSOLE_HOST", default="console.localhost").lower()
"""Where the operators' console answers; empty in a deployment that has none."""
CONSOLE_NAME = "Operator console"
CONSOLE_HELP = env.str("PATCHWORK_CONSOLE_HELP", default="")
OPERATOR_API_HOST = env.str("PATCHWORK_OPERATOR_API_HOST", default="").lower()
"""Where a console elsewhere reaches this deployment; empty where there is none."""
