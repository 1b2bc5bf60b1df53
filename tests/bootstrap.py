"""Loaded before Django's settings are read: where this test run's own PostgreSQL, broker and statement ledger are."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path

RUN = Path(tempfile.mkdtemp(prefix="pw-", dir="/tmp"))
# Workers that share a run write into one ledger, which the first process reads at the end.
LEDGER = Path(os.environ["PATCHWORK_SQL_LEDGER"]) if "PYTEST_XDIST_WORKER" in os.environ else RUN / "ledger"
LEDGER.mkdir(exist_ok=True)
POSTGRES = RUN / "pg"


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


BROKER_PORT = free_port()

os.environ.update(
    PATCHWORK_MODE="test",
    PATCHWORK_STATE=str(RUN),
    PATCHWORK_SQL_LEDGER=str(LEDGER),
    DATABASE_URL=f"postgres://postgres@/patchwork?host={POSTGRES}",
    DATABASE_POOL="0",
    BROKER_URL=f"redis://127.0.0.1:{BROKER_PORT}/0",
    XDG_RUNTIME_DIR="/tmp",
    PATCHWORK_TALLY_SECONDS="0",  # a test that counts statements is not disturbed by it
)
os.environ.pop("PATCHWORK_SHOW_CODES", None)

_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: object) -> None:
    if (
        self.family != socket.AF_UNIX
        and isinstance(address, tuple)
        and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}
    ):
        raise OSError(f"A test tried to reach {address!r}: tests stay on this machine.")
    _connect(self, address)  # type: ignore[arg-type]


socket.socket.connect = _loopback_only  # type: ignore[method-assign, assignment]

_owner = os.getpid()


@atexit.register
def _tidy() -> None:
    if os.getpid() == _owner:
        shutil.rmtree(RUN, ignore_errors=True)
