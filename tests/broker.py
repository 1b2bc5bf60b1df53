"""A real Valkey for a test, which may stop it and start it again at the same address."""

from __future__ import annotations

import tempfile
from pathlib import Path

import redis

from infra.local import valkey
from tests import bootstrap


class Broker:
    """Runs from the start; its queues survive `stop` and `start`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=bootstrap.RUN))
        self.port = bootstrap.free_port()
        self.server, self.url = valkey.start(self.folder, self.port)

    def stop(self) -> None:
        self.server.stop()

    def start(self) -> None:
        self.server, self.url = valkey.start(self.folder, self.port)

    def is_drained(self) -> bool:
        """Whether no message waits in the queue or with a worker."""
        with redis.Redis.from_url(self.url) as link:
            return link.llen("celery") == 0 and link.hlen("unacked") == 0
