"""What people type never reaches a log line: a canary is sent through every door and looked for in all that was logged."""

from __future__ import annotations

import io
import logging

import pytest

from config.logs import KeepKnownKeys, LineFormatter
from tenants.context import inside
from tests.factories import make_client, make_viewer

CANARY = "Zzyzxcanary"


@pytest.fixture
def logged():
    """Everything that any logger wrote, as it would stand in the log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    handler.addFilter(KeepKnownKeys())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_no_name_that_was_typed_or_shown_is_logged(amber, site, logged):
    with inside(amber):
        viewer = make_viewer()
        client = make_client(CANARY, CANARY)
    site.sign_in(viewer)
    site.post("/search", {"q": CANARY}, follow=True)
    site.get(f"/clients/{client.id}")
    site.get(f"/clients/{CANARY}")
    site.get("/colleagues", {"q": CANARY})
    site.post("/clients/add", {"given_name": CANARY, "family_name": CANARY})
    site.post("/sign-in", {"email": f"{CANARY}@x.example", "password": CANARY})
    assert CANARY not in logged.getvalue()
    assert logged.getvalue()


def test_an_errors_kind_and_place_are_logged_and_not_its_words():
    try:
        raise ValueError(f"the name {CANARY} is wrong")
    except ValueError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "it_failed", (), __import__("sys").exc_info()
        )
    line = LineFormatter().format(record)
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert CANARY not in line
