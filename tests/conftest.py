"""What every test has: three councils made once, a scope, and a look afterwards that no scope was left open."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.postgres import make_database
from tests import bootstrap

ROOT = Path(__file__).resolve().parents[1]
WITH_DATABASE = {"amber", "birch", "coral", "in_amber", "site", "db", "transactional_db"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if WITH_DATABASE & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "router", "console"]))


@pytest.fixture(scope="session")
def cluster() -> Iterator[object]:
    """This run's own PostgreSQL."""
    from infra.local import postgres

    running = postgres.start(bootstrap.POSTGRES, durable=False)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def django_db_setup(cluster: object) -> None:
    """Built by the migrator in a process of its own: the application's role could neither create nor truncate."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "make_councils.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # A copy that nobody is connected to, for tests that need a database and processes of their own.
    postgres_admin = cluster.url("postgres")
    make_database(postgres_admin, "councils_template", template="patchwork")


@pytest.fixture
def own_database(django_db_setup: None, cluster: object) -> Iterator[object]:
    """A database with the three councils that no other test sees, for work that commits, migrates or serves."""
    from tests.own import Own

    own = Own(cluster, f"own_{secrets.token_hex(4)}")
    yield own
    own.end()


@pytest.fixture
def broker() -> Iterator[object]:
    """A real broker for one test, which may take it away and bring it back."""
    from tests.broker import Broker

    running = Broker()
    yield running
    running.stop()


def _council(host: str):
    from tenants.routing import hosts

    hosts.forget()
    return hosts.council(host)


@pytest.fixture
def amber(db):
    """A council on the English pack."""
    return _council("amber.localhost")


@pytest.fixture
def birch(db):
    """Another council on the English pack."""
    return _council("birch.localhost")


@pytest.fixture
def coral(db):
    """A council on the Victorian pack."""
    return _council("coral.localhost")


@pytest.fixture
def in_amber(amber):
    """The test's body runs inside amber."""
    from tenants.context import inside

    with inside(amber, actor="test"):
        yield amber


@pytest.fixture
def site(amber):
    """A browser of a kind (Django's test client) at amber's host."""
    from tests.factories.site import Site

    return Site(amber)


@pytest.fixture(autouse=True)
def _no_scope_is_left() -> Iterator[None]:
    yield
    if "django.db" in sys.modules:
        from django.apps import apps

        if apps.ready:
            from tenants.context import current, in_shared

            assert current() is None
            assert not in_shared()


def ledger_records(folder: Path) -> Iterator[dict[str, str]]:
    """Every statement that any process of this run recorded."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def outside_every_role(record: dict[str, str]) -> bool:
    """Whether a recorded statement ran under neither a council's role nor a listed service role."""
    from tenants.names import SERVICE_ROLES, is_council_schema

    if record["kind"] == "scope" or record["role"] == "aborted":
        return False
    return record["role"] not in SERVICE_ROLES and not is_council_schema(record["role"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count, files = 0, len(list(bootstrap.LEDGER.glob("*.jsonl")))
    stray = []
    for record in ledger_records(bootstrap.LEDGER):
        count += 1
        if outside_every_role(record):
            stray.append(record)
    terminalreporter.write_line(f"Statements: {count} by {files} processes, {len(stray)} outside of every listed role.")
    for record in stray[:20]:
        terminalreporter.write_line(f"  {record['role']} on {record['alias']}: {record['sql'][:160]}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A statement that ran outside of every role fails the run."""
    if any(outside_every_role(record) for record in ledger_records(bootstrap.LEDGER)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
