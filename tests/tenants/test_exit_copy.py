"""An exit copy: everything of one council, of one moment, readable by a stranger, and the same council once loaded."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.own import Own

FILL = """
from tenants.context import inside
from tenants.queries import council_at
from tests.factories.everything import fill_everything
with inside(council_at("amber.localhost")):
    fill_everything("Zzyzxours")
with inside(council_at("birch.localhost")):
    fill_everything("Zzyzxtheirs")
"""

EXPORT = """
from tenants.exit_copy.writing import write
from tenants.queries import council_at
with open({path!r}, "wb") as sink:
    print(write(council_at("amber.localhost"), sink).rows)
"""


@pytest.fixture
def empty_database(django_db_setup, cluster):
    own = Own(cluster, f"empty_{secrets.token_hex(4)}", template="template1")
    own.manage("migrate_councils")
    yield own
    own.end()


def schema_at(own, host: str) -> str:
    [(name,)] = own.sql(
        "SELECT c.schema_name FROM shared.tenants_council c JOIN shared.tenants_domain d ON d.tenant_id = c.id"
        " WHERE d.domain = %s",
        host,
    )
    return name


def contents(own, schema: str) -> dict[str, list[str]]:
    """Every table of a schema with all its rows as text, whatever the order of its columns."""
    tables = own.sql("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", schema)
    return {
        table: [row for (row,) in own.sql(f'SELECT to_jsonb(t)::text FROM "{schema}"."{table}" t ORDER BY 1')]
        for (table,) in tables
    }


def test_a_council_with_one_of_everything_is_loaded_into_an_empty_deployment_row_for_row(
    own_database, empty_database, tmp_path
):
    own_database.python(FILL)
    copy = tmp_path / "copy.zip"
    said = int(own_database.python(EXPORT.format(path=str(copy))).stdout)

    loaded = empty_database.manage("load_exit_copy", str(copy), "--host", "amber.new.example").stdout
    assert f"{said} rows in " in loaded

    before = contents(own_database, schema_at(own_database, "amber.localhost"))
    after = contents(empty_database, schema_at(empty_database, "amber.new.example"))
    left_out = {line["table"] for line in manifest_of(copy)["left_out"]}
    assert set(before) == set(after)
    compared = 0
    for table in set(before) - left_out - {"django_migrations"}:
        assert after[table] == before[table], table
        assert before[table], f"{table} is empty: tests/factories/everything.py fills every table."
        compared += len(before[table])
    assert compared == said
    assert all(before[table] for table in left_out), "What is left out was there to be left out."
    assert all(after[table] == [] for table in left_out)
    assert not any("Zzyzxtheirs" in row for rows in after.values() for row in rows)
    assert any("Zzyzxours" in row for rows in after.values() for row in rows)


def manifest_of(copy: Path) -> dict:
    with zipfile.ZipFile(copy) as archive:
        return json.loads(archive.read("manifest.json"))
