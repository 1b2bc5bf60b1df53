"""A task's days are its council's own, on both sides of the clocks' changing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from celery import shared_task
from django.utils import timezone

from core import clock
from tenants.tasks import HEADER, CouncilJob, CouncilTask, its_own_time

seen: list[tuple[date, str]] = []


def _note() -> None:
    seen.append((clock.today(), str(timezone.get_current_timezone())))


@shared_task(base=CouncilTask, name="tests.note_the_day")
def note_the_day() -> None:
    _note()


@shared_task(base=CouncilJob, name="tests.note_the_day_of_a_job")
def note_the_day_of_a_job(_council) -> None:
    _note()


def day_in(task, council) -> date:
    """What day a task of this council takes it to be now."""
    seen.clear()
    headers = {HEADER: council.schema_name}
    task.push_request(headers=headers, **headers)
    try:
        task()
    finally:
        task.pop_request()
    ((day, _zone),) = seen
    return day


@pytest.mark.parametrize("task", [note_the_day, note_the_day_of_a_job])
def test_at_one_moment_it_is_another_day_in_melbourne_than_in_london(amber, coral, task):
    with time_machine.travel(datetime(2026, 11, 21, 13, 30, tzinfo=UTC), tick=False):
        assert day_in(task, amber) == date(2026, 11, 21)
        assert day_in(task, coral) == date(2026, 11, 22)
    assert str(timezone.get_current_timezone()) == timezone.get_default_timezone_name(), "it is put back"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),  # the night in which the clocks go on
        (datetime(2026, 3, 29, 22, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),  # midnight, an hour early by UTC from now on
        (datetime(2026, 10, 24, 22, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),  # the night in which they go back
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),  # half past eleven, and no longer tomorrow
    ],
)
def test_a_day_in_london_begins_at_its_own_midnight_when_the_clocks_change(amber, moment, day):
    with time_machine.travel(moment, tick=False):
        assert day_in(note_the_day, amber) == day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 4, 4, 12, 59, tzinfo=UTC), date(2026, 4, 4)),
        (datetime(2026, 4, 4, 13, 0, tzinfo=UTC), date(2026, 4, 5)),  # the night in which they go back there
        (datetime(2026, 4, 5, 13, 30, tzinfo=UTC), date(2026, 4, 5)),
        (datetime(2026, 4, 5, 14, 0, tzinfo=UTC), date(2026, 4, 6)),
        (datetime(2026, 10, 3, 13, 59, tzinfo=UTC), date(2026, 10, 3)),
        (datetime(2026, 10, 3, 14, 0, tzinfo=UTC), date(2026, 10, 4)),  # the night in which they go on there
        (datetime(2026, 10, 4, 13, 0, tzinfo=UTC), date(2026, 10, 5)),
    ],
)
def test_a_day_in_melbourne_begins_at_its_own_midnight_when_the_clocks_change(coral, moment, day):
    with time_machine.travel(moment, tick=False):
        assert day_in(note_the_day_of_a_job, coral) == day


def test_the_clocks_change_leaves_no_day_out_and_gives_none_twice(coral):
    with its_own_time(coral):
        days = []
        for hour in range(24 * 4):
            with time_machine.travel(datetime(2026, 4, 3 + hour // 24, hour % 24, 5, tzinfo=UTC), tick=False):
                if not days or days[-1] != clock.today():
                    days.append(clock.today())
    assert days == [date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6), date(2026, 4, 7)]
