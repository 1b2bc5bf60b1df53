"""Which kind of process this is: an ordinary one, or the migrator, which alone may create and alter schemas.

The two never mix: they log in to PostgreSQL as different roles, chosen when the process starts.
"""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "PATCHWORK_PROCESS"
MIGRATOR: Final = "migrator"

MIGRATOR_COMMANDS: Final = frozenset(
    {
        "prepare_database",
        "create_council",
        "fleet",
        "load_exit_copy",
        "migrate_councils",
        "makemigrations",
        "sqlmigrate",
        "showmigrations",
    }
)
"""Management commands that run as the migrator; every other runs as the application."""


def is_migrator() -> bool:
    """Whether this process logs in as the migrator."""
    return os.environ.get(VARIABLE) == MIGRATOR


def choose_for_command(argv: list[str]) -> None:
    """Mark this process as the migrator when its management command needs it; called before settings are read."""
    if len(argv) > 1 and argv[1] in MIGRATOR_COMMANDS:
        os.environ[VARIABLE] = MIGRATOR
