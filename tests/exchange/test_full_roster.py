"""The whole demo roster against its answer key: no wrong merge, every error told, and how much was left to people."""

import time

import pytest

from core.exchange.roster.mapping import read_mappings
from core.exchange.roster.measuring import check_rows, estimated_weights, measure, read_truth, table
from core.exchange.roster.planning import RowOutcome, plan_folder
from tests.exchange.rosters import MAPPINGS, ROOT, SAMPLES, TODAY


@pytest.fixture(scope="module")
def truth():
    return read_truth(ROOT / "tests" / "exchange" / "truth")


@pytest.fixture(scope="module")
def timed_plan():
    name = next(path.name for path in MAPPINGS.iterdir() if (path / "housing_tenancies.toml").exists())
    begun = time.process_time()
    plan = plan_folder(SAMPLES / name, read_mappings(MAPPINGS / name), today=TODAY)
    return plan, time.process_time() - begun


def test_seven_and_a_half_thousand_rows_are_planned_within_fifteen_seconds(timed_plan):
    assert timed_plan[1] < 15


def test_every_row_has_one_outcome(timed_plan, truth):
    assert sorted((row.file, row.number) for row in timed_plan[0].rows) == sorted(truth.rows)


@pytest.mark.parametrize("half", ["tuning", "held out"])
def test_no_two_people_are_put_together_and_most_rows_need_nobody(timed_plan, truth, half):
    figures = measure(timed_plan[0], truth, lambda person: truth.half(person) == half)
    assert figures.wrong_merges == []
    assert figures.precision >= 0.999
    assert figures.recall >= 0.93
    assert figures.thin_attached == 0
    assert figures.questions.total() / figures.rows < 0.04


def test_errors_duplicates_and_workers_are_told_as_the_key_tells_them(timed_plan, truth):
    checks = check_rows(timed_plan[0], truth)
    assert {kind: found for kind, (found, _) in checks.errors.items()} == {
        kind: n for kind, (_, n) in checks.errors.items()
    }
    assert checks.false_errors == 0
    assert checks.duplicates_right == checks.duplicates_expected == checks.duplicates_found
    assert checks.workers_right == checks.workers


def test_a_suggestion_for_a_thin_row_mostly_holds_the_right_person(timed_plan, truth):
    figures = measure(timed_plan[0], truth)
    assert figures.thin_with_right_suggestion / figures.thin_rows > 0.9


def test_the_figures_can_be_printed(timed_plan, truth):
    text = table([("all", measure(timed_plan[0], truth))], check_rows(timed_plan[0], truth))
    assert "Pair precision" in text
    assert "Wrong merge" not in text


def test_what_agrees_turns_up_more_often_within_one_person(timed_plan, truth):
    weights = estimated_weights(timed_plan[0], truth)
    assert all(weights[kind][0] > 0 for kind in ("identifier.same", "birth_date.same", "given.same", "middle.same"))
    assert all(weights[kind][0] < 0 for kind in ("birth_date.different", "given.different", "family.different"))


def test_nothing_that_is_never_kept_stands_in_the_plan(timed_plan):
    said = repr([row.row for row in timed_plan[0].rows if row.row])
    assert "QQ " not in said
    assert "Buzzer" not in said
    assert "No post please" not in said


def test_rows_that_wait_are_gathered_so_that_one_answer_settles_them(timed_plan):
    waiting = [row for row in timed_plan[0].rows if row.outcome is RowOutcome.QUESTION]
    assert len({row.group for row in waiting}) < len(waiting)
