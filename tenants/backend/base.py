"""The fail-closed wrapper around a database connection.

What django-tenants does silently (falling through to `public`, swallowing a failed SET, setting a path that outlives
its transaction) is an error here. A connection of the application's role runs no statement outside of a scope: this
wrapper refuses it, and PostgreSQL, where that role owns and inherits nothing, would refuse it as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper

from tenants.backend import ledger
from tenants.errors import NoCouncil
from tenants.names import APP_ROLE, EXTENSIONS_SCHEMA, MIGRATOR_ROLE, SHARED_SCHEMA, is_council_schema

if TYPE_CHECKING:
    from tenants.context import Scope

_TRANSACTION_CONTROL: Final = re.compile(
    r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET CONSTRAINTS)\b", re.IGNORECASE
)
_MAY_CHANGE_ROLE: Final = re.compile(r"\b(ROLE|SET_CONFIG|AUTHORIZATION|RESET|DISCARD)\b", re.IGNORECASE)
_SESSION_SCOPE: Final = re.compile(
    r"\b(SET\s+(SESSION\s+)?(ROLE|SEARCH_PATH|SESSION\s+AUTHORIZATION)|RESET\s+(ROLE|ALL)|DISCARD)\b", re.IGNORECASE
)


class _Guard:
    """The two looks before a statement runs, shared by the plain and the debugging cursor."""

    db: Any

    def execute(self, sql: Any, params: Any = None) -> Any:
        self.db.before_statement(str(sql))
        return super().execute(sql, params)  # type: ignore[misc]  # mixed in before Django's cursor wrapper

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.db.before_statement(str(sql))
        return super().executemany(sql, param_list)  # type: ignore[misc]  # as above


class GuardedCursor(_Guard, CursorWrapper):
    """Django's cursor, behind the guard."""


class GuardedDebugCursor(_Guard, CursorDebugWrapper):
    """Django's debugging cursor, behind the guard."""


class DatabaseWrapper(TenantsWrapper):  # type: ignore[misc]  # django-tenants ships no types
    """A connection that knows its scope and refuses to work without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.scope: Scope | None = None
        self._setting_scope = False
        self._session_path: str | None = None
        self._told_role: str | None = None
        super().__init__(*args, **kwargs)

    @property
    def login_role(self) -> str:
        """The role this connection logs in as."""
        return str(self.settings_dict["USER"])

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return GuardedCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorWrapper:
        return GuardedDebugCursor(cursor, self)

    def before_statement(self, sql: str) -> None:
        """Refuse a statement outside of a scope, and one that would change role or path for the session.

        Raises NoCouncil.
        """
        if _TRANSACTION_CONTROL.match(sql):
            self._told_role = None
            return
        if self.login_role == APP_ROLE and not self._setting_scope:
            self._require_scope(sql)
        where = ledger.folder()
        if where is not None:
            kind = "scope" if self._setting_scope else "statement"
            ledger.write(where, alias=self.alias, role=self._role_as_told(), kind=kind, statement=sql)
            if _MAY_CHANGE_ROLE.search(sql):
                self._told_role = None

    def _role_as_told(self) -> str:
        """What PostgreSQL says the role is; asked anew after everything that might have changed it."""
        self.ensure_connection()
        if self._told_role is None or ledger.is_aborted(self.connection):
            self._told_role = ledger.role_of(self.connection)
        return self._told_role

    def _require_scope(self, sql: str) -> None:
        if self.scope is None:
            raise NoCouncil("A statement ran outside of a council: open inside(council) around the work.")
        if not self.in_atomic_block:
            raise NoCouncil("A council's scope without a transaction holds nothing: the statement is refused.")
        if _SESSION_SCOPE.search(sql):
            raise NoCouncil("Role and path belong to tenants.context: nothing else may set them.")

    def set_scope(self, statement: str, values: Sequence[str], scope: Scope | None) -> None:
        """Run the one statement that sets role and path for this transaction, and remember the scope."""
        self._setting_scope = True
        try:
            with self.cursor() as cursor:
                cursor.execute(statement, values)
            self.scope = scope
        finally:
            self._setting_scope = False

    def _get_cursor_search_paths(self) -> list[str]:
        """The migrator's path: one schema and the extensions. `public` is never in it."""
        name = str(self.schema_name)
        if name != SHARED_SCHEMA and not is_council_schema(name):
            raise NoCouncil(f"{name!r} is neither a council's schema nor the shared one.")
        return [name, EXTENSIONS_SCHEMA]

    def _handle_search_path(self, cursor: Any = None) -> None:  # noqa: ARG002  # django-tenants' signature
        """Set the path for a session of the migrator alone. A failure rises.

        Everyone else's path is set by the scope (a council) or by the login role's own setting (a service role).
        """
        if self.login_role != MIGRATOR_ROLE or self.connection is None:
            return
        path = ",".join(self._get_cursor_search_paths())
        if path == self._session_path or self.errors_occurred or self.needs_rollback:
            return
        with self.connection.cursor() as plain:
            plain.execute("SELECT set_config('search_path', %s, false)", (path,))
        self._session_path = path

    def forget_path(self) -> None:
        """Have the path set again before the next statement: a rollback undoes what was set inside it."""
        self._session_path = None
        self._told_role = None

    def connect(self) -> None:
        self._told_role = None
        super().connect()

    def commit(self) -> None:
        self._told_role = None
        super().commit()

    def close(self) -> None:
        self.forget_path()
        super().close()

    def rollback(self) -> None:
        self.forget_path()
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        # After, not before: rolling back goes through a cursor, and in a failed transaction no path can be set.
        try:
            super().savepoint_rollback(sid)
        finally:
            self.forget_path()
