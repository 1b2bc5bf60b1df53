"""A law is data: no pack, no basis, no status and no field that one law alone knows is named by code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from core.consent.pack_loading import load_packs

ROOT = Path(__file__).resolve().parents[2]
DATA = {"infra/local/demo.py": "which councils the demonstration has", "platform/ui/gallery.py": "made-up examples"}
PACKS = load_packs()
IDS = set(PACKS)
KEYS = {"best_interests"}
"""Words that are also a key of every pack (`conversation.records.best_interests`)."""
BASES = {basis.code for pack in PACKS.values() for basis in pack.bases}


def words_of_code() -> list[tuple[str, str]]:
    found = []
    for folder in ("core", "platform", "tenants", "billing", "infra"):
        for path in (ROOT / folder).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if name in DATA or {"samples", "migrations", "node_modules"} & set(path.parts):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docstrings = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            docstrings |= {
                id(node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            }
            found += [
                (f"{name}:{node.lineno}", node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            ]
    return found


WORDS = words_of_code()


def test_no_pack_is_named():
    assert [(place, word) for place, word in WORDS if word.split("@")[0] in IDS] == []


def test_no_basis_is_named():
    assert [(place, word) for place, word in WORDS if word in BASES] == []


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_no_field_fact_or_status_that_one_law_alone_knows_is_named(pack):
    """Those that several laws share (a purpose, a reason) may have a meaning in code; these can't."""
    own = _own_words(pack) - _shared_words(pack) - KEYS
    assert own
    assert [(place, word) for place, word in WORDS if word in own] == []


def _shared_words(pack: str) -> set[str]:
    return {word for other in PACKS if other != pack for word in _own_words(other)}


def _own_words(pack: str) -> set[str]:
    law = PACKS[pack]
    return {
        *(slug for slug in law.wording.fields if "_" in slug),
        *(slug for slug in law.wording.facts if "_" in slug),
    }
