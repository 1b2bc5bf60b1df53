"""No file stays of a council that was deleted, not even one that was being written just then."""

from __future__ import annotations

import io
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from tenants.context import shared
from tenants.errors import NoCouncil
from tenants.exit_copy import deletion, step
from tenants.files import STORE, CouncilFiles, council_files
from tenants.models import CouncilDeletion
from tenants.names import new_schema_name


def paths_of(files) -> list[str]:
    return [path for path, _size in files.paths()]


def test_a_copy_that_ends_after_its_council_was_deleted_is_not_kept(amber, monkeypatch):
    def write(_council, whole, _report):
        whole.write(b"copy")
        return SimpleNamespace(tables=1, rows=1, files=0, made_at="")

    monkeypatch.setattr(step, "write", write)
    copy_id = uuid4()
    step.make(amber, copy_id)
    assert step.path_of(copy_id) in paths_of(council_files(amber))
    monkeypatch.setattr(step, "council_by_id", lambda _id: None)
    with pytest.raises(NoCouncil):
        step.make(amber, copy_id)
    assert step.path_of(copy_id) not in paths_of(council_files(amber))


def test_the_sweep_takes_what_was_left_over_of_deleted_councils_and_nothing_else(amber):
    gone, strange = (CouncilFiles(storages[STORE], new_schema_name()) for _ in range(2))
    for files in (gone, strange, council_files(amber)):
        files.save("left/over.txt", io.BytesIO(b"x"))
    folder = gone._top.rstrip("/")
    with shared(actor="test"):
        CouncilDeletion.objects.create(council_id=uuid4(), counted={"folder": folder}, deleted_at=timezone.now())
        CouncilDeletion.objects.create(council_id=uuid4(), counted={}, deleted_at=timezone.now())
    assert deletion.sweep_deleted() == 1
    assert paths_of(gone) == []
    assert "left/over.txt" in paths_of(strange), "It may be another deployment's."
    assert "left/over.txt" in paths_of(council_files(amber))
    for files in (strange, council_files(amber)):
        files.delete("left/over.txt")
