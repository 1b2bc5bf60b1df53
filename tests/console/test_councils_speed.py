"""The list of councils asks as few statements for a thousand as for ten, and answers in time."""

from __future__ import annotations

import time

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def fill(console, first: int, last: int) -> None:
    from console.models import Council, Order
    from core import clock

    now = clock.now()
    with shared():
        made = Council.objects.bulk_create(
            Council(
                name=f"Council {number:04}", deployment=console.deployment, hosts=[f"c{number}.example.org"],
                pack_id="gb-eng", state="live", said={"is_current": number % 7 > 0}, said_at=now, created_at=now,
            )
            for number in range(first, last)
        )  # fmt: skip
        Order.objects.bulk_create(
            Order(council=council, kind="export", state="failed" if at % 10 == 0 else "done", placed_at=now)
            for at, council in enumerate(made)
        )


def asked(browser, path: str) -> tuple[int, float, str]:
    """How many statements, how many seconds, and the page."""
    begun = time.perf_counter()
    with CaptureQueriesContext(connections["console"]) as captured:
        answer = browser.get(path)
    assert answer.status_code == 200
    return len(captured), time.perf_counter() - begun, answer.content.decode()


def test_a_thousand_councils_cost_as_many_statements_as_ten(console, capsys):
    browser = console.browser()
    paths = ("/councils", "/councils?q=council+00", "/councils?mark=failed", "/councils?mark=behind", "/")
    fill(console, 0, 10)
    few = [asked(browser, path)[0] for path in paths]
    fill(console, 10, 1000)
    many = [asked(browser, path) for path in paths]
    assert [count for count, _seconds, _page in many] == few
    with capsys.disabled():
        print(
            "\n"
            + "\n".join(
                f"{path}: {n} statements, {s * 1000:.0f} ms" for path, (n, s, _) in zip(paths, many, strict=True)
            )
        )
    assert "1000 councils" in many[0][2]
    assert "page 1 of 40" in many[0][2]
    assert "100 councils" in many[2][2]
    assert max(seconds for _count, seconds, _page in many) < 5


def test_the_pages_of_the_list_follow_one_another(console):
    fill(console, 0, 60)
    browser = console.browser()
    seen = [browser.get(f"/councils?page={page}&state=live").content.decode() for page in (1, 2, 3)]
    assert "Council 0000" in seen[0]
    assert "Council 0025" in seen[1]
    assert "Council 0059" in seen[2]
    assert "page=3" in seen[1]
    assert browser.get("/councils?page=999").status_code == 200
    assert browser.get("/councils?page=x").status_code == 200
