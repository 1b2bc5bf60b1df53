"""Steps for tests: what they did is a line in a list, or in a file that outlives a killed process."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tenants.orders.work import StepRefused

DONE: list[str] = []

TABLE = {
    "rename": (
        ("one", "First step", "app", "tests.orders.steps.one"),
        ("two", "Second step", "app", "tests.orders.steps.two"),
        ("extra", "Extra step", "app", "tests.orders.steps.extra", "never"),
    ),
    "suspend": (("refuse", "Step that refuses", "app", "tests.orders.steps.refuse"),),
    "resume": (("break", "Step that breaks", "app", "tests.orders.steps.break_down"),),
    "go_live": (("missing", "Step of another release", "app", "tests.orders.nowhere.at_all"),),
    "export": (("odd", "Step with an odd result", "app", "tests.orders.steps.odd"),),
    "delete": (("far", "Step of the migrator", "migrator", "tests.orders.steps.one"),),
}


def one(order):
    DONE.append("one")
    return {"one": order.payload["hosts"], "seen": dict(order.result)}


def two(order):
    DONE.append("two")
    return {"two": order.result["one"]}


def extra(order):
    DONE.append("extra")


def refuse(order):
    raise StepRefused("The council does not want it.")


def break_down(order):
    DONE.append("broke")
    raise RuntimeError("a client's name stands in this text")


def odd(order):
    return {"a set": {1, 2}}


def furnish(order):
    """A furnishing of a kind: killed or broken at the point that FAULT names, before or after the deed."""
    _point("furnish")
    return {"furnished": True}


def invite(order):
    _point("invite")
    return {"invited": order.payload["administrator"]["email"]}


def _point(name):
    """Note that the step ran, and break or die as the file beside the mark says."""
    folder = Path(os.environ["ORDER_MARKS"])
    with (folder / "ran").open("a") as ran:
        ran.write(name + "\n")
    fault = folder / f"{name}.fault"
    if not fault.exists():
        return
    kind = fault.read_text()
    if kind == "kill":
        fault.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "refuse":
        raise StepRefused(f"It can't be done at {name}.")
    raise RuntimeError(kind)
