"""`make demo`: everything on this machine, from an empty folder to three councils in a browser, until Ctrl-C.

PostgreSQL and Valkey are embedded unless DATABASE_URL and BROKER_URL name others. Run again, it goes on with its data.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local import postgres, valkey

ROOT: Final = Path(__file__).resolve().parents[2]
STATE: Final = Path(os.environ.get("PATCHWORK_STATE") or ROOT / ".patchwork")
RUNNING: Final = STATE / "running.json"
"""Where the database and the broker of the running demo are: for `make codes`, in another terminal."""
BIN: Final = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class DemoCouncil:
    """One council of the demo: what `create_council` and `load_demo` are told."""

    name: str
    host: str
    pack: str
    region: str
    theme: str


COUNCILS: Final = (
    DemoCouncil("Lichfield", "lichfield.localhost", "gb-eng", "uk", "brand=#1d5c63,link=#17565c"),
    DemoCouncil("Brighton", "brighton.localhost", "gb-eng", "uk", "brand=#00508f,link=#004a86"),
    DemoCouncil("Victoria", "victoria.localhost", "au-vic", "au", "brand=#5b2a86,link=#53267a"),
)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done now, and how long it took."""
    print(f"  {what} …", flush=True)
    begun = time.monotonic()
    yield
    print(f"  {what}: done in {time.monotonic() - begun:.1f} s", flush=True)


def environment(database_url: str, broker_url: str) -> dict[str, str]:
    """The variables of every process of the demo."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    return {
        **os.environ,
        "PATCHWORK_MODE": "demo",
        "PATCHWORK_SHOW_CODES": "1",
        "PATCHWORK_STATE": str(STATE),
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "PYTHONPATH": paths,
        "PYTHONUNBUFFERED": "1",
    }


def manage(env: dict[str, str], *arguments: str) -> None:
    """Run a management command and show what it prints. Ends the demo with its message when it fails."""
    done = subprocess.run([sys.executable, str(ROOT / "manage.py"), *arguments], env=env, cwd=ROOT, check=False)  # noqa: S603  # our own command
    if done.returncode:
        raise SystemExit(f"The step {arguments[0]!r} failed; what it said stands above.")


def free_port(first: int) -> int:
    """The first port from `first` on that nothing listens on."""
    for port in range(first, first + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise SystemExit(f"No free port between {first} and {first + 50}.")


def set_up(env: dict[str, str]) -> None:
    """Make and fill what is not there yet."""
    with step("Preparing the database"):
        manage(env, "prepare_database")
        manage(env, "migrate_councils")
    for council in COUNCILS:
        mark = STATE / "loaded" / council.name
        if mark.exists():
            continue
        with step(f"Loading {council.name}"):
            manage(
                env,
                "create_council",
                council.name,
                council.host,
                "--pack",
                council.pack,
                "--region",
                council.region,
                "--theme",
                council.theme,
                "--help-contact",
                f"help@{council.name.lower()}.example",
                "--if-missing",
            )
            manage(env, "load_demo", "--council", council.name)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def set_up_console(env: dict[str, str]) -> None:
    """Make the demo's operators."""
    mark = STATE / "loaded" / "operators"
    if mark.exists():
        return
    with step("Loading the operators"):
        manage(env, "load_operators")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def commands(port: int) -> dict[str, list[str]]:
    """The processes that serve the demo."""
    celery = [str(BIN / "celery"), "-A", "config"]
    return {
        "web": [
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
            "8",
            "--log-level",
            "warning",
            "config.wsgi:application",
        ],
        "worker": [
            *celery,
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "2",
            "--loglevel",
            "warning",
            "--without-mingle",
            "--without-gossip",
        ],
        "scheduler": [*celery, "beat", "--loglevel", "warning", "--schedule", str(STATE / "beat"), "--pidfile", ""],
    }


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when the web server answers. Raises SystemExit when it ends instead, or takes longer than a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start; see the log in the state folder.")


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """End the demo's own processes, politely first."""
    for process in processes.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes.values():
        try:
            process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve(env: dict[str, str]) -> None:
    """Serve until Ctrl-C or a stop signal, or until one of the processes ends."""
    port = free_port(int(os.environ.get("PORT", "8000")))
    env = {**env, "PATCHWORK_PUBLIC_PORT": str(port)}
    logs = STATE / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        processes: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(stop, processes)
        for name, command in commands(port).items():
            log = stack.enter_context((logs / f"{name}.log").open("ab"))
            # A session of its own, so that Ctrl-C reaches us alone and we end them in order.
            processes[name] = subprocess.Popen(  # noqa: S603  # our own commands
                command, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(port, processes["web"])
        manage(env, "show_demo", "--port", str(port))
        manage(env, "show_operators", "--port", str(port))
        print("\nCtrl-C stops it; `make demo` goes on where it was; `make reset` starts over.", flush=True)
        while all(process.poll() is None for process in processes.values()):
            time.sleep(0.5)
        ended = [name for name, process in processes.items() if process.poll() is not None]
        raise SystemExit(f"The {ended[0]} process ended; see {logs / (ended[0] + '.log')}.")


@contextmanager
def alone() -> Iterator[None]:
    """Hold the state folder for this process. Raises SystemExit where another demo runs on it."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"A demo is running on {STATE} already: stop it first, with Ctrl-C.") from None
        yield


@contextmanager
def known_as_running(database_url: str, broker_url: str) -> Iterator[None]:
    """Leave word of where everything is while the demo runs; readable by its owner alone."""
    RUNNING.unlink(missing_ok=True)
    RUNNING.touch(mode=0o600)
    RUNNING.write_text(json.dumps({"database_url": database_url, "broker_url": broker_url}), encoding="utf-8")
    try:
        yield
    finally:
        RUNNING.unlink(missing_ok=True)


def show_codes() -> None:
    """Print the present sign-in codes of the running demo, and the links in its mails."""
    try:
        running = json.loads(RUNNING.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SystemExit("The demo is not running: start it with `make demo`, and ask here again.") from None
    env = environment(running["database_url"], running["broker_url"])
    for council in COUNCILS:
        print(f"\n{council.name}", flush=True)
        manage(env, "show_codes", "--council", council.name)
    print("\nOperator console", flush=True)
    manage(env, "show_codes", "--console")


def run() -> None:
    """The demo from start to end."""
    # Set here, for a shell that starts us in the background has us ignore Ctrl-C's signal.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        stack.enter_context(alone())
        database_url, broker_url = os.environ.get("DATABASE_URL"), os.environ.get("BROKER_URL")
        try:
            if not database_url:
                with step("Starting PostgreSQL"):
                    cluster = postgres.start(STATE / "postgres")
                    stack.callback(cluster.stop)
                database_url = cluster.url()
            if not broker_url:
                with step("Starting Valkey"):
                    server, broker_url = valkey.start(STATE / "valkey")
                    stack.callback(server.stop)
            env = environment(database_url, broker_url)
            stack.enter_context(known_as_running(database_url, broker_url))
            set_up(env)
            set_up_console(env)
            serve(env)
        except KeyboardInterrupt:
            print("\nStopping.", flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description="Patchwork's demo.")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away")
    parser.add_argument("--codes", action="store_true", help="print the running demo's sign-in codes")
    wanted = parser.parse_args()
    if wanted.codes:
        show_codes()
        return
    if wanted.reset:
        with alone():
            shutil.rmtree(STATE, ignore_errors=True)
        print("The demo's data is gone; `make demo` starts over.")
        return
    run()


if __name__ == "__main__":
    main()
