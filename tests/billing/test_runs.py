"""Runs: repeated, dry, and with contracts that can't be worked out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenants.context import shared
from tests.billing.runs import AT, drafted, read, run_month
from tests.factories.billing import make_book, make_contract, make_customer, make_entity, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def work(run, lots: int = 2, at=AT):
    from billing.actions.runs import work_run

    work_run(run.id, lambda: at, lots=lots)


@pytest.fixture
def five(db):
    """Five contracts, one of which is not counted yet."""
    with shared():
        make_book()
        contracts = [make_contract() for _ in range(5)]
        for contract in contracts[:4]:
            read(contract, JAN)
    return contracts


def outcomes(run):
    from billing.models import RunItem

    with shared():
        return sorted(RunItem.objects.filter(run=run).values_list("outcome", flat=True))


def test_a_run_drafts_for_every_contract_and_says_what_it_found(five):
    from billing.models import Draft

    with shared():
        run = run_month(make_entity(), JAN)
        assert (run.of, run.state) == (5, "waiting")
    work(run)
    assert outcomes(run) == ["drafted"] * 4 + ["held"]
    with shared():
        run.refresh_from_db()
        assert (run.state, run.working_until, run.finished_at) == ("done", None, AT)
        assert Draft.objects.filter(run=run).count() == 4


def test_a_run_that_is_repeated_drafts_what_could_not_be_billed_and_nothing_twice(five):
    from billing.models import Draft, InvoiceRun, RunItem

    with shared():
        run = run_month(make_entity(), JAN)
    work(run)
    with shared():
        drafts = set(Draft.objects.values_list("id", flat=True))
        make_reading(five[4].councils.get().council_id, JAN, 7)
        again = run_month(make_entity(), JAN)
        assert (again.id, again.state) == (run.id, "waiting")
        assert run_month(make_entity(), JAN).id == run.id
    work(again)
    assert outcomes(run) == ["drafted"] * 5
    with shared():
        assert InvoiceRun.objects.count() == 1
        assert drafts < set(Draft.objects.values_list("id", flat=True))
        assert Draft.objects.count() == 5
        assert all(RunItem.objects.values_list("draft", flat=True))
        assert {item.detail["months"][0] for item in RunItem.objects.all()} == {"2026-01"}


def test_a_dry_run_says_what_would_be_drafted_and_writes_no_draft(five):
    from billing.actions.runs import start_run
    from billing.models import Covered, Draft, DraftLine, RunItem

    with shared():
        run = start_run(entity_id=make_entity().id, month=JAN, is_dry=True, by=None, at=AT)
    work(run)
    assert outcomes(run) == ["drafted"] * 4 + ["held"]
    with shared():
        assert not Draft.objects.exists()
        assert not DraftLine.objects.exists()
        assert not Covered.objects.exists()
        item = RunItem.objects.filter(outcome="drafted").first()
        assert (item.detail["net"], item.detail["gross"], item.draft_id) == ("1070.00", "1284.00", None)
        real = run_month(make_entity(), JAN)
    work(real)
    assert outcomes(real) == outcomes(run)


def test_a_month_that_is_not_over_is_not_billed(db):
    from billing.actions.runs import start_run
    from billing.errors import BadValue, NotThere

    with shared():
        with pytest.raises(BadValue) as refused:
            run_month(make_entity(), date(2027, 1, 1))
        assert refused.value.field == "month"
        with pytest.raises(NotThere):
            start_run(entity_id=make_customer().id, month=JAN, is_dry=False, by=None, at=AT)


def test_one_contract_that_breaks_leaves_the_others_none_the_worse(five, monkeypatch):
    from billing.actions import finding

    broken = five[1].id
    plain = finding.work_out

    def breaks(material, keys):
        if material.terms.contract_id == broken:
            raise ZeroDivisionError
        return plain(material, keys)

    monkeypatch.setattr(finding, "work_out", breaks)
    with shared():
        run = run_month(make_entity(), JAN)
    work(run, lots=5)
    assert outcomes(run) == ["drafted"] * 3 + ["failed", "held"]
    monkeypatch.undo()
    with shared():
        run = run_month(make_entity(), JAN)
    work(run, lots=5)
    assert outcomes(run) == ["drafted"] * 4 + ["held"]


def test_another_s_lease_is_left_alone_and_one_that_ran_out_is_taken(five):
    from billing.models import InvoiceRun

    with shared():
        run = run_month(make_entity(), JAN)
        InvoiceRun.objects.update(state="running", working_until=AT + timedelta(seconds=30))
    work(run)
    assert outcomes(run) == []
    work(run, at=AT + timedelta(seconds=31))
    assert len(outcomes(run)) == 5


def test_a_run_takes_as_many_statements_for_ten_contracts_as_for_two(db, django_assert_max_num_queries):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from billing.actions.runs import start_run

    counts = []
    for number in (2, 10):
        with shared():
            if number == 2:
                make_book()
            for _ in range(number):
                read(make_contract(), JAN)
            run = start_run(entity_id=make_entity().id, month=JAN, is_dry=False, by=None, at=AT)
            run.state = "waiting"
            run.save()
        with CaptureQueriesContext(connections["console"]) as caught:
            work(run, lots=50)
        counts.append(len(caught))
    assert counts[0] == counts[1] < 45


def test_what_was_drafted_by_hand_is_not_drafted_again_by_a_run(five):
    with shared():
        draft = drafted(five[0], JAN).draft
        run = run_month(make_entity(), JAN)
    work(run)
    assert outcomes(run) == ["drafted"] * 3 + ["held", "nothing"]
    with shared():
        draft.refresh_from_db()


def test_issuing_many_goes_on_past_one_that_is_refused(five):
    from billing.actions.asked import ask_to_issue, stop_issuing, work_asked
    from billing.actions.drafting import review_run
    from billing.models import Draft, Invoice
    from tests.billing.runs import correct

    with shared():
        run = run_month(make_entity(), JAN)
    work(run)
    with shared():
        assert ask_to_issue(run_id=run.id, on=FEB, by=None, at=AT) == 0
        assert review_run(run_id=run.id, by=None, at=AT) == 4
        assert ask_to_issue(run_id=run.id, on=FEB, by=None, at=AT) == 4
        assert stop_issuing(run_id=run.id) == 4
        assert ask_to_issue(run_id=run.id, on=FEB, by=None, at=AT) == 4
        from billing.models import UsageReading

        correct(UsageReading.objects.get(council_id=five[2].councils.get().council_id), 99)
    assert work_asked(lambda: AT) == 3
    assert work_asked(lambda: AT) == 0
    with shared():
        assert Invoice.objects.count() == 3
        refused = Draft.objects.get(issued=None)
        assert (refused.holds, refused.issue_asked_at) == (["changed"], None)
        assert "Draft it again" in refused.issue_refused


def test_what_another_holds_just_now_stays_asked_for_and_is_issued_the_next_time(five, monkeypatch):
    from django.db import OperationalError

    from billing.actions import asked
    from billing.actions.drafting import review_run
    from billing.models import Draft

    with shared():
        run = run_month(make_entity(), JAN)
    work(run)
    with shared():
        review_run(run_id=run.id, by=None, at=AT)
        assert asked.ask_to_issue(run_id=run.id, on=FEB, by=None, at=AT) == 4
        held = Draft.objects.order_by("id").first().id
    issue = asked.issue

    def held_once(*, draft_id, **said):
        if draft_id == held:
            raise OperationalError("canceling statement due to lock timeout")
        return issue(draft_id=draft_id, **said)

    monkeypatch.setattr(asked, "issue", held_once)
    assert asked.work_asked(lambda: AT) == 3
    with shared():
        waiting = Draft.objects.get(issued=None)
        assert (waiting.issue_on, waiting.issue_asked_at, waiting.issue_refused) == (FEB, AT, "")
    monkeypatch.setattr(asked, "issue", issue)
    assert asked.work_asked(lambda: AT) == 1


def test_issuing_a_list_says_who_was_refused_and_why(five):
    from billing.actions.drafting import review_draft
    from billing.actions.issuing import issue_many
    from billing.models import Draft

    with shared():
        run = run_month(make_entity(), JAN)
    work(run)
    with shared():
        ids = list(Draft.objects.order_by("id").values_list("id", flat=True))
        for draft_id in ids[:2]:
            review_draft(draft_id=draft_id, by=None, at=AT)
    said = issue_many(draft_ids=ids, on=FEB, by=None, at=AT)
    assert sorted(said.numbers.values()) == ["PWUK-2026-000001", "PWUK-2026-000002"]
    assert set(said.refused) == set(ids[2:])
    again = issue_many(draft_ids=ids[:2], on=FEB, by=None, at=AT)
    assert (again.numbers, again.refused) == ({}, {})
