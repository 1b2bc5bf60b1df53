"""Made-up releases: migrations that exist in a test's process alone, after the newest of an app."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

APP = "people"
LOG = "people_madeup"


def log_model():
    return migrations.CreateModel(
        "MadeUp", [("id", models.BigAutoField(primary_key=True)), ("note", models.TextField())]
    )


def say_once(apps, schema_editor):
    schema_editor.execute(f"INSERT INTO {LOG} (note) VALUES ('python')")


RELEASES = {
    "column": [migrations.AddField("client", "made_up", models.CharField(max_length=40, null=True))],
    "table": [log_model(), migrations.RunSQL(f"INSERT INTO {LOG} (note) VALUES ('once')", f"DELETE FROM {LOG}")],
    "python": [migrations.RunPython(say_once, migrations.RunPython.noop)],
    "index": [AddIndexConcurrently("madeup", models.Index(fields=["note"], name="made_up_note"))],
    "broken": [migrations.RunSQL("ALTER TABLE nowhere ADD COLUMN x int", migrations.RunSQL.noop)],
}
OUTSIDE = {"index"}


def release(*names: str) -> None:
    """Have this process's code hold one more migration for each name, one after the other."""
    read = MigrationLoader.load_disk

    def load_disk(self: MigrationLoader) -> None:
        read(self)
        newest = max(name for app, name in self.disk_migrations if app == APP)
        for number, name in enumerate(names, start=9001):
            kind = type("Migration", (migrations.Migration,), _body(newest, RELEASES[name], name))
            newest = f"{number}_{name}"
            self.disk_migrations[APP, newest] = kind(newest, APP)

    MigrationLoader.load_disk = load_disk


def _body(after: str, operations: Sequence[object], name: str) -> dict[str, object]:
    return {"dependencies": [(APP, after)], "operations": list(operations), "atomic": name not in OUTSIDE}
