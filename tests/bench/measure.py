"""Times requests to a running server, and says how they spread."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds at the 50th, 95th and 99th percentile, and how many were measured."""

    p50: float
    p95: float
    p99: float
    count: int

    def __str__(self) -> str:
        return f"p50 {self.p50:7.1f} ms   p95 {self.p95:7.1f} ms   p99 {self.p99:7.1f} ms   ({self.count} requests)"


def spread(seconds: Sequence[float]) -> Spread:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return Spread(cuts[49] * 1000, cuts[94] * 1000, cuts[98] * 1000, len(seconds))


class Visitor:
    """One connection to a server that keeps its cookies and its form token."""

    def __init__(self, port: int, host: str, cookies: dict[str, str]) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.host, self.cookies = host, dict(cookies)

    def close(self) -> None:
        self.link.close()

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes, dict[str, str]]:
        headers = {"Host": self.host, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://{self.host}/"
        self.link.request(method, path, body=body or None, headers=headers)
        answer = self.link.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def time(self, method: str, path: str, body: str = "", *, expect: int = 200) -> float:
        begun = time.perf_counter()
        status, content, _ = self.ask(method, path, body)
        taken = time.perf_counter() - begun
        assert status == expect, (status, path, content[:300])
        return taken


def throughput(visitors: Sequence[Visitor], paths: Sequence[str]) -> float:
    """Requests a second that the server answers when each visitor asks for its share of `paths` in turn."""
    shares = [paths[n :: len(visitors)] for n in range(len(visitors))]
    failed: list[object] = []

    def work(visitor: Visitor, share: Sequence[str]) -> None:
        try:
            for path in share:
                visitor.time("GET", path)
        except BaseException as error:  # noqa: BLE001  # a thread's failure is the measurement's
            failed.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(visitors, shares, strict=True)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    assert not failed, failed
    return len(paths) / taken
