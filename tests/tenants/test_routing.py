"""From a host to a council: ours are served, everyone else's are 404, and no header but Host counts."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.context import CouncilRef
from tenants.routing import HOSTS_KEPT, HostTable


def status(host: str, **headers: str) -> int:
    return Client(headers={"host": host, **headers}).get("/sign-in").status_code


def test_a_councils_host_is_served_whatever_its_capitals_port_or_final_dot(amber):
    for host in ("amber.localhost", "AMBER.localhost", "amber.localhost:8000", "amber.localhost."):
        assert status(host) == 200, host


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "example.org",
        "amber.localhost.example.org",
        "x.amber.localhost",
        "amber",
        "[::1]",
        "xn--ambr-loa.localhost",
    ],
)
def test_an_unknown_host_is_404(amber, host):
    assert status(host) == 404


@pytest.mark.parametrize(
    "host", ["amber.localhost@evil.example", "amber.localhost/..", "amber localhost", "", "amber.localhost:port", "<b>"]
)
def test_a_forged_host_is_404_and_no_trace(amber, host):
    response = Client(headers={"host": host}).get("/sign-in")
    assert response.status_code == 404
    assert b"Traceback" not in response.content


def test_no_forwarded_header_changes_the_council(amber, birch):
    for header in ("x-forwarded-host", "forwarded", "x-host", "x-original-host", "x-forwarded-server"):
        page = Client(headers={"host": "amber.localhost", header: "birch.localhost"}).get("/sign-in")
        assert b"Amber" in page.content
        assert b"Birch" not in page.content


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0"), max_size=60))
def test_whatever_the_host_header_says_the_answer_is_ours_or_404(amber, host):
    response = Client(headers={"host": host.encode("utf-8", "replace").decode("latin-1")}).get("/sign-in")
    assert response.status_code in {200, 404}


def test_the_host_table_asks_once_for_a_while_and_forgets_on_demand():
    asked: list[str] = []

    def find(host: str) -> CouncilRef | None:
        asked.append(host)
        return None

    table = HostTable(find)
    for _ in range(5):
        assert table.council("nobody.example") is None
    assert asked == ["nobody.example"]
    table.forget()
    table.council("nobody.example")
    assert len(asked) == 2


def test_forged_hosts_do_not_fill_the_memory():
    table = HostTable(lambda _host: None)
    for number in range(HOSTS_KEPT + 10):
        table.council(f"h{number}.example")
    assert len(table._known) <= HOSTS_KEPT


def test_the_consoles_host_shows_nothing_of_a_council(amber):
    browser = Client(headers={"host": "console.localhost"})
    for path in ("/sign-in", "/clients/add", "/policy", "/"):
        response = browser.get(path)
        assert response.status_code == {"/sign-in": 200, "/": 302}.get(path, 404)
        assert b"Amber" not in response.content
