"""A council deleted for good: nothing of it stays but its certificate, wherever the worker is killed on the way."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta

import pytest

from tests.tenants.test_exit_copy import schema_at

FILL = """
import io
from tenants.context import inside, shared
from tenants.files import council_files
from tenants.models import Council, CouncilOrder
from tenants.queries import council_at
from django.utils import timezone
from tenants.account import put_account, put_document
from tests.factories.everything import fill_everything
from tests.tenants.account_said import CHECKSUM, PDF, account
council = council_at("leaving.localhost")
with inside(council):
    fill_everything("Zzyzxcanary")
council_files(council).save("exit-copies/one/copy.zip", io.BytesIO(b"12345"))
council_files(council_at("birch.localhost")).save("own.txt", io.BytesIO(b"theirs"))
with shared():
    put_account(council.id, account())
    put_document(council.id, CHECKSUM, PDF)
    CouncilOrder.objects.create(
        id="{old}", council_id=council.id, kind="create", state="done", asked_at=timezone.now(),
        payload={{"administrator": {{"email": "zzyzxcanary@leaving.example"}}}},
    )
    CouncilOrder.objects.create(id="{order}", council_id=council.id, kind="delete", state="running",
        asked_at=timezone.now(), payload={{"certificate_id": "cert-1"}})
    Council.objects.filter(id=council.id).update(state="{state}", leaves_on={leaves})
print(council.id)
"""

DELETE = """
import json, os
from tenants.exit_copy import deletion, step
from tenants.files import CouncilFiles
from tenants.orders.work import OrderWork, StepRefused
{killing}
order = OrderWork("{order}", "{council}", "delete", {{"certificate_id": "cert-1"}}, {{}}, "an operator")
try:
    print(json.dumps(step.delete(order)))
except StepRefused as refused:
    print(json.dumps({{"refused": str(refused)}}))
