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

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def full_database(django_db_setup, cluster):
    """Two councils with one of everything. Tests of this module read it, and leave it as it is."""
    own = Own(cluster, f"full_{secrets.token_hex(4)}")
    own.python(FILL)
    yield own
    own.end()


@pytest.fixture(scope="module")
def amber_copy(full_database, tmp_path_factory):
    """The exit copy of a council that is full."""
    copy = tmp_path_factory.mktemp("copy") / "copy.zip"
    full_database.python(EXPORT.format(path=str(copy)))
    return copy


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
    full_database, empty_database, amber_copy
):
    loaded = empty_database.manage("load_exit_copy", str(amber_copy), "--host", "amber.new.example").stdout
    said = sum(table["rows"] for table in manifest_of(amber_copy)["tables"])
    assert f"{said} rows in " in loaded

    before = contents(full_database, schema_at(full_database, "amber.localhost"))
    after = contents(empty_database, schema_at(empty_database, "amber.new.example"))
    left_out = {line["table"] for line in manifest_of(amber_copy)["left_out"]}
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


def test_a_stranger_can_check_and_read_it_with_nothing_of_ours(amber_copy, tmp_path):
    folder = tmp_path / "unpacked"
    subprocess.run(["unzip", "-q", str(amber_copy), "-d", str(folder)], check=True)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((folder / "manifest.json").read_text())
    assert done.stdout.count(": OK") == len(told["tables"]) + len(told["files"]) + 2
    for table in told["tables"]:
        content = (folder / table["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (table["bytes"], table["sha256"])
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        assert rows[0] == [column["name"] for column in table["columns"]]
        assert len(rows) - 1 == table["rows"]
    readme = (folder / "README.txt").read_text()
    assert "Amber" in readme
    assert "Confidential" in readme
    assert all(line["table"] in readme for line in told["left_out"])


def test_what_is_nothing_and_what_is_empty_are_told_apart(full_database, amber_copy):
    rows = contents(full_database, schema_at(full_database, "amber.localhost"))
    seen = {"": 0, None: 0}
    with zipfile.ZipFile(amber_copy) as archive:
        for table in manifest_of(amber_copy)["tables"]:
            copied = list(csv.DictReader(io.StringIO(archive.read(table["path"]).decode(), newline="")))
            for column in table["columns"]:
                kept = [json.loads(row)[column["name"]] for row in rows[table["name"]]]
                written = [row[column["name"]] for row in copied]
                assert written.count("\\N") == kept.count(None), (table["name"], column["name"])
                assert written.count("") == kept.count(""), (table["name"], column["name"])
                seen[""] += kept.count("")
                seen[None] += kept.count(None)
    assert min(seen.values()) > 10


def test_a_tampered_copy_or_a_host_that_is_taken_leaves_nothing_behind(full_database, amber_copy, tmp_path):
    before = full_database.sql("SELECT count(*) FROM pg_namespace")
    taken = full_database.manage("load_exit_copy", str(amber_copy), "--host", "birch.localhost", check=False)
    assert "There is a council at birch.localhost already." in taken.stderr
    wrong = full_database.manage(
        "load_exit_copy", str(amber_copy), "--host", "a.new.example", "--sha256", "0" * 64, check=False
    )
    assert "not the file that the checksum is of" in wrong.stderr
    forged = forge(amber_copy, tmp_path / "forged.zip")
    refused = full_database.manage("load_exit_copy", str(forged), "--host", "a.new.example", check=False)
    assert "does not fit together" in refused.stderr
    assert "Traceback" not in taken.stderr + wrong.stderr + refused.stderr
    assert full_database.sql("SELECT count(*) FROM pg_namespace") == before
    assert full_database.sql("SELECT count(*) FROM shared.tenants_council") == [(3,)]


def forge(copy: Path, target: Path) -> Path:
    """A copy whose every checksum holds, and whose clients are gone while all that refers to them is there."""
    with zipfile.ZipFile(copy) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != "SHA256SUMS"}
    name = "tables/people_client.csv"
    files[name] = files[name].split(b"\n")[0] + b"\n"
    told = json.loads(files["manifest.json"])
    [table] = [table for table in told["tables"] if table["path"] == name]
    table.update(rows=0, sha256=hashlib.sha256(files[name]).hexdigest())
    files["manifest.json"] = json.dumps(told).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for one, content in files.items():
            archive.writestr(one, content)
        archive.writestr(
            "SHA256SUMS", "".join(f"{hashlib.sha256(content).hexdigest()}  {one}\n" for one, content in files.items())
        )
    return target


def test_a_loaded_council_is_read_only_and_its_numbering_goes_on(empty_database, amber_copy):
    empty_database.manage("load_exit_copy", str(amber_copy), "--host", "amber.new.example", "--name", "Amber again")
    [(state, was, name)] = empty_database.sql("SELECT state, suspended_from, name FROM shared.tenants_council")
    assert (state, was, name) == ("suspended", "training", "Amber again")
    schema = schema_at(empty_database, "amber.new.example")
    for table in ("django_content_type", "otp_totp_totpdevice"):
        [(highest, following)] = empty_database.sql(
            f"SELECT max(id), nextval(pg_get_serial_sequence('\"{schema}\".{table}', 'id')) FROM \"{schema}\".{table}"
        )
        assert following == highest + 1


SUSPEND_LIVE = """
from tenants.context import shared
from tenants.models import Council
from tenants.queries import council_at
with shared():
    Council.objects.filter(id=council_at("amber.localhost").id).update(state="suspended", suspended_from="{was}")
"""
SIGN = """
from core.consent.packs_here import packs_here
from tenants.actions import sign_off_pack
from tenants.context import shared
with shared():
    for pack in packs_here():
        sign_off_pack(pack_id=pack["id"], version=pack["version"], checksum=pack["checksum"], signed_by="Ada Lane")
"""


def test_a_live_council_that_leaves_suspended_is_loaded_as_a_live_one(own_database, tmp_path):
    copy = tmp_path / "copy.zip"
    own_database.python(SIGN)
    for was, told in (("live", "live"), ("", "training")):
        own_database.python(SUSPEND_LIVE.format(was=was) + EXPORT.format(path=str(copy)))
        assert manifest_of(copy)["council"]["state"] == told
        host = f"{told}.new.example"
        own_database.manage("load_exit_copy", str(copy), "--host", host)
        assert own_database.sql(
            "SELECT state, suspended_from FROM shared.tenants_council c JOIN shared.tenants_domain d"
            " ON d.tenant_id = c.id WHERE d.domain = %s", host,
        ) == [("suspended", told)]  # fmt: skip


def test_a_copy_is_not_loaded_where_its_law_pack_forbids_its_data(full_database, amber_copy):
    before = full_database.sql("SELECT count(*) FROM pg_namespace")
    full_database.variables["PATCHWORK_REGION"] = "au"
    try:
        refused = full_database.manage("load_exit_copy", str(amber_copy), "--host", "a.new.example", check=False)
    finally:
        del full_database.variables["PATCHWORK_REGION"]
    assert "keeps a council's data in the region uk" in refused.stderr
    elsewhere = full_database.manage(
        "load_exit_copy", str(amber_copy), "--host", "a.new.example", "--region", "au", check=False
    )
    assert "stands in the region “uk”, not in “au”" in elsewhere.stderr
    assert full_database.sql("SELECT count(*) FROM pg_namespace") == before


def test_a_copy_takes_no_more_memory_for_a_fuller_council(own_database, tmp_path):
    """Twenty thousand rows more are written in the same memory, give or take what Python itself takes."""
    peak = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    code = EXPORT.format(path=str(tmp_path / "copy.zip")) + peak
    small = int(own_database.python(code).stdout.split()[-1])
    schema = schema_at(own_database, "amber.localhost")
    own_database.sql(
        f'INSERT INTO "{schema}".audit_event (id, at, slug, outcome, actor, subject_kind, reason, detail)'
        " SELECT gen_random_uuid(), now(), 'x', 'done', 'x', '', '', jsonb_build_object('x', repeat(md5(n::text), 60))"
        " FROM generate_series(1, 20000) n"
    )
    large = int(own_database.python(code).stdout.split()[-1])
    assert large - small < 20_000, "in kilobytes; the rows themselves are forty megabytes"


def manifest_of(copy: Path) -> dict:
    with zipfile.ZipFile(copy) as archive:
        return json.loads(archive.read("manifest.json"))
