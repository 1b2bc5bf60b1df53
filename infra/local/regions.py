"""`make demo-regions`: a console, and two real deployments that it reaches over HTTPS, until Ctrl-C.

Each has a PostgreSQL cluster and a broker of its own; the console has no councils. Run again, it goes on with its data.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local import authority, demo, postgres, valkey

STATE: Final = demo.STATE / "regions"
KEYS: Final = STATE / "keys"
LOOPBACK: Final = "127.0.0.1"
API_PORTS: Final = 8440


@dataclass(frozen=True, slots=True)
class Region:
    """One deployment: the name under which the console knows it, where it stands, and its councils."""

    slug: str
    name: str
    councils: tuple[demo.DemoCouncil, ...]

    @property
    def state(self) -> Path:
        """Its own folder: cluster, broker, logs."""
        return STATE / self.slug


REGIONS: Final = (
    Region("uk", "United Kingdom", tuple(one for one in demo.COUNCILS if one.region == "uk")),
    Region("au", "Australia", tuple(one for one in demo.COUNCILS if one.region == "au")),
)


def services(stack: ExitStack, state: Path, what: str) -> dict[str, str]:
    """Start a cluster and a broker that end with `stack`. Returns the variables of processes on them."""
    with demo.step(f"{what}: starting PostgreSQL and Valkey"):
        cluster = postgres.start(state / "postgres")
        stack.callback(cluster.stop)
        server, broker_url = valkey.start(state / "valkey")
        stack.callback(server.stop)
    stack.enter_context(demo.known_as_running(cluster.url(), broker_url, state / "running.json"))
    return demo.environment(cluster.url(), broker_url, state)


def start_region(
    stack: ExitStack, region: Region, public_key: str, everything: dict[str, subprocess.Popen[bytes]]
) -> tuple[dict[str, str], int, int]:
    """Set a deployment up and serve it. Returns its variables, its councils' port, and its operator API's."""
    port, api_port = demo.free_port(8001), demo.free_port(API_PORTS)
    env = services(stack, region.state, region.name) | {
        "PATCHWORK_DEPLOYMENT_NAME": region.name,
        "PATCHWORK_REGION": region.slug,
        "PATCHWORK_CONSOLE_HOST": "",
        "PATCHWORK_CONSOLE_PUBLIC_KEYS": public_key,
        "PATCHWORK_PUBLIC_PORT": str(port),
    }
    demo.set_up(env, region.councils, region.state)
    pages = demo.start(stack, env, {"web": demo.web(port, threads=4), **_workers(region.state)}, region.state)
    certificate, key = authority.certificate(KEYS / region.slug, LOOPBACK)
    api_env = env | {"PATCHWORK_OPERATOR_API_HOST": LOOPBACK}
    secure = demo.web(api_port, "--ssl-certificate", str(certificate), "--ssl-keyfile", str(key), threads=2)
    api = demo.start(stack, api_env, {"operator-api": secure}, region.state)
    demo.wait_for(port, pages["web"])
    demo.wait_for(api_port, api["operator-api"])
    everything |= {f"{region.name}: {name}": process for name, process in (pages | api).items()}
    return env, port, api_port


def start_console(
    stack: ExitStack, private_key: str, everything: dict[str, subprocess.Popen[bytes]]
) -> tuple[dict[str, str], int]:
    """Set the console up and serve it. Returns its variables and its port."""
    state = STATE / "console"
    port = demo.free_port(int(os.environ.get("PORT", "8000")))
    env = services(stack, state, "Console") | {
        "PATCHWORK_DEPLOYMENT_NAME": "",
        "PATCHWORK_CONSOLE_KEY": private_key,
        "PATCHWORK_PUBLIC_PORT": str(port),
    }
    demo.set_up(env, (), state)
    demo.set_up_console(env, state)
    wanted = {"web": demo.web(port, threads=4), "worker": _beating_worker(state)}
    processes = demo.start(stack, env, wanted, state)
    demo.wait_for(port, processes["web"])
    everything |= {f"Console: {name}": process for name, process in processes.items()}
    return env, port


def _workers(state: Path) -> dict[str, list[str]]:
    """A worker with the scheduler inside, and the migrator's: as few processes as will do."""
    return {"worker": _beating_worker(state), demo.MIGRATOR: demo.worker("-Q", demo.MIGRATOR, concurrency=1)}


def _beating_worker(state: Path) -> list[str]:
    return demo.worker("--beat", "--schedule", str(state / "beat"))


def introduce(env: dict[str, str], region: Region, api_port: int) -> None:
    """Make the deployment known to the console, with the councils that it has."""
    trusted = str(authority.authority(KEYS / region.slug))
    address = f"https://{LOOPBACK}:{api_port}"
    demo.manage(env, "add_deployment", region.name, address, "--region", region.slug, "--authority", trusted)


def tell(env: dict[str, str], port: int, places: list[tuple[Region, dict[str, str], int]]) -> None:
    """Print where everything is, and who can sign in."""
    for region, own, own_port in places:
        print(f"\n{region.name}", flush=True)
        demo.manage(own, "show_demo", "--port", str(own_port))
    print("\nConsole", flush=True)
    demo.manage(env, "show_operators", "--port", str(port))
    print("\nCtrl-C stops it; `make demo-regions` goes on where it was.", flush=True)


def run() -> None:
    """The demo of regions from start to end."""
    # Set here, for a shell that starts us in the background has us ignore Ctrl-C's signal.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        stack.enter_context(demo.alone(STATE))
        try:
            private_key, public_key = authority.console_key(KEYS)
            everything: dict[str, subprocess.Popen[bytes]] = {}
            places = []
            console = start_console(stack, private_key, everything)
            for region in REGIONS:
                env, port, api_port = start_region(stack, region, public_key, everything)
                introduce(console[0], region, api_port)
                places.append((region, env, port))
            demo.load_billing(console[0], STATE / "console")
            tell(*console, places)
            demo.stay(everything, STATE)
        except KeyboardInterrupt:
            print("\nStopping.", flush=True)


def show_codes() -> None:
    """Print the present sign-in codes of the running demo of regions."""
    for folder in (*(region.state for region in REGIONS), STATE / "console"):
        running = demo.read_running(folder / "running.json")
        env = demo.environment(running["database_url"], running["broker_url"], folder)
        region = next((one for one in REGIONS if one.state == folder), None)
        for council in region.councils if region else ():
            print(f"\n{council.name}", flush=True)
            demo.manage(env, "show_codes", "--council", council.name)
        if region is None:
            print("\nOperator console", flush=True)
            demo.manage(env, "show_codes", "--console")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description="Patchwork's demo of a console and two deployments.")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away")
    parser.add_argument("--codes", action="store_true", help="print the running demo's sign-in codes")
    wanted = parser.parse_args()
    if wanted.codes:
        show_codes()
    elif wanted.reset:
        with demo.alone(STATE):
            shutil.rmtree(STATE, ignore_errors=True)
        print("The data of the demo of regions is gone; `make demo-regions` starts over.")
    else:
        run()


if __name__ == "__main__":
    main()
