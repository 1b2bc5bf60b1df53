"""Architecture wall 2: the console reads councils' numbers through `console.reports` alone, and enters no council."""

from __future__ import annotations

import ast
from pathlib import Path

CONSOLE = Path(__file__).resolve().parents[2] / "platform" / "console"
MAY_KNOW_READINGS = {"reports.py", "actions/syncing.py", "models/reports.py", "models/__init__.py"}
"""The window, and what keeps the numbers that deployments sent."""


def modules() -> list[tuple[str, ast.Module]]:
    paths = [path for path in CONSOLE.rglob("*.py") if "migrations" not in path.parts]
    return [(path.relative_to(CONSOLE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


def test_only_the_window_reads_councils_numbers():
    wrong = [
        name
        for name, tree in modules()
        if name not in MAY_KNOW_READINGS
        and any(one.startswith("console.models") and one.endswith(".Reading") for one in imported(tree))
    ]
    assert wrong == [], "Ask console.reports: it returns stored counts, and hides what is under 5."


def test_nothing_of_the_console_enters_a_council():
    wrong = [name for name, tree in modules() if "tenants.context.inside" in imported(tree)]
    assert wrong == [], "The console asks a deployment through its port, and never enters a council."
