"""The ledger of statements is a detector: these tests show that it detects."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection

from tenants.backend.base import DatabaseWrapper
from tenants.context import inside
from tests.conftest import ledger_records, outside_every_role
from tests.factories import make_agency


def test_a_scoped_statement_is_recorded_under_the_councils_role(amber, monkeypatch, tmp_path):
    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    with inside(amber):
        make_agency()
    records = list(ledger_records(tmp_path))
    assert {record["role"] for record in records if record["kind"] == "statement"} == {amber.schema_name}
    assert not any(map(outside_every_role, records))


def test_control_an_unscoped_statement_is_caught_once_the_guard_is_taken_down(db, monkeypatch, tmp_path):
    """The control: with the guard off a statement runs as the bare application role, and the ledger must say so."""
    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    monkeypatch.setattr(DatabaseWrapper, "_require_scope", lambda self, sql: None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    stray = [record for record in ledger_records(tmp_path) if outside_every_role(record)]
    assert [record["role"] for record in stray] == ["pw_app"]


def test_control_a_forgotten_role_is_caught_even_inside_a_scope(amber, monkeypatch, tmp_path):
    """A scope whose statement forgets the role leaves the bare application role: the wrapper's own state can't hide it."""
    import tenants.context as context

    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    monkeypatch.setattr(context, "_OPEN_SCOPE", context._OPEN_SCOPE.replace("set_config('role', %s, true)", "%s"))
    with pytest.raises(DatabaseError), inside(amber), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM directory_agency")
    assert [record["role"] for record in ledger_records(tmp_path) if outside_every_role(record)] == ["pw_app"]


def test_no_value_is_recorded(amber, monkeypatch, tmp_path):
    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    with inside(amber):
        make_agency("Canary Street Agency")
    text = json.dumps(list(ledger_records(tmp_path)))
    assert "INSERT INTO" in text
    assert "Canary" not in text


def test_a_role_that_changes_in_the_middle_of_a_transaction_is_noticed(amber, monkeypatch, tmp_path):
    """PostgreSQL is asked again after whatever could change the role: what it once said vouches for nothing later."""
    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    monkeypatch.setattr(DatabaseWrapper, "_require_scope", lambda self, sql: None)
    with inside(amber), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SELECT 2")
    records = [record for record in ledger_records(tmp_path) if record["kind"] == "statement"]
    assert [record["role"] for record in records if record["sql"] == "SELECT 1"] == [amber.schema_name]
    assert [record["role"] for record in records if record["sql"] == "SELECT 2"] == ["pw_app"]
