"""A task carries its council, runs inside it, and does not run without one: with a real broker and a real worker."""

from __future__ import annotations

import sys

import pytest

from tenants.context import current, inside
from tenants.errors import NoCouncil
from tenants.tasks import HEADER, CouncilTask, SharedTask
from tests.own import wait_until
from tests.tenants.worker_app import leave_mark


def run_with(headers: dict[str, str], name: str) -> None:
    """Run the task in this process as a worker would, with the message's headers."""
    leave_mark.push_request(headers=headers, **headers)
    try:
        leave_mark(name)
    finally:
        leave_mark.pop_request()


def test_a_task_that_names_no_council_does_not_run(db):
    with pytest.raises(NoCouncil, match="without a council"):
        run_with({}, "nowhere")


def test_a_task_that_names_an_unknown_council_does_not_run(db):
    with pytest.raises(NoCouncil, match="without a council that is here"):
        run_with({HEADER: "t_0123456789abcdef"}, "nowhere")


def test_calling_a_task_outside_of_every_council_is_refused_before_anything_is_sent(db):
    with pytest.raises(NoCouncil):
        leave_mark.delay("nowhere")


def test_a_task_runs_inside_the_council_it_names_alone(amber, birch):
    from core.directory.models import Agency

    run_with({HEADER: amber.schema_name}, "Left by a task")
    with inside(amber):
        assert Agency.objects.filter(name="Left by a task").exists()
    with inside(birch):
        assert not Agency.objects.filter(name="Left by a task").exists()
    assert current() is None


def test_every_task_of_the_product_has_our_base():
    from config.celery import app

    app.loader.import_default_modules()
    wrong = [
        name
        for name, task in app.tasks.items()
        if not name.startswith("celery.") and not isinstance(task, CouncilTask | SharedTask)
    ]
    assert wrong == []


@pytest.mark.slow
def test_a_real_worker_runs_it_in_the_right_council_twice_with_one_effect(own_database, broker):
    own_database.variables["BROKER_URL"] = broker.url
    own_database.start(
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.tenants.worker_app",
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "1",
        "--loglevel",
        "warning",
        "--without-mingle",
        "--without-gossip",
    )
    send = (
        "from tests.tenants.worker_app import leave_mark\nfrom tenants.queries import council_named\n"
        "for _ in range(2): leave_mark.send_to(council_named('Amber'), 'From afar')\n"
    )
    own_database.python(send)
    ((amber,),) = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")
    ((birch,),) = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Birch'")

    def marks(schema: str) -> int:
        return own_database.sql(f"SELECT count(*) FROM \"{schema}\".directory_agency WHERE name = 'From afar'")[0][0]

    wait_until(lambda: marks(amber) == 1 and broker.is_drained(), f"the worker did nothing: {own_database.log()}")
    assert (marks(amber), marks(birch)) == (1, 0)
