"""Counts that a Prometheus reads: requests, tasks, connections, backlogs. Labels are few, known and opaque.

A council appears only where the number of series is councils times a handful; views and tasks come from our own lists;
whatever is not in them is `other`. So no stranger can grow the memory by asking for made-up addresses.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

OTHER: Final = "other"
SECONDS: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)

REQUESTS: Final = Counter(
    "patchwork_requests", "Requests answered, by council and kind of status", ["council", "status"]
)
REQUEST_SECONDS: Final = Histogram("patchwork_request_seconds", "How long a view took", ["view"], buckets=SECONDS)
TASKS: Final = Counter("patchwork_tasks", "Tasks that ended, by how they ended", ["task", "outcome"])
TASK_SECONDS: Final = Histogram("patchwork_task_seconds", "How long a task took", ["task"], buckets=(*SECONDS, 30, 120))


def count_request(*, council: str, view: str, status: int, seconds: float) -> None:
    """Count one answered request. `council` is its opaque name, empty for a host that is nobody's."""
    REQUESTS.labels(council or OTHER, f"{status // 100}xx").inc()
    REQUEST_SECONDS.labels(view if view in view_names() else OTHER).observe(seconds)


def count_task(*, task: str, outcome: str, seconds: float, known: Iterable[str]) -> None:
    """Count one ended task: `outcome` is one of success, failure and retry."""
    name = task if task in known else OTHER
    TASKS.labels(name, outcome if outcome in {"success", "failure", "retry"} else OTHER).inc()
    TASK_SECONDS.labels(name).observe(seconds)


@functools.cache
def view_names() -> frozenset[str]:
    """The name of every view of every host."""
    roots = (settings.ROOT_URLCONF, settings.CONSOLE_URLCONF, settings.OPERATOR_API_URLCONF)
    return frozenset(name for root in roots for name in _names(get_resolver(root).url_patterns, ()))


def _names(patterns: Iterable[URLPattern | URLResolver], inside: tuple[str, ...]) -> Iterable[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            below = (*inside, pattern.namespace) if pattern.namespace else inside
            yield from _names(pattern.url_patterns, below)
        elif pattern.name:
            yield ":".join((*inside, pattern.name))


class PoolCollector:
    """How this process's pools of connections stand, when asked."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Connections held, idle and waited for, by alias."""
        families = {
            key: GaugeMetricFamily(f"patchwork_{key}", words, labels=["alias"])
            for key, words in (
                ("pool_size", "Connections that this process holds"),
                ("pool_available", "Connections that are idle"),
                ("requests_waiting", "Requests that wait for a connection"),
            )
        }
        for alias in connections:
            pool: Any = getattr(connections[alias], "_connection_pools", {}).get(alias)
            if pool is None:
                continue
            stats = pool.get_stats()
            for key, family in families.items():
                family.add_metric([alias], stats.get(key, 0))
        return families.values()


def exposition() -> bytes:
    """Every count in Prometheus's text form: of all processes that share PATCHWORK_METRICS_FOLDER, or of this one."""
    if settings.METRICS_FOLDER is None:
        return bytes(generate_latest(REGISTRY)) + _of_this_process()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_FOLDER))  # type: ignore[no-untyped-call]  # theirs has no types
    return bytes(generate_latest(registry)) + _of_this_process()


def _of_this_process() -> bytes:
    registry = CollectorRegistry()
    registry.register(PoolCollector())
    return bytes(generate_latest(registry))


class MetricsMiddleware:
    """Answers /metrics on the host that is for it, to who knows the token; every other request goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked_here = settings.METRICS_HOST and request.headers.get("Host", "").split(":")[0] == settings.METRICS_HOST
        if not asked_here:
            return self.get_response(request)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.path != "/metrics" or not settings.METRICS_TOKEN:
            return HttpResponse(status=404)
        if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
