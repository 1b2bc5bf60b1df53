"""Which council am I in? One switch: `inside(council)` for a council's world, `shared()` for the deployment's own.

Sign-in, its audit and its mails exist in both worlds: what works in either asks `unit()` and `site()`.

`inside()` opens one transaction whose first statement sets, for that transaction alone, the council's database role,
its path, the time limits and the actor. Outside of it there is no role, and so no data. What was refused inside is
written even when the work is rolled back. It is not a place to keep anything else: pass the council on explicitly.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django_tenants.utils import tenant_context
from psycopg import IsolationLevel

from tenants.errors import NestedScope, NoCouncil
from tenants.names import EXTENSIONS_SCHEMA, SHARED_SCHEMA, require_council_schema
from tenants.process import is_migrator

if TYPE_CHECKING:
    from tenants.backend.base import DatabaseWrapper

COUNCIL_ALIAS: Final = "default"
SHARED_ALIAS: Final = "console"

STATEMENT_TIMEOUT: Final = "5s"
LOCK_TIMEOUT: Final = "2s"
IDLE_TIMEOUT: Final = "30s"

_OPEN_SCOPE: Final = (
    "SELECT set_config('role', %s, true), set_config('search_path', %s, true),"
    " set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
    " set_config('idle_in_transaction_session_timeout', %s, true), set_config('app.actor', %s, true)"
)
_CLOSE_SCOPE: Final = "SELECT set_config('role', 'none', true), set_config('search_path', '', true)"


@dataclass(frozen=True, slots=True)
class CouncilRef:
    """What a process needs to know of a council to work in it: plain values, safe to keep between requests.

    `signed_packs` are the checksums under which the council's pack was signed off. `suspended_from` is
    what a suspended council was before; `suspended_contact` and `leaves_on` are for its notice.
    """

    id: UUID
    schema_name: str
    name: str
    host: str
    state: str
    pack_id: str
    theme: tuple[tuple[str, str], ...] = ()
    help_contact: str = ""
    signed_packs: tuple[str, ...] = ()
    suspended_from: str = ""
    suspended_contact: str = ""
    leaves_on: date | None = None

    domain_url: str | None = field(default=None, compare=False)

    @property
    def decides_as(self) -> str:
        """The state by whose rules it shows and decides: a suspended council's is what it was before."""
        return self.suspended_from or self.state


@dataclass(slots=True)
class Scope:
    """One open `inside()`: its council, its actor, and what must be written even if the work is rolled back.

    `memo` holds what this unit of work read once and may use again; it ends with the scope, so nothing grows stale.
    """

    council: CouncilRef
    actor: str
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    memo: dict[Any, Any] = field(default_factory=dict)

    def write_afterwards(self, write: Callable[[], None]) -> None:
        """Have `write` run inside this council once the work is over, whether it was kept or rolled back."""
        self.afterwards.append(write)


@dataclass(slots=True)
class SharedScope:
    """One open `shared()`: who acts, and what must be written even if the work is rolled back."""

    actor: str
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def write_afterwards(self, write: Callable[[], None]) -> None:
        """Have `write` run in the shared world once the work is over, whether it was kept or rolled back."""
        self.afterwards.append(write)


@dataclass(frozen=True, slots=True)
class Site:
    """What a page or a mail calls the world it comes from. `key` tells worlds apart in hashes and cookies."""

    key: str
    name: str
    host: str
    help_contact: str


_shared_scope: ContextVar[SharedScope | None] = ContextVar("shared_scope", default=None)


def _connection() -> DatabaseWrapper:
    return cast("DatabaseWrapper", connections[COUNCIL_ALIAS])


def current_scope() -> Scope | None:
    """The open scope of this thread, or None."""
    return _connection().scope


def require_scope() -> Scope:
    """The open scope of this thread. Raises NoCouncil outside of `inside()`."""
    scope = current_scope()
    if scope is None:
        raise NoCouncil("This needs a council: open inside(council) around it.")
    return scope


def current() -> CouncilRef | None:
    """The council whose world this thread is in, or None."""
    scope = current_scope()
    return scope.council if scope else None


def require_current() -> CouncilRef:
    """The council whose world this thread is in. Raises NoCouncil outside of `inside()`."""
    return require_scope().council


def in_shared() -> bool:
    """Whether this thread is in the deployment's own world."""
    return _shared_scope.get() is not None


def unit() -> Scope | SharedScope:
    """The open unit of work of either world. Raises NoCouncil outside of both."""
    return _shared_scope.get() or require_scope()


