"""What the variables say, read once when the settings are first asked for. `config.variables` has them in a table.

`PATCHWORK_MODE` is `demo`, `test` or `production`. A production process does not start with a demo's secret or with
the demo's switch that prints sign-in codes; every fault is told at once.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.variables.reading import Values, read

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
    "RELEASE",
    "SECRET_KEY",
    "SHOWS_CODES",
    "STATE_DIR",
]

BASE_DIR = Path(__file__).resolve().parents[3]
DEMO_SECRET = "demo-only-" + "0" * 50


def _read() -> Values:
    values, problems = read(os.environ)
    if len(problems) == 1:
        raise ImproperlyConfigured(problems[0])
    if problems:
        raise ImproperlyConfigured("\n".join([f"{len(problems)} variables can't be used:", *problems]))
    return values


env = _read()

MODE = env.text("PATCHWORK_MODE")
DEBUG = False
RELEASE = env.text("PATCHWORK_RELEASE")
STATE_DIR = env.folder("PATCHWORK_STATE") or BASE_DIR / ".patchwork"
SECRET_KEY = env.text("PATCHWORK_SECRET_KEY") or DEMO_SECRET
SHOWS_CODES = env.flag("PATCHWORK_SHOW_CODES")
DATABASE_URL = env.text("DATABASE_URL")
BROKER_URL = env.text("BROKER_URL")
CONSOLE_HOST = env.text("PATCHWORK_CONSOLE_HOST")
"""Where the operators' console answers; empty in a deployment that has none."""
CONSOLE_NAME = "Operator console"
CONSOLE_HELP = env.text("PATCHWORK_CONSOLE_HELP")
OPERATOR_API_HOST = env.text("PATCHWORK_OPERATOR_API_HOST")
"""Where a console elsewhere reaches this deployment; empty where there is none."""
