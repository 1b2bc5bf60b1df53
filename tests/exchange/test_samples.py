"""The smaller demo rosters: made from recipes, the same every time, in their country's formats."""

import re
import runpy

import pytest

from core.exchange.roster.mapping import read_mappings
from core.exchange.roster.planning import RowOutcome, plan_folder
from tests.exchange.rosters import MAPPINGS, SAMPLES, TODAY

RECIPES = sorted(path.stem for path in (SAMPLES / "recipes").glob("*.toml"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["make_samples.py", str(folder)])
        runpy.run_path(str(SAMPLES / "make_samples.py"), run_name="__main__")
    return folder


@pytest.mark.parametrize("name", RECIPES)
def test_the_committed_files_are_what_the_recipe_makes(made, name):
    assert {p.name: p.read_bytes() for p in (made / name).iterdir()} == {
        p.name: p.read_bytes() for p in (SAMPLES / name).iterdir()
    }


@pytest.mark.parametrize(
    ("name", "agencies", "staff", "clients"), [("brighton", 12, 40, 220), ("victoria", 14, 30, 140)]
)
def test_the_plan_has_the_promised_size_and_few_problems(name, agencies, staff, clients):
    plan = plan_folder(SAMPLES / name, read_mappings(MAPPINGS / name), today=TODAY)
    assert len(plan.directory.agencies) == agencies
    assert len(plan.directory.workers) == staff
    assert clients * 0.9 < len(plan.people) <= clients
    assert [report.problem for report in plan.files if report.problem] == []
    counted = [row.outcome for row in plan.rows]
    assert counted.count(RowOutcome.ERROR) < len(counted) * 0.2
    assert counted.count(RowOutcome.QUESTION) < len(counted) * 0.05


def test_every_number_is_from_a_range_kept_for_fiction():
    british = re.compile(r"\+44(7700900\d{3}|1632960\d{3}|2079460\d{3})")
    australian = re.compile(r"\+61(35550\d{4}|491570\d{3})")
    for name, allowed in (("brighton", british), ("victoria", australian)):
        plan = plan_folder(SAMPLES / name, read_mappings(MAPPINGS / name), today=TODAY)
        phones = {row.row.identity.phone for row in plan.rows if row.row} | {w.mobile for w in plan.directory.workers}
        assert phones - {""}
        assert all(allowed.fullmatch(phone) for phone in phones - {""})
