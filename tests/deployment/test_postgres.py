"""PostgreSQL with infra/postgres as it stands, and PgBouncer in front: by TLS and SCRAM, the service roles and nobody else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from infra.local.postgres import make_database
from tenants.database_roles import pooler_users, prepare, verifier_of
from tests import bootstrap
from tests.deployment.servers import INFRA, NOBODY, Certificates, Pooler, folder_for, hand_over

pytestmark = pytest.mark.timeout(300)


@dataclass
class Fortress:
    """A cluster under our configuration, and the ways in."""

    port: int
    pooler: Pooler
    certificates: Certificates
    log: Path

    def connect(
        self, role: str, *, password: str | None = None, mode: str = "verify-full", through_pooler: bool = False
    ):
        port = self.pooler.port if through_pooler else self.port
        return psycopg.connect(
            host="localhost", port=port, dbname="patchwork", user=role, sslmode=mode,
            password=settings.DATABASE_PASSWORDS.get(role, "none") if password is None else password,
            sslrootcert=str(self.certificates.ca) if mode.startswith("verify") else None, autocommit=True,
            connect_timeout=20, prepare_threshold=None,
        )  # fmt: skip


def as_owner(*command: str) -> None:
    """Run one of Debian's PostgreSQL programs as its cluster's owner: the server refuses to run as root."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "PostgreSQL is not installed: run `make servers` (Debian's package postgresql), then again."
    who = {"user": NOBODY} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(programs[-1] / command[0]), *command[1:]], capture_output=True, text=True, check=False, **who
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def fortress(cluster: object) -> Iterator[Fortress]:  # the session's cluster makes the user that we borrow
    folder = folder_for("fortress")
    data, log, port = folder / "pg", folder / "log", bootstrap.free_port()
    if os.geteuid() == 0:
        hand_over(folder)
    as_owner("initdb", "--pgdata", str(data), "--username", "postgres", "--auth", "trust", "--data-checksums")
    places = f"port = {port}\nlisten_addresses = 'localhost'\nunix_socket_directories = '{folder}'\n"
    with (data / "postgresql.conf").open("a") as file:
        file.write(places)
    start = ("pg_ctl", "-D", str(data), "-w", "-t", "120", "-l", str(log), "start")
    stop = ("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    as_owner(*start)
    pooler = None
    try:
        address = f"postgresql://postgres@/patchwork?host={folder}&port={port}"
        make_database(address.replace("/patchwork", "/postgres"), "patchwork")
        with psycopg.connect(address, autocommit=True) as connection:
            prepare(connection, settings.DATABASE_PASSWORDS)
            # A council's role that could log in, as Citus needs it: no line lets it in.
            connection.execute("CREATE ROLE t_0123456789abcdef LOGIN PASSWORD 'none'")
        certificates = Certificates(folder_for("certificates"))
        chain, key = certificates.issue("postgres", "localhost")
        key.chmod(0o600)
        if os.geteuid() == 0:
            hand_over(certificates.folder)
        with (data / "postgresql.conf").open("a") as file:
            file.write(
                f"include '{INFRA}/postgres/patchwork.conf'\nhba_file = '{INFRA}/postgres/pg_hba.conf'\n"
                f"ssl_cert_file = '{chain}'\nssl_key_file = '{key}'\n"
            )
        as_owner(*stop)
        as_owner(*start)
        pooler = Pooler(
            folder_for("pgbouncer"), database=f"host=localhost port={port} dbname=patchwork", pool=2,
            users=pooler_users(settings.DATABASE_PASSWORDS), certificate=certificates.issue("pooler", "localhost"),
            extra=f"server_tls_ca_file = {certificates.ca}\nquery_wait_timeout = 20\n",
        )  # fmt: skip
        yield Fortress(port, pooler, certificates, log)
    finally:
        if pooler:
            pooler.stop()
        as_owner(*stop)


@pytest.mark.parametrize("role", ["pw_app", "pw_router", "pw_console"])
def test_a_service_role_comes_in_by_tls_directly_and_through_the_pooler(fortress, role):
    for through_pooler in (False, True):
        with fortress.connect(role, through_pooler=through_pooler) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
            assert connection.info.pgconn.ssl_in_use
            encrypted = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ssl, version = connection.execute(encrypted).fetchone()
            assert ssl
            assert version in {"TLSv1.2", "TLSv1.3"}


def test_the_migrator_comes_in_directly_and_not_through_the_pooler(fortress):
    with fortress.connect("pw_migrator") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("pw_migrator",)
    with pytest.raises(psycopg.OperationalError):
        fortress.connect("pw_migrator", through_pooler=True)


@pytest.mark.parametrize(
    ("role", "password", "mode"),
    [
        ("pw_app", None, "disable"),
        ("pw_app", "wrong", "require"),
        ("pw_app", "", "require"),
        ("t_0123456789abcdef", "none", "require"),
        ("pw_owner", None, "require"),
        ("postgres", "", "require"),
    ],
)
def test_nobody_else_comes_in_nor_anybody_in_plain_text(fortress, role, password, mode):
    for through_pooler in (False, True):
        with pytest.raises(psycopg.OperationalError):
            fortress.connect(role, password=password, mode=mode, through_pooler=through_pooler)


def test_the_must_sets_are_in_force(fortress):
    with fortress.connect("pw_console") as connection:
        for name, value in {
            "max_locks_per_transaction": "1024", "recovery_init_sync_method": "syncfs",
            "log_statement": "none", "log_min_error_statement": "panic", "log_parameter_max_length_on_error": "0",
            "archive_timeout": "1min", "idle_in_transaction_session_timeout": "1min",
        }.items():  # fmt: skip
            assert connection.execute(f"SHOW {name}").fetchone() == (value,), name


def test_a_failing_statement_leaves_no_value_in_the_log(fortress):
    with fortress.connect("pw_console") as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT %s::int", ["Zzyzxcanary"])
    told = fortress.log.read_text(errors="replace")
    assert "database system is ready" in told
    assert "SELECT" not in told


def test_a_verifier_is_what_postgresql_itself_would_keep():
    assert verifier_of("a") == verifier_of("a") != verifier_of("b")
    head, _dollar, rest = verifier_of("a").partition("$")
    assert head == "SCRAM-SHA-256"
    assert rest.startswith("4096:")
