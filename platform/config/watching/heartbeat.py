"""Word that a worker or a scheduler is alive and connected, in a file that `manage.py check_worker` looks at.

A worker that lost its broker leaves no word, for it can do nothing; nor does a scheduler whose messages are not taken.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from celery import bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings

EVERY_SECONDS: Final = 5.0


def beat(name: str) -> None:
    """Leave word that the process `name` is alive now."""
    settings.HEARTBEATS.mkdir(parents=True, exist_ok=True)
    (settings.HEARTBEATS / name).touch()


class WorkerHeartbeat(bootsteps.StartStopStep):  # type: ignore[misc]  # celery ships no types
    """A step of the worker's consumer: it runs while there is a connection, and stops with it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.timer: Any = None

    def start(self, parent: Any) -> None:
        """The broker is reached: leave word now and every few seconds."""
        beat("worker")
        self.timer = parent.timer.call_repeatedly(EVERY_SECONDS, beat, ("worker",), priority=10)

    def stop(self, _parent: Any) -> None:
        """The connection is gone, or the worker ends."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        (settings.HEARTBEATS / "worker").unlink(missing_ok=True)

    shutdown = stop


class BeatingScheduler(PersistentScheduler):  # type: ignore[misc]  # as above
    """The scheduler, which leaves word at each turn unless its last message was not taken."""

    taken = True

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **options: Any) -> Any:  # noqa: FBT001, FBT002  # celery's signature
        """Send what is due, and remember whether the broker took it. Raises as celery's own does."""
        self.taken = False
        sent = super().apply_async(entry, producer=producer, advance=advance, **options)
        self.taken = True
        return sent

    def tick(self, *arguments: Any, **options: Any) -> Any:
        """One turn: send what is due, then say so."""
        seconds = super().tick(*arguments, **options)
        if self.taken:
            beat("scheduler")
        return min(float(seconds), EVERY_SECONDS)


def report(name: str, environment: Mapping[str, str], *, seconds: float) -> int:
    """Print whether the process `name` was alive within `seconds`. Returns the exit status: 0 where it was."""
    state = environment.get("PATCHWORK_STATE", "").strip() or str(Path(__file__).resolve().parents[3] / ".patchwork")
    try:
        age = time.time() - (Path(state) / "heartbeats" / name).stat().st_mtime
    except OSError:
        sys.stdout.write(f"The {name} has left no word: it has not started, or it has lost the broker.\n")
        return 1
    alive = age <= seconds
    sys.stdout.write(f"The {name} left word {age:.0f} s ago{'' if alive else f', longer than {seconds:.0f} s'}.\n")
    return 0 if alive else 1
