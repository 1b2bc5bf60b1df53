"""A job over all councils is in the ledger, council by council; killed it goes on, and no council is done twice."""

from __future__ import annotations

import pytest

from tests.tenants.test_fleet_runs import outcome

SET_UP = """
import os, signal
from celery import shared_task
from django.db import connection
from tenants.fleet import ledger
from tenants.fleet.jobs import go_on_with_jobs, run_job
from tenants.tasks import CouncilTask
from tenants.context import require_current, shared
from tenants.models import FleetRun, FleetStep

@shared_task(base=CouncilTask, name="tests.mark")
def mark():
    council = require_current()
    if council.name in os.environ.get("KILL_IN", "").split():
        os.kill(os.getpid(), signal.SIGKILL)
    if council.name in os.environ.get("FAIL_IN", "").split():
        raise ValueError("a secret that is never kept")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [council.name + os.urandom(4).hex()])
"""
RUN = SET_UP + "run_job('tests.mark', asked_by='test')\n"
TELL = """
with shared():
    print(*FleetRun.objects.values_list("state", flat=True), *FleetStep.objects.order_by("schema_name").values_list("state", flat=True))
"""


def marks(own) -> dict[str, int]:
    councils = own.sql("SELECT name, schema_name FROM shared.tenants_council")
    return {name: own.sql(f'SELECT count(*) FROM "{schema}".django_session')[0][0] for name, schema in councils}


def test_a_job_is_done_once_in_every_council(own_database):
    said = own_database.python(RUN + TELL)
    assert outcome(said) == ["done", "done", "done", "done"]
    assert marks(own_database) == {"Amber": 1, "Birch": 1, "Coral": 1}


def test_a_council_in_which_a_job_fails_stops_no_other_and_its_error_is_named_by_kind(own_database):
    own_database.variables["FAIL_IN"] = "Birch"
    said = own_database.python(RUN + TELL)
    assert sorted(outcome(said)) == ["done", "done", "done", "failed"]
    assert marks(own_database) == {"Amber": 1, "Birch": 0, "Coral": 1}
    assert own_database.sql("SELECT error FROM shared.tenants_fleetstep WHERE state = 'failed'") == [("ValueError",)]


@pytest.mark.slow
def test_a_killed_job_is_taken_up_once_its_process_is_known_to_be_gone(own_database):
    own_database.variables["KILL_IN"] = "Birch"
    assert own_database.python(RUN, check=False).returncode == -9
    own_database.variables["KILL_IN"] = ""
    taken_up = SET_UP + "print(go_on_with_jobs())\n"
    assert outcome(own_database.python(taken_up)) == ["0"], "whoever is at it may only be slow"
    own_database.sql("UPDATE shared.tenants_fleetrun SET heartbeat_at = now() - interval '10 minutes'")
    assert outcome(own_database.python(taken_up)) == ["1"]
    assert marks(own_database) == {"Amber": 1, "Birch": 1, "Coral": 1}
    assert own_database.sql("SELECT DISTINCT state FROM shared.tenants_fleetstep") == [("done",)]


@pytest.mark.slow
def test_a_task_that_does_not_exist_is_refused_in_a_sentence(own_database):
    said = own_database.manage("fleet_job", "nowhere.nothing", check=False)
    assert said.returncode == 1
    assert "There is no task named 'nowhere.nothing'." in said.stderr
    assert "Done in 3 of 3 councils, 0 failed." in own_database.manage("fleet_job", "accounts.sweep").stdout
