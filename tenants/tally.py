"""How many requests each council had, how many failed, how fast they were: counted in memory, written once a minute.

Nothing but a council's opaque id, counts and bands of time is kept. A database that is away loses nothing but the time
until it is back; a process that dies loses its last minute. No request ever fails over it.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.context import current_scope, in_shared, shared
from tenants.models import Council, RequestTally

logger = logging.getLogger(__name__)

BANDS_MS: Final = (10, 25, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 2_000, 5_000, 10_000)
"""The upper end of each band; slower than the last is a band of its own."""
FAILED: Final = 500
COUNTS_KEPT: Final = timedelta(hours=2)

Key = tuple[UUID, datetime]


@dataclass(slots=True)
class _Count:
    """One council's hour in this process."""

    requests: int = 0
    errors: int = 0
    bands: list[int] = field(default_factory=lambda: [0] * (len(BANDS_MS) + 1))
    is_new: bool = True


class Tally:
    """The counts of one process. Whole totals of an hour are written, so that writing twice changes nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Key, _Count] = {}
        self._pid = 0
        self._process = ""
        self._due = 0.0

    def add(self, council_id: UUID, *, seconds: float, failed: bool) -> None:
        """Count one request."""
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        with self._lock:
            if self._pid != os.getpid():
                # A copy of a process that had counted already: what it counted is that one's to write.
                self._pid, self._process = os.getpid(), secrets.token_hex(8)
                self._counts.clear()
                self._due = time.monotonic() + settings.TALLY_SECONDS
            count = self._counts.setdefault((council_id, hour), _Count())
            count.requests += 1
            count.errors += int(failed)
            count.bands[bisect_left(BANDS_MS, seconds * 1000)] += 1
            count.is_new = True

    def is_due(self) -> bool:
        """Whether a minute has passed; whoever is told so writes it, and nobody else meanwhile."""
        now = time.monotonic()
        with self._lock:
            if not settings.TALLY_SECONDS or now < self._due:
                return False
            self._due = now + settings.TALLY_SECONDS
            return any(count.is_new for count in self._counts.values())

    def write(self) -> bool:
        """Write what was counted since, outside of every scope. Returns whether it could be: nothing is lost if not."""
        with self._lock:
            rows = [
                RequestTally(
                    council_id=council_id, hour=hour, process=self._process, requests=count.requests,
                    errors=count.errors, bands=list(count.bands),
                )
                for (council_id, hour), count in self._counts.items() if count.is_new
            ]  # fmt: skip
        if not rows:
            return True
        try:
            with shared(actor="tally"):
                RequestTally.objects.bulk_create(
                    _of_councils_here(rows), update_conflicts=True, unique_fields=["council", "hour", "process"],
                    update_fields=["requests", "errors", "bands"],
                )  # fmt: skip
        except (DatabaseError, InterfaceError):
            logger.warning("tally_not_written")
            return False
        self._forget(rows)
        return True

    def _forget(self, rows: Sequence[RequestTally]) -> None:
        """What was written and has not grown since is not new; hours that are over are dropped."""
        oldest = timezone.now() - COUNTS_KEPT
        with self._lock:
            for row in rows:
                count = self._counts.get((row.council_id, row.hour))
                if count is not None and count.requests == row.requests:
                    count.is_new = False
            self._counts = {key: one for key, one in self._counts.items() if one.is_new or key[1] >= oldest}


tally = Tally()


class TallyMiddleware:
    """Counts each council's requests. Stands around the routing: the scope is closed by the time it writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = self.get_response(request)
        council = getattr(request, "council", None)
        if council is not None and settings.TALLY_SECONDS:
            tally.add(council.id, seconds=time.monotonic() - begun, failed=response.status_code >= FAILED)
            if tally.is_due() and current_scope() is None and not in_shared():
                tally.write()
        return response


def summary_of(rows: Iterable[tuple[int, int, list[int]]]) -> dict[str, int | None]:
    """Requests, errors and the time within which 95 of 100 were answered, in milliseconds: a band's upper end.

    None without a request, and where so many were slower than the last band.
    """
    requests = errors = 0
    bands = [0] * (len(BANDS_MS) + 1)
    for number, failed, counted in rows:
        requests += number
        errors += failed
        bands = [one + other for one, other in zip(bands, counted, strict=False)]
    return {"requests": requests, "errors": errors, "p95_ms": percentile(bands, 95)}


def percentile(bands: Sequence[int], share: int) -> int | None:
    """The upper end of the band in which the request stands that `share` of 100 are not slower than."""
    wanted, seen = -(-sum(bands) * share // 100), 0
    for edge, number in zip(BANDS_MS, bands, strict=False):
        seen += number
        if wanted and seen >= wanted:
            return edge
    return None


def _of_councils_here(rows: Sequence[RequestTally]) -> list[RequestTally]:
    """Without those of a council that has been deleted meanwhile."""
    here = set(Council.objects.filter(id__in={row.council_id for row in rows}).values_list("id", flat=True))
    return [row for row in rows if row.council_id in here]