def site() -> Site:
    """The name, host and help of the present world: a council's, or the operators' console's. Raises NoCouncil."""
    if in_shared():
        return Site(SHARED_SCHEMA, settings.CONSOLE_NAME, settings.CONSOLE_HOST, settings.CONSOLE_HELP)
    council = require_current()
    return Site(council.schema_name, council.name, council.host, council.help_contact)


def world_name() -> str | None:
    """The name of the schema whose objects are used now: what a model instance remembers of its origin."""
    if in_shared():
        return SHARED_SCHEMA
    council = current()
    return council.schema_name if council else None


@contextlib.contextmanager
def inside(
    council: CouncilRef, *, actor: str = "system", statement_timeout: str = STATEMENT_TIMEOUT, snapshot: bool = False
) -> Iterator[Scope]:
    """Do one unit of work in `council`'s world: one transaction, under the council's own database role.

    `actor` is a user's id or the name of a job; PostgreSQL sees it as `app.actor`. `statement_timeout` is PostgreSQL's
    (only jobs that are known to run long ask for more). What `Scope.write_afterwards` collected is written when the
    work is done, also when it failed; then the failure rises. With `snapshot` every statement reads the same moment,
    and none may write.

    Raises NestedScope inside another scope.
    """
    connection = _connection()
    if connection.scope is not None or in_shared():
        raise NestedScope("A council's scope can't be opened inside another scope.")
    scope = Scope(council, actor)
    try:
        with _transaction(connection, scope, statement_timeout, snapshot=snapshot):
            yield scope
            for write in scope.afterwards:
                write()
    except BaseException:
        if scope.afterwards:
            with _transaction(connection, scope, statement_timeout):
                for write in scope.afterwards:
                    write()
        raise


@contextlib.contextmanager
def _transaction(
    connection: DatabaseWrapper, scope: Scope, statement_timeout: str, *, snapshot: bool = False
) -> Iterator[None]:
    schema = require_council_schema(scope.council.schema_name)
    values = (schema, f"{schema},{EXTENSIONS_SCHEMA}", statement_timeout, LOCK_TIMEOUT, IDLE_TIMEOUT, scope.actor)
    moment = _one_moment(connection) if snapshot else contextlib.nullcontext()
    with tenant_context(scope.council), moment:
        try:
            with transaction.atomic(using=COUNCIL_ALIAS, durable=True):
                connection.set_scope(_OPEN_SCOPE, values, scope)
                yield
        finally:
            connection.scope = None
            if connection.in_atomic_block:
                # Only a test's outer transaction outlives the scope; there SET LOCAL would outlive it too.
                connection.set_scope(_CLOSE_SCOPE, (), None)


@contextlib.contextmanager
def _one_moment(connection: DatabaseWrapper) -> Iterator[None]:
    """Have the next transaction read one moment and write nothing. PostgreSQL wants to know when it begins."""
    connection.ensure_connection()
    plain = connection.connection
    plain.isolation_level, plain.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        yield
    finally:
        if not plain.closed:
            plain.isolation_level = plain.read_only = None


@contextlib.contextmanager
def shared(*, actor: str = "system") -> Iterator[SharedScope]:
    """Do one unit of work in the deployment's own world (operators, councils' registry): no council's data is there.

    `actor` is who the audit names where nobody else is known. Raises NestedScope inside another scope.
    """
    if current_scope() is not None or in_shared():
        raise NestedScope("The shared scope can't be opened inside another scope.")
    scope = SharedScope(actor)
    token = _shared_scope.set(scope)
    try:
        with _shared_transaction():
            yield scope
            for write in scope.afterwards:
                write()
    except BaseException:
        if scope.afterwards:
            with _shared_transaction():
                for write in scope.afterwards:
                    write()
        raise
    finally:
        _shared_scope.reset(token)


def _shared_transaction() -> contextlib.AbstractContextManager[None]:
    """One transaction on the connection that the shared world's models go through in this process."""
    return transaction.atomic(using=COUNCIL_ALIAS if is_migrator() else SHARED_ALIAS, durable=True)


def on_commit(wake: Callable[[], Any]) -> None:
    """Run `wake` once this unit of work is committed. It has no council then and must touch no model.

    A failure is logged, never raised: what must happen is a row, and `wake` only makes it happen sooner.
    """
    alias = SHARED_ALIAS if in_shared() and not is_migrator() else COUNCIL_ALIAS
    transaction.on_commit(wake, using=alias, robust=True)
