"""Every variable of the table: missing, malformed and secret; all faults of a start told at once, and a guide that is current."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.variables.guide import GUIDE, page
from config.variables.reading import read
from config.variables.table import ALWAYS, PRODUCTION, TABLE

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "PATCHWORK_MODE": "production",
    "PATCHWORK_SECRET_KEY": "k" * 60,
    "DATABASE_URL": "postgres://localhost/patchwork",
    "BROKER_URL": "redis://localhost/0",
    "PATCHWORK_MAIL_URL": "smtp+tls://mail@mail.example:587",
}
CANARY = "hunter2zzcanary"

MAY_READ_THE_ENVIRONMENT = {
    "manage.py": "hands the environment to check_settings, and names the settings to Django",
    "platform/config/settings/env.py": "the one place that reads it",
    "platform/config/settings/watching.py": "tells prometheus_client its folder, which it takes from there alone",
    "platform/config/wsgi.py": "names the settings to Django",
    "platform/config/celery.py": "names the settings to Celery",
    "tenants/process.py": "marks its own process as the migrator's before any setting is read",
    "tenants/backend/ledger.py": "the tests' record of statements, which the product never asks for",
    "infra/local/demo.py": "starts the other processes, and hands its environment on",
    "infra/local/regions.py": "as the demo, for two deployments",
    "infra/local/postgres.py": "tells the embedded server where sockets go",
}


def faults(**changes: str | None) -> list[str]:
    environment = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return read(environment)[1]


def test_a_complete_set_has_no_faults():
    assert faults() == []


@pytest.mark.parametrize("variable", [one for one in TABLE if one.needed], ids=lambda one: one.name)
def test_a_needed_variable_that_is_missing_is_told_with_what_it_is_for(variable):
    for nothing in (None, "", "  "):
        [fault] = faults(**{variable.name: nothing})
        assert fault == f"The variable {variable.name} is not set: {variable.what}."


@pytest.mark.parametrize("variable", [one for one in TABLE if one.kind.wrong], ids=lambda one: one.name)
def test_a_malformed_variable_is_told_by_its_name_and_what_is_wrong_with_it(variable):
    told = [fault for fault in faults(**{variable.name: variable.kind.wrong}) if variable.name in fault]
    assert len(told) == 1
    assert "can't be used: it" in told[0]
    assert (repr(variable.kind.wrong) in told[0]) is not variable.is_secret


@pytest.mark.parametrize("variable", [one for one in TABLE if one.is_secret], ids=lambda one: one.name)
def test_no_fault_shows_a_secret(variable):
    for bad in (
        CANARY,
        f"ftp://u:{CANARY}@h:x/",
        f"postgres://u:{CANARY}@[h",
        f"{CANARY} {CANARY}",
        f"smtp://:{CANARY}@",
    ):
        assert CANARY not in " ".join(faults(**{variable.name: bad}))


@pytest.mark.parametrize("variable", [one for one in TABLE if not one.needed], ids=lambda one: one.name)
def test_what_holds_without_a_variable_can_itself_be_read(variable):
    values, problems = read({name: value for name, value in GOOD.items() if name != variable.name})
    assert problems == []
    assert variable.default == "" or values.found[variable.name] == variable.kind.read(variable.default)


def test_every_variable_is_classified():
    for variable in TABLE:
        assert variable.needed in {"", ALWAYS, PRODUCTION}
        assert variable.processes
        assert variable.what[0].islower() or variable.what[0] in "`P"
        assert not (variable.needed and variable.default), f"{variable.name} is needed and has a default: which is it?"
        hides = any(
            word in variable.name for word in ("SECRET", "PASSWORD", "TOKEN", "DSN", "DATABASE_URL", "MAIL_URL")
        )
        assert variable.is_secret or not hides, f"{variable.name} looks like a secret and is not marked as one."


def test_all_faults_of_a_start_are_told_at_once():
    told = faults(DATABASE_URL=None, BROKER_URL="ftp://x", DATABASE_POOL="perhaps", PATCHWORK_MAIL_URL=None)
    assert len(told) == 4
    assert sorted(word for fault in told for word in fault.split() if word.isupper() and "_" in word) == [
        "BROKER_URL", "DATABASE_POOL", "DATABASE_URL", "PATCHWORK_MAIL_URL",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"PATCHWORK_SHOW_CODES": "1"}, "production does not start with it"),
        ({"PATCHWORK_METRICS_HOST": "metrics.example.org"}, "PATCHWORK_METRICS_TOKEN is not"),
        ({"SESSION_WARN_SECONDS": "900"}, "the warning comes before the end"),
        ({"PATCHWORK_SENTRY_DNS": "x"}, "PATCHWORK_SENTRY_DNS is not known: is its name misspelt"),
        ({"PATCHWORK_SECRET_KEY": "demo-only-" + "0" * 50}, "too short or is the demo's"),
    ],
)
def test_what_is_dangerous_or_a_slip_of_the_pen_stops_production(changes, says):
    [fault] = faults(**changes)
    assert says in fault


def test_a_secret_may_come_as_a_file_and_not_twice(tmp_path):
    file = tmp_path / "key"
    file.write_text("f" * 60 + "\n")
    values, problems = read({**GOOD, "PATCHWORK_SECRET_KEY": "", "PATCHWORK_SECRET_KEY_FILE": str(file)})
    assert (values.text("PATCHWORK_SECRET_KEY"), problems) == ("f" * 60, [])
    assert "both set" in faults(PATCHWORK_SECRET_KEY_FILE=str(file))[0]
    assert "can't be read" in faults(PATCHWORK_SECRET_KEY=None, PATCHWORK_SECRET_KEY_FILE=str(tmp_path / "none"))[0]


def test_an_empty_console_host_means_that_there_is_none():
    assert read({**GOOD, "PATCHWORK_CONSOLE_HOST": ""})[0].text("PATCHWORK_CONSOLE_HOST") == ""
    assert read(GOOD)[0].text("PATCHWORK_CONSOLE_HOST") == "console.localhost"


def test_a_name_that_is_not_in_the_table_is_a_mistake_of_ours():
    with pytest.raises(KeyError, match=r"is not in config/variables/table\.py"):
        read(GOOD)[0].text("PATCHWORK_NO_SUCH_THING")


def test_check_settings_tells_every_fault_without_starting_anything():
    keep = {
        name: value for name, value in os.environ.items() if not name.startswith(("PATCHWORK", "DATABASE", "BROKER"))
    }
    asked = [sys.executable, "manage.py", "check_settings"]
    done = subprocess.run(asked, env=keep, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.count("is not set") == sum(1 for one in TABLE if one.needed)
    done = subprocess.run(asked, env={**keep, **GOOD}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Every variable can be used.\n")


def reads_environment(tree: ast.AST) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"})
        or (isinstance(node, ast.ImportFrom) and node.module in {"os", "environ"} and
            any(name.name in {"environ", "getenv", "Env"} for name in node.names))
        or (isinstance(node, ast.Import) and any(name.name == "environ" for name in node.names))
        for node in ast.walk(tree)
    )  # fmt: skip


def test_nothing_else_reads_the_environment():
    folders = ("platform", "tenants", "core", "billing", "infra")
    files = [ROOT / "manage.py", *(file for folder in folders for file in (ROOT / folder).rglob("*.py"))]
    found = {str(file.relative_to(ROOT)) for file in files if reads_environment(ast.parse(file.read_text()))}
    assert found <= set(MAY_READ_THE_ENVIRONMENT), (
        "Give the variable a line in config/variables/table.py and read it there."
    )


def test_the_guide_is_current():
    assert GUIDE.read_text(encoding="utf-8") == page(), "Run: python -m config.variables.guide"
