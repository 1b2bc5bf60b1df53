"""The gate: what old code can't live with is refused by name, what it can is let through, and an exemption has a reason."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from tenants.fleet.gate import Baseline, read_baseline, refusals, write_baseline
from tenants.fleet.gate_rules import Existing, broken_rules

TEXT = models.CharField(max_length=40, null=True)
KEY = models.ForeignKey("people.client", null=True, on_delete=models.CASCADE, related_name="+")
LOOSE_KEY = models.ForeignKey(
    "people.client", null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
)
CHECK = models.CheckConstraint(condition=~models.Q(family_name=""), name="made_up_check")
UNIQUE = models.UniqueConstraint(fields=("family_name",), name="made_up_unique")
INDEX = models.Index(fields=("family_name",), name="made_up_index")
NEW_MODEL = migrations.CreateModel("MadeUp", [("id", models.UUIDField(primary_key=True, default=uuid.uuid4))])


def nothing(apps, schema_editor):
    """Python code of a migration."""


BAD = {
    "drops a column": (migrations.RemoveField("client", "family_name"), {"drop-column"}),
    "drops a table": (migrations.DeleteModel("RecentClient"), {"drop-table"}),
    "renames a column": (migrations.RenameField("client", "family_name", "last_name"), {"rename-column"}),
    "renames a table": (migrations.AlterModelTable("client", "persons"), {"rename-table"}),
    "adds what old code does not fill": (migrations.AddField("client", "x", models.IntegerField(default=1)), {"not-null"}),
    "computes a default for each row": (migrations.AddField("client", "x", models.DateTimeField(db_default=Now())), {"volatile-default"}),
    "drops a default in SQL": (
        migrations.RunSQL("ALTER TABLE people_client ALTER family_name DROP DEFAULT", migrations.RunSQL.noop), {"drop-default"},
    ),
    "narrows a text": (migrations.AlterField("client", "family_name", models.CharField(max_length=3)), {"type"}),
    "adds a key that is checked at once": (migrations.AddField("recentclient", "x", KEY), {"foreign-key", "index"}),
    "adds a constraint that is checked at once": (migrations.AddConstraint("client", CHECK), {"check"}),
    "makes a column unique": (migrations.AddConstraint("client", UNIQUE), {"unique"}),
    "locks a table for an index": (migrations.AddIndex("client", INDEX), {"index"}),
    "runs Python without a way back": (migrations.RunPython(nothing), {"no-way-back"}),
    "runs SQL without a way back": (migrations.RunSQL("UPDATE people_client SET family_name = family_name"), {"no-way-back"}),
    "drops a column in SQL": (migrations.RunSQL("ALTER TABLE people_client DROP COLUMN family_name", migrations.RunSQL.noop), {"drop-column"}),
    "adds a key in SQL": (
        migrations.RunSQL("ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES c (id)", migrations.RunSQL.noop),
        {"foreign-key"},
    ),
    "locks a table in SQL": (migrations.RunSQL('CREATE INDEX i ON people_client (family_name)', "DROP INDEX CONCURRENTLY i"), {"index"}),
}  # fmt: skip

GOOD = {
    "adds a column that may be null": migrations.AddField("client", "x", TEXT),
    "adds a column with a constant default": migrations.AddField("client", "x", models.IntegerField(db_default=7)),
    "adds a table": NEW_MODEL,
    "adds a key without a check": migrations.AddField("recentclient", "x", LOOSE_KEY),
    "adds a constraint that is not checked yet": AddConstraintNotValid("client", CHECK),
    "builds an index beside the work": AddIndexConcurrently("client", INDEX),
    "widens a text": migrations.AlterField("client", "family_name", models.CharField(max_length=250)),
    "runs Python with a way back": migrations.RunPython(nothing, migrations.RunPython.noop),
    "changes words alone": migrations.AlterModelOptions("client", {"verbose_name": "person"}),
}


def checked(*operations, **attributes):
    """What the gate says of one made-up migration after everything there is."""
    loader = MigrationLoader(None)
    leaves: dict[str, tuple[str, ...]] = {}
    for app, name in loader.graph.leaf_nodes():
        leaves[app] = (*leaves.get(app, ()), name)
    newest = leaves["people"][0]
    body = {"dependencies": [("people", newest)], "operations": list(operations), **attributes}
    made_up = type("Migration", (migrations.Migration,), body)("9001_made_up", "people")
    read = loader.load_disk

    def load_disk():
        read()
        loader.disk_migrations["people", made_up.name] = made_up

    loader.load_disk = load_disk
    loader.build_graph()
    return {refusal.rule for refusal in refusals(loader, Baseline("1.0", leaves, {}))}


@pytest.mark.parametrize("what", BAD)
def test_a_migration_is_refused_that(what):
    operation, rules = BAD[what]
    assert rules <= checked(operation)


@pytest.mark.parametrize("what", GOOD)
def test_a_migration_is_let_through_that(what):
    assert checked(GOOD[what]) == set()


def test_a_table_of_the_same_release_may_be_changed_at_will():
    column = migrations.AddField("madeup", "x", models.IntegerField(default=1))
    index = migrations.AddIndex("madeup", models.Index(fields=("x",), name="made_up_index"))
    assert checked(NEW_MODEL, column, index, migrations.RemoveField("madeup", "x")) == set()


def later_default(old, new):
    """What the gate says of a column of the last release that was `old` and becomes `new`."""
    model = migrations.CreateModel("MadeUp", [("id", models.IntegerField(primary_key=True)), ("x", old)])
    existing = Existing(ProjectState(), set())
    existing.move_on("people", model)
    existing.new.clear()
    return broken_rules("people", migrations.AlterField("madeup", "x", new), existing)


def test_a_default_that_old_code_needs_stays_and_one_that_nothing_needs_may_go():
    assert later_default(models.IntegerField(db_default=7), models.IntegerField()) == {"drop-default"}
    assert later_default(models.IntegerField(db_default=7), models.IntegerField(default=7)) == {"drop-default"}
    assert later_default(models.IntegerField(db_default=7), models.IntegerField(db_default=8)) == set()
    assert later_default(models.IntegerField(db_default=7), models.IntegerField(null=True)) == set()
    assert later_default(models.IntegerField(), models.IntegerField(db_default=7)) == set()
    assert later_default(models.IntegerField(null=True, db_default=7), models.IntegerField(null=True)) == set()


def test_what_is_hidden_in_a_separate_operation_is_seen():
    hidden = migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("client", "family_name")])
    assert "drop-column" in checked(hidden)


def test_an_exemption_lets_its_own_rule_through_alone():
    drops = migrations.RemoveField("client", "family_name")
    assert checked(drops, OLD_CODE_COPES={"drop-column": "Nothing has read it since 1.0."}) == set()
    assert checked(drops, OLD_CODE_COPES={"drop-table": "Nothing has read it since 1.0."}) == {"drop-column"}


def test_an_exemption_without_a_reason_or_from_no_rule_is_refused():
    drops = migrations.RemoveField("client", "family_name")
    with pytest.raises(ValueError, match="needs its reason"):
        checked(drops, OLD_CODE_COPES={"drop-column": " "})
    with pytest.raises(ValueError, match="there is no rule"):
        checked(drops, OLD_CODE_COPES={"columns": "Why not."})


def test_everything_since_the_last_release_passes_the_gate():
    assert [str(refusal) for refusal in refusals(MigrationLoader(None), read_baseline())] == []


def test_the_baseline_moves_with_a_release(tmp_path):
    file = tmp_path / "baseline.json"
    loader = MigrationLoader(None)
    write_baseline("2.0", loader, file)
    moved = read_baseline(file)
    assert moved.release == "2.0"
    assert {(app, name) for app, names in moved.leaves.items() for name in names} == set(loader.graph.leaf_nodes())
