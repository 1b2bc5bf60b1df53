"""A creation goes on wherever it was killed, and one that fails leaves nothing: no schema, no role, no host, no line."""

from __future__ import annotations

import json
import os
import threading
from uuid import uuid4

import pytest

from core.consent.packs_here import packs_here
from tests import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CHECKSUM = {pack["id"]: pack["checksum"] for pack in packs_here()}["gb-eng"]
STEPS = """
from django.conf import settings
settings.ORDER_STEPS = {**settings.ORDER_STEPS, "create": (
    ("schema", "Make its database", "migrator", "tenants.orders.creating.build"),
    ("furnish", "Set it up", "app", "tests.orders.steps.furnish"),
    ("administrator", "Invite", "app", "tests.orders.steps.invite"),
    ("open", "Open its site", "app", "tenants.orders.creating.open_site"),
)}
from datetime import timedelta
from tenants.orders import working
working.PAUSES = (timedelta(0), timedelta(0))
"""


class Making:
    """A creation on a database of the test's own: its steps are done in processes that may die."""

    def __init__(self, own, marks):
        self.own, self.marks = own, marks
        own.variables["ORDER_MARKS"] = str(marks)
        self.council_id, self.order_id = uuid4(), uuid4()
        self.before = self.names()

    def place(self, **changes):
        payload = {
            "name": "Dale", "hosts": ["dale.localhost", "www.dale.localhost"], "pack_id": "gb-eng",
            "pack_checksum": CHECKSUM, "region": "uk", "state": "training", "administrator": {"email": "ada@dale.example"}, **changes,
        }  # fmt: skip
        # As `place` leaves it, which tests of its own look at: a process less.
        self.own.sql(
            "INSERT INTO shared.tenants_councilorder (id, council_id, kind, payload, state, steps_done, result, error,"
            " attempts, asked_by, asked_at) VALUES (%s, %s, 'create', %s, 'waiting', '{}', '{}', '', 0, 'Otto', now())",
            self.order_id, self.council_id, json.dumps(payload),
        )  # fmt: skip

    def work(self, process, *, before="", check=True):
        code = f"{STEPS}\n{before}\nprint(working.work({process!r}))"
        return self.own.python(code, migrator=process == "migrator", check=check)

    def fault(self, step, kind):
        (self.marks / f"{step}.fault").write_text(kind)

    def mend(self, step):
        (self.marks / f"{step}.fault").unlink(missing_ok=True)

    def let_lease_run_out(self):
        self.own.sql("UPDATE shared.tenants_councilorder SET leased_until = now() - interval '1 second'")

    def order(self):
        ((state, done, error),) = self.own.sql(
            "SELECT state, steps_done, error FROM shared.tenants_councilorder WHERE id = %s", self.order_id
        )
        return state, done, error

    def names(self):
        """Schemas, roles and hosts."""
        return (
            self.own.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%%' ORDER BY 1"),
            self.own.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%%' ORDER BY 1"),
            self.own.sql("SELECT domain FROM shared.tenants_domain ORDER BY 1"),
            self.own.sql("SELECT count(*) FROM shared.tenants_council"),
            self.own.sql("SELECT count(*) FROM shared.tenants_schemastatus"),
        )


@pytest.fixture
def making(own_database):
    marks = bootstrap.RUN / f"marks-{os.urandom(3).hex()}"
    marks.mkdir()
    return Making(own_database, marks)


def test_a_creation_is_closed_until_its_last_step_and_then_answers_at_all_its_hosts(making):
    making.place()
    making.work("migrator")
    assert making.order()[:2] == ("running", ["schema"])
    assert making.own.sql("SELECT is_open FROM shared.tenants_council WHERE name = 'Dale'") == [(False,)]
    looked = "from tenants.queries import council_at, open_council_at\nprint(bool(council_at('dale.localhost')), bool(open_council_at('dale.localhost')))"
    assert making.own.python(looked).stdout.split() == ["True", "False"]
    making.work("app")
    assert making.order() == ("done", ["schema", "furnish", "administrator", "open"], "")
    assert making.own.python(looked).stdout.split() == ["True", "True"]
    assert making.own.sql(
        "SELECT domain, is_primary FROM shared.tenants_domain WHERE domain LIKE '%%dale%%' ORDER BY 1"
    ) == [("dale.localhost", True), ("www.dale.localhost", False)]


KILLS = {
    "before the schema": ("migrator", "import os, signal\nfrom tenants import actions\ndef die(*_): os.kill(os.getpid(), signal.SIGKILL)\nactions._build = die"),
    "with the schema built, not committed": ("migrator", "import os, signal\nfrom tenants import grants\ndef die(*_): os.kill(os.getpid(), signal.SIGKILL)\ngrants.apply = die"),
    "with the schema committed, not written down": ("migrator", "import os, signal\ndef die(*_): os.kill(os.getpid(), signal.SIGKILL)\nworking._finish = die"),
    "in furnishing": ("app", "from pathlib import Path; import os\n(Path(os.environ['ORDER_MARKS']) / 'furnish.fault').write_text('kill')"),
    "in inviting": ("app", "from pathlib import Path; import os\n(Path(os.environ['ORDER_MARKS']) / 'invite.fault').write_text('kill')"),
    "before opening is written down": ("app", "import os, signal\nfinish = working._finish\ndef die(claim, said):\n    if claim.step.slug == 'open': os.kill(os.getpid(), signal.SIGKILL)\n    finish(claim, said)\nworking._finish = die"),
}  # fmt: skip


