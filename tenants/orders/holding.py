"""Holding an order while one of its steps runs: the lease is renewed, and what the step reports is written down.

A thread of its own does so, on a connection of its own, because the step may be in the middle of a transaction.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Final

from django.db import Error, connections
from django.utils import timezone

from tenants.context import shared
from tenants.models import CouncilOrder
from tenants.orders.work import OrderWork

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=60)
"""After so long without a sign of life, another worker goes on with the step."""
RENEW_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 1.0


class Holding:
    """Around the run of one step: `with Holding(order, token) as holding: step(holding.order)`."""

    def __init__(self, order: OrderWork, token: str) -> None:
        self.order = replace(order, tell=self._tell)
        self._token = token
        self._progress: dict[str, Any] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="order-lease", daemon=True)

    def __enter__(self) -> Holding:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._over.set()
        self._thread.join()

    def _tell(self, done: int, of: int, words: str) -> None:
        self._progress = {"done": int(done), "of": int(of), "words": str(words)[:200]}

    def _keep(self) -> None:
        written: dict[str, Any] | None = None
        renewed = time.monotonic()
        try:
            while not self._over.wait(LOOK_SECONDS):
                now, progress = time.monotonic(), self._progress
                if progress == written and now - renewed < RENEW_SECONDS:
                    continue
                if self._kept(progress):
                    written, renewed = progress, now
        finally:
            connections.close_all()

    def _kept(self, progress: dict[str, Any] | None) -> bool:
        """Write it down, and say whether that went well. A database that is away for a moment is asked again."""
        try:
            self._write(progress)
        except Error:
            logger.warning("lease_not_renewed", extra={"kind": self.order.kind}, exc_info=True)
            connections.close_all()
            return False
        return True

    def _write(self, progress: dict[str, Any] | None) -> None:
        result = {**self.order.result, **({"progress": progress} if progress else {})}
        with shared(actor="orders"):
            CouncilOrder.objects.filter(id=self.order.id, leased_by=self._token).update(
                leased_until=timezone.now() + LEASE, result=result
            )
