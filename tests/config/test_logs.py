"""What people type never reaches a log line: a canary is sent through every door and looked for in all that was logged."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.db import OperationalError

from config.logs import KNOWN_KEYS, KeepKnownKeys, LineFormatter
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


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_view_and_not_its_path(amber, site, logged):
    with inside(amber):
        viewer = make_viewer()
        client = make_client(CANARY, CANARY)
    answer = site.sign_in(viewer).get(f"/clients/{client.id}")
    [line] = [line for line in lines(logged) if line["event"] == "request_answered"]
    assert line["view"] == "visits:client"
    assert line["council"] == amber.schema_name
    assert line["roles"] == "practitioner"
    assert (line["method"], line["status_code"]) == ("GET", answer.status_code)
    assert line["request_id"] == answer["X-Request-ID"]
    assert str(client.id) not in logged.getvalue()


def test_a_request_id_is_believed_of_our_own_proxy_alone(amber, site, settings):
    mine = "0123456789abcdef" * 2
    assert site.get("/sign-in", headers={"x-request-id": mine})["X-Request-ID"] != mine
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert site.get("/sign-in", headers={"x-request-id": mine})["X-Request-ID"] == mine
    for forged in (f"{mine}\r\nX: y", CANARY, mine.upper(), mine + "00"):
        assert site.get("/sign-in", headers={"x-request-id": forged})["X-Request-ID"] != forged


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\x85", "\u2028", "\x1b[31m", "\0", '"', "\\"])
def test_no_value_can_forge_a_line_or_a_key(logged, sign):
    forged = f"x{sign}" + '{"level": "info", "event": "all_is_well"}'
    for key in KNOWN_KEYS:
        logging.getLogger("tenants.x").warning("it_happened", extra={key: forged})
    logging.getLogger("tenants.x").warning("it_happened: %s", forged)
    logging.getLogger("library.x").warning(forged)
    logging.getLogger("library.x").warning("told of %s", forged)
    assert logged.getvalue().count("\n") == len(KNOWN_KEYS) + 3
    for line in lines(logged):
        assert line["event"] != "all_is_well"
        assert forged not in line.values()
        assert set(line) <= {"at", "level", "logger", "event", "where", *KNOWN_KEYS}
    if not sign.isprintable():
        assert all(sign not in line for line in logged.getvalue().split("\n"))


def test_an_unknown_key_and_a_value_of_another_form_are_left_out(logged):
    logging.getLogger("core.x").info(
        "it_happened", extra={"given_name": CANARY, "status_code": CANARY, "council": CANARY, "count": 3}
    )
    [line] = lines(logged)
    assert CANARY not in logged.getvalue()
    assert line["count"] == 3
    assert line["council"] == "(left out)"
    assert "given_name" not in line
    assert "status_code" not in line


def test_of_a_librarys_message_its_own_template_is_kept_without_what_was_filled_in(logged):
    logging.getLogger("celery.app.trace").info("Task %(name)s raised: %(exc)r", {"name": "x", "exc": CANARY})
    logging.getLogger("library").warning(f"could not save {CANARY}")
    with_template, without = lines(logged)
    assert with_template["event"] == "Task … raised: …"
    assert without["event"] == "(its words are left out)"
    assert "test_logs.py" in without["where"]


def test_nothing_of_a_failing_page_is_logged_but_its_kind_and_place(amber, site, logged, monkeypatch):
    from django.template.backends.jinja2 import Template

    render, left = Template.render, [1]

    def fails_once(template, context=None, request=None):
        if left and left.pop():
            raise RuntimeError(f"{CANARY} at {CANARY}@x.example")
        return render(template, context, request)

    monkeypatch.setattr(Template, "render", fails_once)
    site.raise_request_exception = False
    assert site.get("/sign-in").status_code == 500
    assert CANARY not in logged.getvalue()
    assert '"error": "RuntimeError"' in logged.getvalue()


def test_nothing_of_an_unreachable_database_is_logged_but_that_it_is(amber, site, logged, monkeypatch):
    def away(_host):
        raise OperationalError(f"connection of {CANARY} failed")

    monkeypatch.setattr("tenants.routing.hosts.council", away)
    assert site.get("/sign-in").status_code == 503
    assert CANARY not in logged.getvalue()
    assert '"event": "database_unreachable"' in logged.getvalue()
