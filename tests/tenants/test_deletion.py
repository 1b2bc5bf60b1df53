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
from tests.factories.everything import fill_everything
council = council_at("amber.localhost")
with inside(council):
    fill_everything("Zzyzxcanary")
council_files(council).save("exit-copies/one/copy.zip", io.BytesIO(b"12345"))
council_files(council_at("birch.localhost")).save("own.txt", io.BytesIO(b"theirs"))
with shared():
    CouncilOrder.objects.create(
        id="{old}", council_id=council.id, kind="create", state="done", asked_at=timezone.now(),
        payload={{"administrator": {{"email": "zzyzxcanary@amber.example"}}}},
    )
    CouncilOrder.objects.create(id="{order}", council_id=council.id, kind="delete", state="running",
        asked_at=timezone.now(), payload={{"certificate_id": "cert-1"}})
    Council.objects.filter(id=council.id).update(state="{state}")
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

KILLS = {
    "after it was counted": "deletion._drop = lambda name: os._exit(9)",
    "after its tables went": "CouncilFiles.delete_all = lambda self: os._exit(9)",
    "after its files went": "deletion._forget = lambda *a: os._exit(9)",
    "at the very end": "deletion._certificate = lambda *a: os._exit(9)",
}


@pytest.fixture
def leaving(own_database, tmp_path):
    """A database whose first council is full, suspended, and asked to be deleted."""
    own_database.variables["PATCHWORK_FILES_URL"] = (tmp_path / "files").as_uri()
    return prepared(own_database, "suspended")


def prepared(own, state: str) -> dict[str, str]:
    ids = {"order": str(uuid.uuid4()), "old": str(uuid.uuid4())}
    ids["council"] = own.python(FILL.format(**ids, state=state)).stdout.strip()
    ids["schema"] = schema_at(own, "amber.localhost")
    return ids


def delete(own, ids: dict[str, str], killing: str = ""):
    code = DELETE.format(killing=killing, order=ids["order"], council=ids["council"])
    return own.python(code, migrator=True, check=not killing)


def rows_in(own, schema: str) -> int:
    tables = own.sql("SELECT tablename FROM pg_tables WHERE schemaname = %s", schema)
    names = [name for (name,) in tables if name != "django_migrations"]
    return sum(own.sql(f'SELECT count(*) FROM "{schema}"."{name}"')[0][0] for name in names)


def test_nothing_of_a_deleted_council_stays_but_its_certificate(own_database, leaving, tmp_path):
    counted = rows_in(own_database, leaving["schema"])
    certificate = json.loads(delete(own_database, leaving).stdout)

    assert certificate["council"] == "Amber"
    assert certificate["hosts"] == ["amber.localhost"]
    assert certificate["rows"] == counted > 50
    assert (certificate["files"], certificate["bytes"]) == (1, 5)
    assert certificate["certificate_id"] == "cert-1"
    assert any("audit log" in line for line in certificate["went_too"])
    gone = date.fromisoformat(certificate["deleted_at"][:10])
    assert date.fromisoformat(certificate["backups_expire_on"]) == gone + timedelta(days=35)
    assert_gone(own_database, leaving, tmp_path)
    assert "zzyzxcanary" not in json.dumps(certificate).lower()


def assert_gone(own, ids: dict[str, str], tmp_path) -> None:
    schema = ids["schema"]
    assert own.sql("SELECT 1 FROM pg_namespace WHERE nspname = %s", schema) == []
    assert own.sql("SELECT 1 FROM pg_roles WHERE rolname = %s", schema) == []
    assert own.sql("SELECT count(*) FROM shared.tenants_council WHERE id = %s", ids["council"]) == [(0,)]
    assert own.sql("SELECT id::text FROM shared.tenants_councilorder WHERE council_id = %s", ids["council"]) == [
        (ids["order"],)
    ]
    assert not (tmp_path / "files" / schema / "exit-copies" / "one" / "copy.zip").exists()
    [stays] = (tmp_path / "files").glob("*/own.txt")
    assert stays.read_bytes() == b"theirs"
    assert own.sql("SELECT count(*) FROM shared.tenants_council") == [(2,)]


@pytest.mark.parametrize("killed", KILLS)
def test_a_deletion_that_was_killed_ends_with_the_same_certificate(own_database, leaving, tmp_path, killed):
    counted = rows_in(own_database, leaving["schema"])
    assert delete(own_database, leaving, KILLS[killed]).returncode == 9
    certificate = json.loads(delete(own_database, leaving).stdout)
    again = json.loads(delete(own_database, leaving).stdout)
    assert certificate == again
    assert (certificate["rows"], certificate["files"], certificate["hosts"]) == (counted, 1, ["amber.localhost"])
    assert_gone(own_database, leaving, tmp_path)


@pytest.mark.parametrize("state", ["live", "training"])
def test_a_council_at_work_is_not_deleted(own_database, tmp_path, state):
    own_database.variables["PATCHWORK_FILES_URL"] = (tmp_path / "files").as_uri()
    ids = prepared(own_database, state)
    assert "suspend it first" in json.loads(delete(own_database, ids).stdout)["refused"]
    assert rows_in(own_database, ids["schema"]) > 50
    nobody = {**ids, "council": str(uuid.uuid4())}
    assert "no such council" in json.loads(delete(own_database, nobody).stdout)["refused"]


def test_a_store_that_is_away_holds_the_deletion_up_and_it_goes_on_later(own_database, leaving, tmp_path):
    away = "def _away(self):\n    from tenants.files import FilesAway\n    raise FilesAway\nCouncilFiles.delete_all = _away"
    failed = delete(own_database, leaving, away)
    assert "FilesAway" in failed.stderr
    certificate = json.loads(delete(own_database, leaving).stdout)
    assert certificate["files"] == 1
    assert_gone(own_database, leaving, tmp_path)
