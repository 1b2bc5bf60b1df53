"""The service roles, the shared and the extensions schema: what a database needs before the first migration.

Statements are idempotent and run on a connection of an administrator, who is used for nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import sql

from tenants.names import (
    APP_ROLE,
    CONSOLE_ROLE,
    EXTENSIONS_SCHEMA,
    LOGIN_ROLES,
    MIGRATOR_ROLE,
    OWNER_ROLE,
    ROUTER_ROLE,
    SHARED_SCHEMA,
)

_ATTRIBUTES: Mapping[str, str] = {
    APP_ROLE: "LOGIN NOINHERIT",
    ROUTER_ROLE: "LOGIN NOINHERIT",
    CONSOLE_ROLE: "LOGIN NOINHERIT",
    MIGRATOR_ROLE: "LOGIN NOINHERIT CREATEROLE",
    OWNER_ROLE: "NOLOGIN NOINHERIT",
}

_PATHS: Mapping[str, str] = {
    APP_ROLE: "''",
    ROUTER_ROLE: f"{SHARED_SCHEMA}, {EXTENSIONS_SCHEMA}",
    CONSOLE_ROLE: f"{SHARED_SCHEMA}, {EXTENSIONS_SCHEMA}",
}

_ITERATIONS = 4096
"""PostgreSQL's own number; the passwords are random, so more would make nothing safer."""

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")


def password_of(role: str, secret: str) -> str:
    """A login role's password where none is given: derived from the deployment's secret, so that nobody types it."""
    return hmac.new(secret.encode(), f"database-role:{role}".encode(), hashlib.sha256).hexdigest()


def verifier_of(password: str) -> str:
    """What PostgreSQL and its pooler keep of a password (SCRAM-SHA-256, RFC 5803): both have to keep the very same."""
    salt = hmac.new(password.encode(), b"salt of the verifier", hashlib.sha256).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.new(salted, b"Client Key", hashlib.sha256).digest()).digest()
    server = hmac.new(salted, b"Server Key", hashlib.sha256).digest()
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def pooler_users(passwords: Mapping[str, str]) -> str:
    """The auth_file of PgBouncer: the roles that go through it, and what each has to know."""
    return "".join(f'"{role}" "{verifier_of(passwords[role])}"\n' for role in (APP_ROLE, ROUTER_ROLE, CONSOLE_ROLE))


def preparation(database: str, passwords: Mapping[str, str], existing: set[str]) -> Iterator[sql.Composable]:
    """The statements that prepare `database`; `existing` names the roles that the cluster already has."""
    for role, attributes in _ATTRIBUTES.items():
        verb = "ALTER" if role in existing else "CREATE"
        yield sql.SQL("{} ROLE {} WITH {}").format(sql.SQL(verb), sql.Identifier(role), sql.SQL(attributes))
    for role in LOGIN_ROLES:
        yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier_of(passwords[role]))
        )
    for role, path in _PATHS.items():
        yield sql.SQL("ALTER ROLE {} SET search_path = {}").format(sql.Identifier(role), sql.SQL(path))
    owner, migrator, name = sql.Identifier(OWNER_ROLE), sql.Identifier(MIGRATOR_ROLE), sql.Identifier(database)
    yield sql.SQL("GRANT {} TO {}").format(owner, migrator)
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name)
    yield sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}, {}").format(name, owner, migrator)
    for role in (APP_ROLE, ROUTER_ROLE, CONSOLE_ROLE):
        yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role))
    for schema in (SHARED_SCHEMA, EXTENSIONS_SCHEMA):
        yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(sql.Identifier(schema), owner)
    for extension in EXTENSIONS:
        yield sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}").format(
            sql.Identifier(extension), sql.Identifier(EXTENSIONS_SCHEMA)
        )
    # Functions and operator classes only; every council's role has to reach them.
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO PUBLIC").format(sql.Identifier(EXTENSIONS_SCHEMA))
    for role in (ROUTER_ROLE, CONSOLE_ROLE):
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SHARED_SCHEMA), sql.Identifier(role))


def prepare(connection: Any, passwords: Mapping[str, str]) -> None:
    """Prepare the database that `connection` (psycopg, an administrator's, autocommit) is connected to."""
    database = connection.info.dbname
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'pw\\_%%'")
        existing = {row[0] for row in cursor.fetchall()}
        for statement in preparation(database, passwords, existing):
            cursor.execute(statement)
