"""A unit of work that reads one moment: what others commit meanwhile is not in it, and it writes nothing itself."""

from __future__ import annotations

from dataclasses import replace

from tests.tenants.test_exit_copy import schema_at

LOOK = """
import psycopg
from core.audit.models import Event
from core import clock
from django.db import InternalError
from tenants.context import inside
from tenants.queries import council_at
council = council_at("amber.localhost")
def add():
    with psycopg.connect({url!r}, autocommit=True) as other:
        other.execute(
            'INSERT INTO "{schema}".audit_event (id, at, slug, outcome, actor, subject_kind, reason, detail)'
            " VALUES (gen_random_uuid(), now(), 'x', 'done', 'x', '', '', '{{}}')"
        )
with inside(council, snapshot=True):
    before = Event.objects.count()
    add()
    print("same moment", Event.objects.count() == before)
try:
    with inside(council, snapshot=True):
        Event(at=clock.now(), slug="x", outcome="done", actor="x", detail={{}}).save(force_insert=True)
except InternalError as refused:
    print("refused", "read-only transaction" in str(refused))
with inside(council):
    print("later", Event.objects.count() == before + 1)
    Event(at=clock.now(), slug="x", outcome="done", actor="x", detail={{}}).save(force_insert=True)
    print("writes again", Event.objects.count() == before + 2)
"""


def test_one_moment_is_read_nothing_is_written_and_the_connection_is_as_before(own_database):
    schema = schema_at(own_database, "amber.localhost")
    said = own_database.python(LOOK.format(url=own_database.url, schema=schema)).stdout.splitlines()
    assert said == ["same moment True", "refused True", "later True", "writes again True"]


def test_jobs_that_prepare_work_leave_a_suspended_council_alone_and_others_go_on(amber, birch, monkeypatch, settings):
    from tenants import tasks

    woken = []
    monkeypatch.setattr(tasks, "all_councils", lambda: (amber, replace(birch, state="suspended")))
    monkeypatch.setattr(tasks, "wake", lambda task, council: woken.append((task, council.name)))
    [paused] = settings.PAUSED_WHILE_SUSPENDED
    for task in (paused, "network.keep_time", "rights.keep_retention"):
        tasks.every_council(task)
    assert woken == [
        (paused, "Amber"),
        ("network.keep_time", "Amber"), ("network.keep_time", "Birch"),
        ("rights.keep_retention", "Amber"), ("rights.keep_retention", "Birch"),
    ]  # fmt: skip
    scheduled = {entry["args"][0] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry.get("args")}
    assert paused in scheduled
