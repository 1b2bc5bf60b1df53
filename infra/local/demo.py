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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from infra.local import postgres, valkey

ROOT: Final = Path(__file__).resolve().parents[2]
STATE: Final = Path(os.environ.get("PATCHWORK_STATE") or ROOT / ".patchwork")
RUNNING: Final = STATE / "running.json"
"""Where the database and the broker of the running demo are: for `make codes`, in another terminal."""
BIN: Final = Path(sys.executable).parent
MIGRATOR: Final = "migrator"
"""The worker that alone may make and alter schemas, and its queue."""


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


def environment(database_url: str, broker_url: str, state: Path = STATE) -> dict[str, str]:
    """The variables of every process of the demo."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    return {
        **os.environ,
        "PATCHWORK_MODE": "demo",
        "PATCHWORK_DEPLOYMENT_NAME": "Demonstration",
        "PATCHWORK_SHOW_CODES": "1",
        "PATCHWORK_STATE": str(state),
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


def set_up(env: dict[str, str], councils: Sequence[DemoCouncil] = COUNCILS, state: Path = STATE) -> None:
    """Make and fill what is not there yet."""
    with step("Preparing the database"):
        manage(env, "prepare_database")
        manage(env, "migrate_councils")
    for council in councils:
        mark = state / "loaded" / council.name
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
    if councils:
        with step("Counting the councils"):
            manage(env, "count_councils")


def set_up_console(env: dict[str, str], state: Path = STATE) -> None:
    """Make the demo's operators."""
    mark = state / "loaded" / "operators"
    if mark.exists():
        return
    with step("Loading the operators"):
        manage(env, "load_operators")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def load_billing(env: dict[str, str], state: Path = STATE) -> None:
    """Fill the demo's contracts and invoices, once the console can hear of the councils."""
    mark = state / "loaded" / "billing"
    if mark.exists():
        return
    with step("Loading contracts and invoices"):
        manage(env, "load_operators")  # a demo of before may lack one who looks after money
        manage(env, "load_billing", "--bank-file", str(state / "bank.csv"))
    mark.touch()


def web(port: int, *more: str, threads: int = 8) -> list[str]:
    """The web server's command."""
    return [
        str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", str(threads), "--log-level", "warning", *more, "config.wsgi:application",
    ]  # fmt: skip


def worker(*more: str, concurrency: int = 2) -> list[str]:
    """A worker's command."""
    return [
        str(BIN / "celery"), "-A", "config", "worker", "--pool", "threads", "--concurrency", str(concurrency),
        "--loglevel", "warning", "--without-mingle", "--without-gossip", *more,
    ]  # fmt: skip


def scheduler(state: Path) -> list[str]:
    """The scheduler's command."""
    beat = [str(BIN / "celery"), "-A", "config", "beat", "--loglevel", "warning"]
    return [*beat, "--schedule", str(state / "beat"), "--pidfile", ""]


def commands(port: int, state: Path = STATE) -> dict[str, list[str]]:
    """The processes that serve the demo. The one called after the migrator runs as the migrator."""
    return {
        "web": web(port),
        "worker": worker(),
        MIGRATOR: worker("-Q", MIGRATOR, concurrency=1),
        "scheduler": scheduler(state),
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


def start(
    stack: ExitStack, env: dict[str, str], wanted: dict[str, list[str]], state: Path = STATE
) -> dict[str, subprocess.Popen[bytes]]:  # fmt: skip
    """Start processes that end with `stack`, each with a log of its own."""
    logs = state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    stack.callback(stop, processes)
    for name, command in wanted.items():
        log = stack.enter_context((logs / f"{name}.log").open("ab"))
        own = {**env, "PATCHWORK_PROCESS": MIGRATOR} if name == MIGRATOR else env
        # A session of its own, so that Ctrl-C reaches us alone and we end them in order.
        processes[name] = subprocess.Popen(  # noqa: S603  # our own commands
            command, env=own, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
    return processes


def stay(processes: dict[str, subprocess.Popen[bytes]], logs: Path) -> NoReturn:
    """Return never: until Ctrl-C, or until one of the processes ends, which raises SystemExit."""
    while all(process.poll() is None for process in processes.values()):
        time.sleep(0.5)
    ended = [name for name, process in processes.items() if process.poll() is not None]
    raise SystemExit(f"The {ended[0]} process ended; see its log in {logs}.")


def serve(env: dict[str, str]) -> None:
    """Serve until Ctrl-C or a stop signal, or until one of the processes ends."""
    port = free_port(int(os.environ.get("PORT", "8000")))
    env = {**env, "PATCHWORK_PUBLIC_PORT": str(port)}
    with ExitStack() as stack:
        processes = start(stack, env, commands(port))
        wait_for(port, processes["web"])
        manage(env, "show_demo", "--port", str(port))
        manage(env, "show_operators", "--port", str(port))
        print("\nCtrl-C stops it; `make demo` goes on where it was; `make reset` starts over.", flush=True)
        stay(processes, STATE / "logs")


@contextmanager
def alone(state: Path = STATE) -> Iterator[None]:
    """Hold the state folder for this process. Raises SystemExit where another demo runs on it."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"A demo is running on {state} already: stop it first, with Ctrl-C.") from None
        yield


@contextmanager
def known_as_running(database_url: str, broker_url: str, file: Path = RUNNING) -> Iterator[None]:
    """Leave word of where everything is while the demo runs; readable by its owner alone."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"database_url": database_url, "broker_url": broker_url}), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def read_running(file: Path = RUNNING) -> dict[str, str]:
    """Where everything of the running demo is. Raises SystemExit where none runs."""
    try:
        running: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SystemExit("The demo is not running: start it with `make demo`, and ask here again.") from None
    return running


def show_codes() -> None:
    """Print the present sign-in codes of the running demo, and the links in its mails."""
    running = read_running()
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
            load_billing(env)
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
