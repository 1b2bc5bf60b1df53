"""What a deployment says is looked at to its last text and number: one that no deployment of ours would say spoils all."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import reports
from console.ports import reading
from console.ports.errors import BadReply
from core import clock

HUGE = 10**400
UNSEEN = ("\0", "\x07", "\x1b[31m", "\x85", "\r", "\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\ud800")


def numbers_of(numbers, **changes):
    """One council's numbers of today, as they cross."""
    now = datetime.now(UTC)
    one = {"council_id": str(uuid4()), "on": now.date().isoformat(), "counted_at": now.isoformat(), **changes}
    return {"readings": [{**one, "numbers": numbers}]}


def council_of(facts):
    """One council with these facts, as it crosses."""
    return {"councils": [{"id": str(uuid4()), "name": "Larch", "hosts": ["larch.example"], "state": "live",
                          "pack_id": "gb-eng", "is_current": True, "facts": facts}]}  # fmt: skip


@pytest.mark.parametrize("sign", UNSEEN)
def test_no_text_at_any_depth_holds_signs_that_are_not_seen(sign):
    for said in ({"words": {"a.b": f"x{sign}y"}}, {"roles": {"youth.work": [f"x{sign}"]}}, {f"x{sign}": 1}):
        with pytest.raises(BadReply):
            reading.template(said)
        with pytest.raises(BadReply):
            reading.councils(council_of(said))


def test_a_text_has_lines_and_tabs_but_an_end():
    said = {"words": {"a.b": "One\ntwo\r\n\tthree <b>", "c.d": "é".upper() * reading.LONGEST_TEXT}}
    assert reading.template(said) == said
    with pytest.raises(BadReply, match="text"):
        reading.template({"words": {"c.d": "x" * (reading.LONGEST_TEXT + 1)}})


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": Infinity}', b"[-Infinity]", b'{"a": 1' + b"0" * 5000 + b"}"])
def test_what_is_no_number_of_json_is_a_bad_reply(body):
    with pytest.raises(BadReply, match="not JSON"):
        reading.parsed(body)


@pytest.mark.parametrize("number", ["1e400", "-1e400", str(HUGE), str(-HUGE), str(2**53), str(2**64)])
def test_a_number_has_a_size_wherever_it_stands(number):
    value = json.loads(number)
    with pytest.raises(BadReply, match="number"):
        reading.readings(numbers_of({"clients": value}))
    with pytest.raises(BadReply, match="number"):
        reading.councils(council_of({"a": [value]}))
    with pytest.raises(BadReply, match="number"):
        reading.fleet({"councils": value})


@given(st.integers() | st.floats() | st.just(HUGE))
def test_what_is_kept_as_a_number_can_always_be_shown(value):
    row = SimpleNamespace(council_id=uuid4(), on=date.today(), counted_at=None, numbers={"clients": value})  # noqa: DTZ011  # any day
    shown = reports._reading(row).clients
    assert shown is None or (shown == value and f"{float(shown):,}")
    if isinstance(value, int) and 0 <= value <= 10**9:
        assert shown == value


def test_a_number_too_great_for_any_council_is_none_on_every_page():
    row = SimpleNamespace(council_id=uuid4(), on=date(2026, 11, 1), counted_at=None, numbers={"clients": HUGE})
    assert reports._reading(row).clients is None


def test_a_day_may_be_tomorrow_s_somewhere_and_no_later():
    today = clock.now().date()
    for ahead in (0, 1):
        on = today + timedelta(days=ahead)
        assert reading.readings(numbers_of({"clients": 5}, on=on.isoformat()))[0].on == on
    for on in (today + timedelta(days=2), date(9999, 12, 31)):
        with pytest.raises(BadReply, match="still to come"):
            reading.readings(numbers_of({"clients": 5}, on=on.isoformat()))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_no_database_keeps_is_a_bad_reply(moment):
    with pytest.raises(BadReply, match="counted_at"):
        reading.readings(numbers_of({"clients": 5}, counted_at=moment))
