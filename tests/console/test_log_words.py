"""Every event that the console or sign-in writes has words in the log, and every word an event."""

from __future__ import annotations

import ast
from pathlib import Path

from console.log_words import WORDS

ROOT = Path(__file__).resolve().parents[2]
IN_COUNCILS = {"accounts.support.opened"}
"""Written in a council's own log alone."""
TASKS = {
    "accounts.password_reset", "accounts.sweep", "accounts.sweep_shared", "console.sync", "console.do_errands",
    "console.follow_orders", "console.expire_proposals", "console.delete_due",
}  # fmt: skip
"""Names of tasks and of what the outbox does: they look like events."""
MADE_UP = {f"console.proposal.{decision}" for decision in ("expired", "withdrawn")}
"""Made of a proposal's decision."""


def written() -> set[str]:
    """Every string of the sources that looks like an event of ours."""
    found = set()
    for folder in (ROOT / "platform" / "console", ROOT / "core" / "accounts"):
        for path in folder.rglob("*.py"):
            if "migrations" in path.parts or path.name == "log_words.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    parts = node.value.split(".")
                    is_event = len(parts) == 3 or node.value in {"accounts.signed_in", "accounts.signed_out"}
                    if (
                        is_event
                        and parts[0] in {"accounts", "console"}
                        and node.value.replace("_", "").replace(".", "").isalpha()
                    ):
                        found.add(node.value)
    return {one for one in found - TASKS - IN_COUNCILS if not one.endswith(".")}


def modules() -> set[str]:
    """Dotted names of modules, which look like events too."""
    return {
        ".".join(path.relative_to(base).with_suffix("").parts[:3])
        for base in (ROOT / "platform", ROOT / "core")
        for path in base.rglob("*.py")
    }


def test_every_event_has_words():
    assert (written() | MADE_UP) - modules() - set(WORDS) == set(), "Say in console/log_words.py what the log calls it."


def test_every_word_has_an_event():
    assert set(WORDS) - written() - MADE_UP == set(), "Nothing writes this any more: take its words out."
