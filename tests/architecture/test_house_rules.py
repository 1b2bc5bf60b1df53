"""Rules of the house that a linter does not know, read from the syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "platform", ROOT / "tenants", ROOT / "core", ROOT / "billing", ROOT / "infra"]
BELOW_THE_DOORS = ("actions", "queries", "policies", "models", "tasks")
DOORS = ("pages", "api")


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            if "node_modules" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


MODULES = list(modules())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(path: Path) -> set[str]:
    return {part.removesuffix(".py") for part in path.parts}


def test_platform_is_no_package():
    """An `__init__.py` there would shadow Python's own `platform` module and break pip and pytest."""
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not (ROOT / "tests" / "platform").exists()


def test_no_file_has_grown_past_about_400_lines():
    long = {
        str(path): n
        for path, _ in MODULES
        if (n := len((ROOT / path).read_text().splitlines())) > 420 and "migrations" not in path.parts
    }
    assert long == {}, "Which noun wants a file of its own?"


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in MODULES
        if "migrations" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno > 60
    ]
    assert long == []


def test_no_http_framework_is_known_below_the_doors():
    wrong = [
        f"{path}: {name}"
        for path, tree in MODULES
        if path.parts[0] == "core" and rooms(path) & set(BELOW_THE_DOORS) and not rooms(path) & set(DOORS)
        for name in imports(tree)
        if re.match(r"django\.(http|shortcuts|views|urls|template)\b|rest_framework|django\.contrib\.messages", name)
    ]
    assert wrong == []


def test_doors_never_import_models():
    wrong = [
        f"{path}: {name}"
        for path, tree in MODULES
        if path.parts[0] == "core" and rooms(path) & set(DOORS)
        for name in imports(tree)
        if re.match(r"core\.\w+\.models\b", name) and not name.endswith("accounts.models.User")
    ]
    assert wrong == []


def test_only_the_kernel_opens_scopes_its_way():
    """`with tenant:` keeps its stack on the class, and schema_context skips the role."""
    banned = re.compile(r"django_tenants\.utils\.(schema_context|tenant_context|get_tenant_model)")
    wrong = [
        f"{path}: {name}"
        for path, tree in MODULES
        for name in imports(tree)
        if banned.match(name) and str(path) != "tenants/context.py"
    ]
    assert wrong == []


def test_models_are_imported_and_never_looked_up_by_name():
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in MODULES
        if path.parts[0] == "core" and "migrations" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"get_model", "GenericForeignKey"}
    ]
    assert wrong == []


def test_no_signal_carries_logic():
    wrong = [
        f"{path}: {name}"
        for path, tree in MODULES
        for name in imports(tree)
        if name.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert wrong == []


def test_no_councils_name_stands_in_code():
    """Differences between councils are data. The demo's own list and the samples are that data."""
    data = {"infra/local/demo.py"}
    name = re.compile(r"\b(lichfield|brighton|victoria|staffordshire|kingston|wyndham|brimbank)\b", re.IGNORECASE)
    wrong = []
    for path, tree in MODULES:
        if str(path) in data or "samples" in path.parts or "migrations" in path.parts:
            continue
        docstrings = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        wrong += [
            f"{path}:{node.lineno} {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in docstrings
            and name.search(node.value)
        ]
    assert wrong == []


def test_no_statement_is_built_from_text_outside_of_the_kernel():
    """SQL with values put in by formatting; the kernel does it with validated schema names alone."""
    sql = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|ALTER|CREATE|DROP|SET|GRANT)\s", re.IGNORECASE)
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in MODULES
        if path.parts[0] != "tenants" and str(path) != "infra/local/postgres.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and node.values
        and isinstance(node.values[0], ast.Constant)
        and sql.match(str(node.values[0].value))
    ]
    assert wrong == []


def test_nothing_process_wide_keeps_a_councils_data():
    """`lru_cache` and `cache` remember across councils; only what is the same for all of them may be remembered."""
    allowed = {
        "platform/config/static.py": "hashes of static files",
        "core/consent/packs_in_use.py": "packs, which are the same for every council",
        "core/consent/pack.py": "packs, as above",
        "core/accounts/middleware.py": "the table of access rules, which is code",
        "core/accounts/actions/passwords.py": "the hash of nobody's password, the same for every council",
        "core/directory/catalogue/types_here.py": "the catalogue, which is the same for every council",
        "platform/console/ports/tokens.py": "the console's own key, which is a setting",
        "tenants/api/tokens.py": "the consoles' public keys, which are a setting",
    }
    wrong = {
        str(path)
        for path, tree in MODULES
        for name in imports(tree)
        if name in {"functools.lru_cache", "functools.cache"} and path.parts[0] in {"core", "platform", "tenants"}
    }
    pure = {
        "core/people/names.py",
        "core/people/identity.py",
        "core/people/matching.py",
        "core/people/nicknames.py",
        "core/people/addresses.py",
    }
    assert {path for path in wrong if not path.startswith(("platform/ui/", "core/exchange/roster/"))} - set(
        allowed
    ) - pure == set()


@pytest.mark.parametrize("template", [str(p.relative_to(ROOT)) for f in SOURCES for p in f.rglob("jinja2/**/*.html")])
def test_a_template_prints_and_does_not_decide(template):
    text = (ROOT / template).read_text(encoding="utf-8")
    assert not re.search(r"\b(can_\w+|require_\w+|visible_to)\(", text)
    assert not re.search(r"\sstyle=|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=\"", text), (
        "no inline style, script or handler"
    )
    assert "|safe" not in text.replace(" ", "")