"""

TODAY = "timezone.now().date()"

STAGES = {
    "its files could not be reached": "CouncilFiles.paths = lambda self: 1 / 0",
    "it was counted": "deletion._drop = lambda council: os._exit(9)",
    "its tables went": "CouncilFiles.delete_all = lambda self: os._exit(9)",
    "its files went": "deletion._forget = lambda *a: os._exit(9)",
    "all of it went": "deletion._certificate = lambda *a: os._exit(9)",
}
"""Where the worker is killed, or fails: each in turn, in one deletion."""


def prepared(own, tmp_path, state: str, leaves: str = TODAY) -> dict[str, str]:
    """A council of the database's own, full, in `state`, and asked to be deleted.

    It is made here, since a database role belongs to the whole cluster: the copied councils' roles are in use elsewhere.
    """
    own.variables["PATCHWORK_FILES_URL"] = (tmp_path / "files").as_uri()
    own.manage("create_council", "Leaving", "leaving.localhost", "--pack", "gb-eng")
    ids = {"order": str(uuid.uuid4()), "old": str(uuid.uuid4())}
    ids["council"] = own.python(FILL.format(**ids, state=state, leaves=leaves)).stdout.split()[-1]
    ids["schema"] = schema_at(own, "leaving.localhost")
    return ids


def delete(own, ids: dict[str, str], killing: str = ""):
    code = DELETE.format(killing=killing, order=ids["order"], council=ids["council"])
    return own.python(code, migrator=True, check=not killing)


def rows_in(own, schema: str) -> int:
    tables = own.sql("SELECT tablename FROM pg_tables WHERE schemaname = %s", schema)
    names = [name for (name,) in tables if name != "django_migrations"]
    return sum(own.sql(f'SELECT count(*) FROM "{schema}"."{name}"')[0][0] for name in names)


@pytest.mark.slow
def test_a_deletion_killed_at_every_stage_leaves_nothing_but_one_certificate(own_database, tmp_path):
    ids = prepared(own_database, tmp_path, "suspended")
    counted = rows_in(own_database, ids["schema"])
    for stage, killing in STAGES.items():
        assert delete(own_database, ids, killing).returncode != 0, stage
    certificate = json.loads(delete(own_database, ids).stdout)

    assert certificate["council"] == "Leaving"
    assert certificate["hosts"] == ["leaving.localhost"]
    assert certificate["rows"] == counted > 50
    assert (certificate["files"], certificate["bytes"]) == (1, 5)
    assert certificate["certificate_id"] == "cert-1"
    assert ids["schema"] not in json.dumps(certificate)
    assert any("audit log" in line for line in certificate["went_too"])
    gone = date.fromisoformat(certificate["deleted_at"][:10])
    assert date.fromisoformat(certificate["backups_expire_on"]) == gone + timedelta(days=35)
    assert "zzyzxcanary" not in json.dumps(certificate).lower()
    assert json.loads(delete(own_database, ids).stdout) == certificate
    assert_gone(own_database, ids, tmp_path)


def assert_gone(own, ids: dict[str, str], tmp_path) -> None:
    schema = ids["schema"]
    assert own.sql("SELECT 1 FROM pg_namespace WHERE nspname = %s", schema) == []
    assert own.sql("SELECT 1 FROM pg_roles WHERE rolname = %s", schema) == []
    assert own.sql("SELECT count(*) FROM shared.tenants_council WHERE id = %s", ids["council"]) == [(0,)]
    for table in ("councilaccount", "councildocument"):
        assert own.sql(f"SELECT count(*) FROM shared.tenants_{table}") == [(0,)]
    assert own.sql("SELECT id::text FROM shared.tenants_councilorder WHERE council_id = %s", ids["council"]) == [
        (ids["order"],)
    ]
    assert not (tmp_path / "files" / schema / "exit-copies" / "one" / "copy.zip").exists()
    [stays] = (tmp_path / "files").glob("*/own.txt")
    assert stays.read_bytes() == b"theirs"
    assert own.sql("SELECT count(*) FROM shared.tenants_council") == [(3,)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("leaves", "why"),
    [
        ("None", "Nobody has announced"),
        ("timezone.now().date() + __import__('datetime').timedelta(2)", "is kept until"),
    ],
)
def test_a_council_whose_wait_is_not_over_here_is_not_deleted_whatever_the_console_says(
    own_database, tmp_path, leaves, why
):
    ids = prepared(own_database, tmp_path, "suspended", leaves)
    assert why in json.loads(delete(own_database, ids).stdout)["refused"]
    assert rows_in(own_database, ids["schema"]) > 50
    assert own_database.sql("SELECT domain FROM shared.tenants_domain WHERE domain = 'leaving.localhost'")


@pytest.mark.slow
def test_a_deletion_that_failed_before_its_drop_leaves_the_council_at_its_hosts_and_counts_anew(own_database, tmp_path):
    ids = prepared(own_database, tmp_path, "suspended")
    failing = "from tenants import schemas\nschemas.drop = lambda name: 1 / 0"
    assert delete(own_database, ids, failing).returncode != 0
    assert own_database.sql("SELECT domain FROM shared.tenants_domain WHERE domain = 'leaving.localhost'")
    own_database.sql(f"""INSERT INTO "{ids["schema"]}".django_session VALUES ('later', '', now())""")
    counted = rows_in(own_database, ids["schema"])
    certificate = json.loads(delete(own_database, ids).stdout)
    assert certificate["rows"] == counted, "What came since the attempt that failed is counted too."
    assert certificate["hosts"] == ["leaving.localhost"]


@pytest.mark.slow
def test_a_council_at_work_is_not_deleted(own_database, tmp_path):
    ids = prepared(own_database, tmp_path, "live")
    assert "suspend it first" in json.loads(delete(own_database, ids).stdout)["refused"]
    assert rows_in(own_database, ids["schema"]) > 50
    nobody = {**ids, "council": str(uuid.uuid4())}
    assert "no such council" in json.loads(delete(own_database, nobody).stdout)["refused"]
