"""A database or a broker that goes away: a plain page and not a trace, nothing lost, and the work goes on when it is back."""

from __future__ import annotations

import contextlib
import http.client
import sys

import psycopg
import pytest

from tests.own import wait_until

pytestmark = pytest.mark.slow

INVITE = """
from core.accounts.actions.people import invite_person
from tenants.context import inside
from tenants.queries import council_named
with inside(council_named("Amber")):
    invite_person(email="new.colleague@agency.example", roles=["practitioner"], by=None)
"""


def ask(port: int, path: str = "/sign-in") -> tuple[int, str, dict[str, str]]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        link.request("GET", path, headers={"Host": "amber.localhost"})
        answer = link.getresponse()
        return answer.status, answer.read().decode(), {name.title(): value for name, value in answer.getheaders()}


def close_the_door(own, *, closed: bool) -> None:
    """Refuse every connection to the database, and end those there are: as when it has gone away."""
    with psycopg.connect(own.cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{own.name}" WITH ALLOW_CONNECTIONS {"false" if closed else "true"}')
        if closed:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [own.name])


def test_a_database_that_is_away_gives_a_plain_page_and_comes_back_by_itself(own_database):
    port = own_database.serve()
    assert ask(port)[0] == 200
    close_the_door(own_database, closed=True)
    status, page, headers = ask(port)
    assert status == 503
    assert "Patchwork is not available just now" in page
    assert "Traceback" not in page
    assert "OperationalError" not in page
    assert headers["Retry-After"] == "10"
    assert ask(port, "/healthz")[0] == 200
    assert ask(port, "/readyz")[0] == 503
    close_the_door(own_database, closed=False)
    wait_until(lambda: ask(port)[0] == 200, own_database.log())
    assert ask(port, "/readyz")[0] == 200


@pytest.fixture
def schema(own_database) -> str:
    return own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")[0][0]


def test_with_the_broker_away_the_work_is_kept_and_done_once_when_it_is_back(own_database, broker, schema):
    own_database.variables["BROKER_URL"] = broker.url
    broker.stop()
    own_database.python(INVITE)
    waiting = f'SELECT count(*) FILTER (WHERE done_at IS NULL), count(*) FROM "{schema}".notices_outboxitem'
    assert own_database.sql(waiting) == [(1, 1)]
    broker.start()
    own_database.start(
        sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "1",
        "--loglevel", "warning", "--without-mingle", "--without-gossip",
    )  # fmt: skip
    sweep = "from config.celery import app\napp.send_task('tenants.every_council', args=['notices.drain_outbox'])\n"
    own_database.python(sweep)
    own_database.python(sweep)
    wait_until(lambda: own_database.sql(waiting) == [(0, 1)] and broker.is_drained(), own_database.log())
    assert own_database.sql(f'SELECT attempts FROM "{schema}".notices_outboxitem') == [(1,)]
