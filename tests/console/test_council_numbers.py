"""A council's page calls its numbers as the page of health does, and says them in the same words."""

from __future__ import annotations

import pytest

from tenants.context import shared
from tests.factories.deployments import make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def numbers_of(console, **numbers):
    """The numbers on a council's page, by what they are called."""
    from console.queries.councils import council_page

    council = console.council()
    by = console.ref()
    with shared():
        if numbers:
            make_reading(council, **numbers)
        return dict(council_page(by, council.id).readings)


def test_numbers_are_called_by_words_and_said_with_what_they_are_counted_in(console):
    found = numbers_of(console, p95_ms=1234, fresh_share=0.85, storage_bytes=12_300_000, clients=1040)
    assert found["Latency"] == "1,234 ms"
    assert found["Freshness"] == "85 %"
    assert found["Storage"] == "12.3 MB"
    assert found["Clients"] == "1,040"
    assert not any("p95" in name or "_" in name for name in found)


def test_what_counts_people_is_hidden_and_what_was_not_counted_is_a_dash(console):
    found = numbers_of(console, clients=None, p95_ms=None)
    assert found["Clients"] == "Hidden"
    assert found["Latency"] == "–"  # the dash of the page of health


def test_a_council_that_never_reported_has_no_numbers(console):
    assert numbers_of(console) == {}


def test_the_page_shows_them(console):
    council = console.council("Maple")
    with shared():
        make_reading(council, storage_bytes=2_000_000)
    page = console.browser().get(f"/councils/{council.id}").content.decode()
    assert "Task backlog" in page
    assert "2 MB" in page
    assert "Storage bytes" not in page
