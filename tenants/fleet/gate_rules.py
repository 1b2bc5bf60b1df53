"""What a migration must not do while the last release still runs: rules about operations, each with what to do instead.

Tables that the same release makes are nobody's yet, and anything may be done to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import models
from django.db.migrations import operations as op
from django.db.migrations.state import ProjectState
from django.db.models.expressions import Value
from django.db.models.fields import NOT_PROVIDED

from tenants.fleet.dry_sql import column_type

RULES: Final[dict[str, str]] = {
    "drop-table": "It drops a table that the last release still uses. Stop using it, release, and drop it after.",
    "rename-table": "It renames a table that the last release still uses by its old name. Add a new one instead.",
    "drop-column": "It drops a column that the last release still reads. Stop using it, release, and drop it after.",
    "rename-column": "It renames a column that the last release still reads. Add a new one, fill it, drop the old.",
    "not-null": "The last release does not fill this column. Let it be null, or give it a db_default.",
    "drop-default": "The last release leaves this column to its default. Let it be null first, drop the default after.",
    "volatile-default": "A default that is computed for each row rewrites the table. Add the column, then fill it.",
    "type": "It changes a column's type, which rewrites the table under a lock. Add a new column instead.",
    "unique": "It makes something unique while the last release may still write it twice, under a lock.",
    "foreign-key": "A foreign key is checked under a lock. Add it NOT VALID, then validate it in a later migration.",
    "check": "A constraint is checked under a lock. Use AddConstraintNotValid, then ValidateConstraint.",
    "index": "An index is built under a lock. Use AddIndexConcurrently in a migration with atomic = False.",
    "drop-index": "An index is dropped under a lock. Use RemoveIndexConcurrently in a migration with atomic = False.",
    "no-way-back": "It has no way back. Give RunPython a reverse_code and RunSQL a reverse_sql, noop if need be.",
}


@dataclass(slots=True)
class Existing:
    """The schema as it stands, and the models that this release made: they are nobody's yet."""

    state: ProjectState
    new: set[tuple[str, str]]

    def is_about_new(self, app: str, operation: Any) -> bool:
        """Whether the operation is about a table that the last release does not know."""
        name = getattr(operation, "model_name", None) or getattr(operation, "name", None)
        is_creation = isinstance(operation, op.CreateModel)
        return is_creation or (isinstance(name, str) and (app, name.lower()) in self.new and not _is_code(operation))

    def move_on(self, app: str, operation: Any) -> None:
        """Let the operation have happened."""
        operation.state_forwards(app, self.state)
        if isinstance(operation, op.CreateModel):
            self.new.add((app, operation.name.lower()))
        if isinstance(operation, op.RenameModel) and (app, operation.old_name.lower()) in self.new:
            self.new.add((app, operation.new_name.lower()))

    def field(self, app: str, operation: Any) -> Any:
        """The field that the operation is about, as it stands."""
        return self.state.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)  # noqa: SLF001  # public by custom


def _is_code(operation: Any) -> bool:
    return isinstance(operation, op.RunPython | op.RunSQL)


def broken_rules(app: str, operation: Any, existing: Existing) -> set[str]:
    """The rules that one operation breaks."""
    if isinstance(operation, op.SeparateDatabaseAndState):
        return {rule for one in operation.database_operations for rule in broken_rules(app, one, existing)}
    if existing.is_about_new(app, operation):
        return set()
    return {rule for kind, look in _LOOKS if isinstance(operation, kind) for rule in look(app, operation, existing)}


def _added_field(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    del app, existing
    field = operation.field
    if field.many_to_many:
        return
    default = field.db_default
    if not field.null and default is NOT_PROVIDED:
        yield "not-null"
    if default is not NOT_PROVIDED and hasattr(default, "resolve_expression") and not isinstance(default, Value):
        yield "volatile-default"
    yield from _bound(field)


def _bound(field: Any) -> Iterator[str]:
    """What a field brings besides its column: a key, an index."""
    if field.unique:
        yield "unique"
    elif field.db_index:
        yield "index"
    if field.is_relation and getattr(field, "db_constraint", False):
        yield "foreign-key"


def _altered_field(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    old = existing.field(app, operation)
    later = existing.state.clone()
    operation.state_forwards(app, later)
    new = Existing(later, set()).field(app, operation)
    if old.many_to_many or new.many_to_many:
        return
    if old.null and not new.null:
        yield "not-null"
    if old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED and not new.null:
        yield "drop-default"
    if not _is_widened(column_type(old), column_type(new)):
        yield "type"
    if old.column != new.column:
        yield "rename-column"
    yield from set(_bound(new)) - set(_bound(old))


_VARYING = re.compile(r"varchar\((\d+)\)\Z")


def _is_widened(old: str | None, new: str | None) -> bool:
    """Whether PostgreSQL takes the new type as it is: the same, or a text with more room."""
    before, after = _VARYING.match(old or ""), _VARYING.match(new or "")
    if before and after:
        return int(before[1]) <= int(after[1])
    return old == new or bool(before and new == "text")


def _added_constraint(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    del app, existing
    if isinstance(operation, AddConstraintNotValid):
        return
    yield "check" if isinstance(operation.constraint, models.CheckConstraint) else "unique"


def _added_index(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    del app, existing
    if not isinstance(operation, AddIndexConcurrently):
        yield "index"


def _renamed_field(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    model = existing.state.apps.get_model(app, operation.model_name)
    old = model._meta.get_field(operation.old_name)  # noqa: SLF001  # public by custom
    if old.db_column != old.column:
        yield "rename-column"


def _renamed_model(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    options = existing.state.models[app, operation.old_name_lower].options
    if not options.get("db_table"):
        yield "rename-table"


def _sql(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    del app, existing
    if operation.reverse_sql is None:
        yield "no-way-back"
    texts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
    for text in (one if isinstance(one, str) else one[0] for one in texts):
        upper = " ".join(str(text).upper().split())
        if re.search(r"\bALTER TABLE\b.*\b(FOREIGN KEY|REFERENCES)\b", upper) and "NOT VALID" not in upper:
            yield "foreign-key"
        if re.search(r"\bADD CONSTRAINT\b.*\bCHECK\b", upper) and "NOT VALID" not in upper:
            yield "check"
        if re.search(r"\bSET NOT NULL\b", upper):
            yield "not-null"
        if re.search(r"\bDROP DEFAULT\b", upper):
            yield "drop-default"
        if re.search(r"\bADD COLUMN\b.*\bDEFAULT\b.*\w\(", upper):
            yield "volatile-default"


def _python(app: str, operation: Any, existing: Existing) -> Iterator[str]:
    del app, existing
    if operation.reverse_code is None:
        yield "no-way-back"


def _always(rule: str) -> Callable[[str, Any, Existing], Iterator[str]]:
    def look(app: str, operation: Any, existing: Existing) -> Iterator[str]:
        del app, operation, existing
        yield rule

    return look


_LOOKS: Final[tuple[tuple[type, Callable[[str, Any, Existing], Iterator[str]]], ...]] = (
    (op.DeleteModel, _always("drop-table")),
    (op.RenameModel, _renamed_model),
    (op.AlterModelTable, _always("rename-table")),
    (op.RemoveField, _always("drop-column")),
    (op.RenameField, _renamed_field),
    (op.AddField, _added_field),
    (op.AlterField, _altered_field),
    (op.AddConstraint, _added_constraint),
    (op.AddIndex, _added_index),
    (op.AlterUniqueTogether, _always("unique")),
    (op.AlterIndexTogether, _always("index")),
    (op.RunSQL, _sql),
    (op.RunPython, _python),
)
