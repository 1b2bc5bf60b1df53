"""What kind of process this is, as logs, metrics and error reports name it."""

from __future__ import annotations

from typing import Final

from tenants.process import is_migrator

WEB: Final = "web"
WORKER: Final = "worker"
SCHEDULER: Final = "scheduler"

_known = ""


def mark(kind: str) -> None:
    """Say what this process is: its entry point knows."""
    global _known  # one word a process, said once at its start
    _known = kind


def kind() -> str:
    """What this process is; `command` for a management command."""
    if _known:
        return f"migrator-{_known}" if is_migrator() and _known == WORKER else _known
    return "migrator" if is_migrator() else "command"