@pytest.mark.parametrize("where", KILLS)
def test_a_creation_that_was_killed_goes_on_and_makes_one_council(making, where):
    process, code = KILLS[where]
    making.place()
    if process == "app":
        making.work("migrator")
    assert making.work(process, before=code, check=False).returncode == -9
    assert making.order()[0] == "running"
    making.let_lease_run_out()
    if process == "migrator":
        making.work("migrator")
    making.work("app")
    assert making.order()[0] == "done"
    after = making.names()
    assert len(after[0]) == len(making.before[0]) + 1
    assert len(after[1]) == len(making.before[1]) + 1
    assert after[3][0][0] == making.before[3][0][0] + 1


@pytest.mark.parametrize(("step", "kind"), [("furnish", "refuse"), ("invite", "break")])
def test_a_creation_that_fails_is_undone_without_a_trace(making, step, kind):
    making.place()
    making.fault(step, kind)
    making.work("migrator")
    making.work("app")
    state, _done, error = making.order()
    assert state == "running"
    assert error.startswith(f"It can't be done at {step}." if kind == "refuse" else "Something went wrong at the step")
    assert making.names() != making.before
    making.work("migrator")
    assert making.order()[0] == "undone"
    assert making.names() == making.before


def test_a_creation_whose_schema_can_t_be_built_is_undone_too(making):
    making.place()
    making.work(
        "migrator", before="from tenants import actions\ndef fail(*_): raise RuntimeError('no')\nactions._build = fail"
    )
    assert making.order()[0] == "undone"
    assert making.names() == making.before


def test_an_undoing_that_was_killed_or_failed_is_gone_on_with(making):
    making.place()
    making.fault("furnish", "refuse")
    making.work("migrator")
    making.work("app")
    kill = "import os, signal\nfrom tenants import schemas\ndef die(*_): os.kill(os.getpid(), signal.SIGKILL)\nschemas.drop = die"
    assert making.work("migrator", before=kill, check=False).returncode == -9
    making.let_lease_run_out()
    fail = "from tenants import schemas\ndef fail(*_): raise RuntimeError('locked')\nschemas.drop = fail"
    making.work("migrator", before=fail)
    assert making.order()[0] == "running"
    making.let_lease_run_out()
    making.work("migrator")
    assert making.order()[0] == "undone"
    assert making.names() == making.before


OPEN_LATE = """
from tenants.context import shared
from tenants.models import CouncilOrder
from tenants.orders.creating import open_site
from tenants.orders.work import OrderWork, StepRefused
with shared():
    order = CouncilOrder.objects.get()
    CouncilOrder.objects.update({change})
try:
    open_site(OrderWork(order.id, order.council_id, "create", order.payload, {{}}, "Otto", lease="mine"))
except StepRefused as refused:
    print(refused)
"""


@pytest.mark.parametrize("change", ["leased_by='mine', error='It was refused.'", "leased_by='another'"])
def test_a_worker_that_lost_its_hold_opens_no_council_that_is_being_undone(making, change):
    making.place()
    making.work("migrator")
    said = making.own.python(OPEN_LATE.format(change=change)).stdout
    assert "its site was not opened" in said
    assert making.own.sql("SELECT is_open FROM shared.tenants_council WHERE name = 'Dale'") == [(False,)]


UNDO_LATE = """
from tenants.models import CouncilOrder
from tenants.orders import creating
from tenants.orders.work import OrderWork
import threading, psycopg, os
from django.db import connections
order = CouncilOrder.objects.get()
work = OrderWork(order.id, order.council_id, "create", order.payload, {}, "Otto")
kept = creating.council_files
def at_that_moment(council):
    def open_it():
        with connections["default"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
            try:
                cursor.execute("UPDATE shared.tenants_council SET is_open = true WHERE name = 'Dale'")
                print("opened")
            except Exception as refused:
                print("waits")
        connections.close_all()
    other = threading.Thread(target=open_it)
    other.start()
    other.join()
    return kept(council)
creating.council_files = at_that_moment
creating.undo(work)
"""


def test_nobody_opens_a_council_while_it_is_being_undone(making):
    making.place()
    making.work("migrator")
    assert making.own.python(UNDO_LATE, migrator=True).stdout.split() == ["waits"]
    assert making.names() == making.before


def test_a_host_that_was_taken_meanwhile_fails_the_creation_and_spares_the_other_council(making):
    making.place()
    making.own.manage("create_council", "Dale first", "www.dale.localhost", "--pack", "gb-eng")
    before = making.names()
    making.work("migrator")
    assert making.order()[0] == "undone"
    assert "council at" in making.order()[2]
    assert making.names() == before


def test_the_same_council_asked_for_by_many_at_once_is_made_once(making):
    making.place()
    errors = []

    def go():
        try:
            making.work("migrator")
        except AssertionError as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    making.work("app")
    assert not errors
    assert making.order()[0] == "done"
    assert len(making.names()[0]) == len(making.before[0]) + 1


def test_two_orders_at_once_for_one_council_are_one_taken_and_one_refused(own_database):
    code = (
        "import threading, sys\nfrom uuid import UUID, uuid4\nfrom django.db import connections\nfrom tenants.context import shared\n"
        "from tenants.orders.placing import place\nfrom tenants.orders.errors import OrderRefused\nfrom tenants.queries import council_at\n"
        "council = council_at('amber.localhost')\nsaid, gate = [], threading.Barrier(6)\n"
        "def go():\n"
        "    gate.wait()\n"
        "    try:\n"
        "        with shared(): place(order_id=uuid4(), council_id=council.id, kind='export', payload={}, asked_by='x')\n"
        "        said.append('taken')\n"
        "    except OrderRefused: said.append('refused')\n"
        "    finally: connections.close_all()\n"
        "threads = [threading.Thread(target=go) for _ in range(6)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(*sorted(said))\n"
    )
    assert own_database.python(code).stdout.split() == ["refused"] * 5 + ["taken"]
