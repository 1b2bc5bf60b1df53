"""A database of a test's own, and processes on it that are ended with the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from infra.local.postgres import make_database
from tenants.database_roles import prepare
from tests import bootstrap

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


class Own:
    """A database cloned for one test; `run` does something in a process on it, `serve` keeps one going.

    With `template="template1"` there is nothing in it but the service roles' rights.
    """

    def __init__(self, cluster: Any, name: str, template: str = "councils_template") -> None:
        self.cluster, self.name = cluster, name
        self.processes: list[subprocess.Popen[bytes]] = []
        self.variables: dict[str, str] = {}
        make_database(cluster.url("postgres"), name, template=template)
        with psycopg.connect(self.url, autocommit=True) as connection:
            prepare(connection, settings.DATABASE_PASSWORDS)  # rights on a database are not copied with it

    @property
    def url(self) -> str:
        return str(self.cluster.url(self.name))

    @property
    def env(self) -> dict[str, str]:
        path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
        return {**os.environ, "DATABASE_URL": self.url, "PYTHONPATH": path, "DATABASE_POOL": "1", **self.variables}

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """As the cluster's administrator: for looking from outside, never for what the product does."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def python(self, code: str, *, migrator: bool = False, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `code` in a process of the product's own, settings read and apps loaded."""
        head = "import django; django.setup()\n"
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "config.settings"} | (
            {"PATCHWORK_PROCESS": "migrator"} if migrator else {}
        )
        done = subprocess.run(
            [sys.executable, "-c", head + code], env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process that ends with the test."""
        log = (bootstrap.RUN / f"{self.name}.log").open("ab")
        process = subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    def serve(self, application: str = "config.wsgi:application") -> int:
        """Start the web server, by default with the product. Returns its port once it answers."""
        port = bootstrap.free_port()
        process = self.start(
            str(BIN / "granian"),
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--workers",
            "1",
            "--blocking-threads",
            "4",
            "--log-level",
            "warning",
            application,
        )
        wait_until(lambda: process.poll() is not None or _answers(port), "the web server did not start")
        assert process.poll() is None, self.log()
        return port

    def log(self) -> str:
        return (bootstrap.RUN / f"{self.name}.log").read_text(errors="replace")

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.stop(process)
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Any, otherwise: str, *, seconds: float = 30) -> None:
    """Return as soon as `true()` holds. Fails with `otherwise` after `seconds`."""
    until = time.monotonic() + seconds
    pause = __import__("threading").Event()
    while not true():
        assert time.monotonic() < until, otherwise
        pause.wait(0.05)
