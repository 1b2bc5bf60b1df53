"""What a process says of its own fitness is true: with a role locked out, a schema behind, a broker or a worker gone."""

from __future__ import annotations

import contextlib
import http.client
import json
import sys

import pytest

from tests.faults.test_outages import close_the_door
from tests.own import wait_until


def ready(port: int) -> tuple[int, dict]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        link.request("GET", "/readyz", headers={"Host": "10.0.0.1"})
        answer = link.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.slow
def test_a_node_is_fit_while_its_database_answers_and_says_so_when_it_does_not(own_database, broker):
    own_database.variables["BROKER_URL"] = broker.url
    port = own_database.serve()
    fit = {"registry": "ok", "councils": "ok", "shared": "ok", "migrations": "ok"}
    assert ready(port) == (200, {"ready": True, "must": fit, "may": {"broker": "ok"}})
    close_the_door(own_database, closed=True)
    status, told = ready(port)
    assert (status, told["ready"]) == (503, False)
    assert set(told["must"].values()) == {"away"}
    close_the_door(own_database, closed=False)
    wait_until(lambda: ready(port)[0] == 200, own_database.log())


def test_a_broker_that_is_away_is_told_and_makes_nobody_unfit(own_database, broker):
    own_database.variables["BROKER_URL"] = broker.url
    port = own_database.serve()
    broker.stop()
    assert ready(port)[0] == 200
    assert ready(port)[1]["may"] == {"broker": "away"}
    broker.start()
    wait_until(lambda: ready(port)[1]["may"] == {"broker": "ok"}, own_database.log())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "check"), [("pw_app", "councils"), ("pw_router", "registry"), ("pw_console", "shared")]
)
def test_a_node_whose_role_may_not_connect_is_unfit(own_database, role, check):
    # The right to connect is this database's own: no other test notices.
    own_database.sql(f'REVOKE CONNECT ON DATABASE "{own_database.name}" FROM {role}')
    port = own_database.serve()
    status, told = ready(port)
    assert status == 503
    assert told["must"][check] == "away"
    assert [name for name, state in told["must"].items() if state == "ok" and name == check] == []


def test_a_node_whose_code_is_ahead_of_the_shared_schema_is_unfit_until_it_is_migrated(own_database):
    row = "FROM shared.django_migrations WHERE app = 'tenants' AND name LIKE '0003%%'"
    kept = own_database.sql(f"SELECT app, name, applied {row}")
    own_database.sql(f"DELETE {row}")
    port = own_database.serve()
    assert ready(port)[1]["must"]["migrations"] == "behind"
    assert ready(port)[0] == 503
    own_database.sql("INSERT INTO shared.django_migrations (app, name, applied) VALUES (%s, %s, %s)", *kept[0])
    assert ready(port)[0] == 200


def test_what_is_told_holds_no_secret_and_no_errors_text(own_database):
    own_database.sql(f'REVOKE CONNECT ON DATABASE "{own_database.name}" FROM pw_app')
    port = own_database.serve()
    told = json.dumps(ready(port)[1])
    for word in (own_database.name, "pw_app", "permission", "redis", "127.0.0.1", "psycopg"):
        assert word not in told


def worker(own) -> object:
    return own.start(
        sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "1",
        "--loglevel", "warning", "--without-mingle", "--without-gossip",
    )  # fmt: skip


@pytest.mark.slow
def test_a_worker_leaves_word_while_it_has_its_broker_and_none_without(own_database, broker, tmp_path):
    own_database.variables |= {"BROKER_URL": broker.url, "PATCHWORK_STATE": str(tmp_path)}
    assert "has left no word" in own_database.manage("check_worker", check=False).stdout
    process = worker(own_database)
    mark = tmp_path / "heartbeats" / "worker"
    wait_until(mark.exists, own_database.log())
    assert own_database.manage("check_worker").stdout.startswith("The worker left word")
    broker.stop()
    wait_until(lambda: not mark.exists(), own_database.log())
    assert own_database.manage("check_worker", check=False).returncode == 1
    broker.start()
    wait_until(mark.exists, own_database.log())
    process.kill()
    process.wait()
    assert own_database.manage("check_worker").returncode == 0, "the word is fresh for a moment yet"


def test_a_scheduler_leaves_word_while_its_messages_are_taken(own_database, broker, tmp_path):
    own_database.variables |= {"BROKER_URL": broker.url, "PATCHWORK_STATE": str(tmp_path)}
    own_database.start(sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", "warning", "--pidfile", "")
    mark = tmp_path / "heartbeats" / "scheduler"
    wait_until(mark.exists, own_database.log())
    assert own_database.manage("check_scheduler").returncode == 0


def test_word_that_is_too_old_is_no_word(tmp_path, capsys):
    import os

    from config.watching.heartbeat import report

    (tmp_path / "heartbeats").mkdir()
    mark = tmp_path / "heartbeats" / "worker"
    mark.touch()
    there = {"PATCHWORK_STATE": str(tmp_path)}
    assert report("worker", there, seconds=30) == 0
    os.utime(mark, (mark.stat().st_atime, mark.stat().st_mtime - 60))
    assert report("worker", there, seconds=30) == 1
    assert "longer than 30 s" in capsys.readouterr().out


MAIL = """
from core.accounts.actions.people import invite_person
from tenants.context import inside
from tenants.queries import council_named
with inside(council_named("Amber")):
    invite_person(email="new.colleague@agency.example", roles=["practitioner"], by=None)
"""
DRAIN = """
from core.notices.outbox import drain
from tenants.queries import council_named
drain(council_named("Amber"))
"""


@pytest.mark.slow
def test_with_the_mail_server_away_the_letter_is_kept_and_sent_once_when_it_is_back(own_database):
    from tests import bootstrap
    from tests.faults.mail_catcher import MailCatcher

    port = bootstrap.free_port()
    own_database.variables["PATCHWORK_MAIL_URL"] = f"smtp://127.0.0.1:{port}"
    [(schema,)] = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")
    own_database.python(MAIL)
    failed = own_database.python(DRAIN)
    assert "outbox_item_failed" in failed.stderr
    assert "new.colleague" not in failed.stderr
    state = f'SELECT count(*) FILTER (WHERE done_at IS NULL), min(attempts) FROM "{schema}".notices_outboxitem'
    assert own_database.sql(state) == [(1, 1)]
    own_database.sql(f"UPDATE \"{schema}\".notices_outboxitem SET due_at = now() - interval '1 minute'")
    with MailCatcher(port) as catcher:
        own_database.python(DRAIN)
        own_database.python(DRAIN)
        assert len(catcher.letters) == 1
    assert own_database.sql(state)[0][0] == 0


@pytest.mark.slow
def test_a_database_that_is_away_when_a_process_starts_is_no_end_of_it(own_database):
    close_the_door(own_database, closed=True)
    port = own_database.serve()
    assert ready(port)[0] == 503
    close_the_door(own_database, closed=False)
    wait_until(lambda: ready(port)[0] == 200, own_database.log())


def test_a_broker_that_is_away_when_a_worker_starts_is_waited_for(own_database, broker, tmp_path):
    own_database.variables |= {"BROKER_URL": broker.url, "PATCHWORK_STATE": str(tmp_path)}
    broker.stop()
    process = worker(own_database)
    wait_until(
        lambda: "annot connect" in own_database.log() or "celery.worker.consumer" in own_database.log(),
        "no word of the broker",
    )
    assert process.poll() is None
    broker.start()
    wait_until((tmp_path / "heartbeats" / "worker").exists, own_database.log())
