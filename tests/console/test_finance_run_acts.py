"""Finance's acts on runs, drafts and credit notes: who may, what the log says, and what a worker goes on with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tenants.context import shared
from tests.console.conftest import log_slugs
from tests.factories.billing import make_book, make_contract, make_entity, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

JAN = date(2026, 1, 1)


@pytest.fixture
def contract(console, monkeypatch):
    from core import clock
    from tests.billing.runs import AT

    monkeypatch.setattr(clock, "now", lambda: AT)
    with shared():
        make_book()
        contract = make_contract()
        make_reading(contract.councils.get().council_id, JAN, 100)
    return contract


def drafts():
    from billing.models import Draft

    return list(Draft.objects.filter(issued=None))


def test_a_month_from_run_to_credit_note_is_in_the_log(console, contract):
    from billing.models import Invoice
    from console.actions.finance import invoices, runs
    from console.tasks import work_invoice_runs

    by = console.ref("Fay Finance", "finance")
    with shared():
        run = runs.start_run(entity_id=make_entity().id, month=JAN, is_dry=False, by=by)
    work_invoice_runs()
    with shared():
        invoices.set_note(draft_id=drafts()[0].id, note="With thanks", by=by)
        invoices.redraft(draft_id=drafts()[0].id, by=by)
        invoices.discard_draft(draft_id=drafts()[0].id, by=by)
        runs.start_run(entity_id=make_entity().id, month=JAN, is_dry=False, by=by)
    work_invoice_runs()
    with shared():
        assert runs.review_run(run_id=run.id, by=by) == 1
        assert runs.ask_issue_run(run_id=run.id, on=date(2026, 2, 1), by=by) == 1
        assert runs.stop_issuing(run_id=run.id, by=by) == 1
        assert runs.ask_issue_run(run_id=run.id, on=date(2026, 2, 1), by=by) == 1
    work_invoice_runs()
    with shared():
        invoice = Invoice.objects.get()
        assert (invoice.issued_by_id, invoice.issued_on) == (by.id, date(2026, 2, 1))
        credit = invoices.draft_credit(
            invoice_id=invoice.id, amounts=None, reason="The wrong council", bills_again=False, by=by
        )
        invoices.review_draft(draft_id=credit.id, by=by)
        note = invoices.issue(draft_id=credit.id, on=date(2026, 2, 2), by=by)
        assert note.gross == invoice.gross
        assert invoices.bill_again(invoice_id=invoice.id, by=by) == 1
    kinds = ("console.invoice", "console.draft", "console.credit")
    assert sorted(slug for slug in log_slugs() if slug.startswith(kinds)) == [
        "console.credit_note.drafted", "console.draft.discarded", "console.draft.made_again", "console.draft.noted",
        "console.draft.reviewed", "console.invoice.bills_again", "console.invoice.issued", "console.invoice_run.issued",
        "console.invoice_run.issued", "console.invoice_run.reviewed", "console.invoice_run.started",
        "console.invoice_run.started", "console.invoice_run.stopped",
    ]  # fmt: skip


def test_who_may_only_look_can_do_none_of_it(console, contract):
    from billing.models import Draft, InvoiceRun
    from console.actions.finance import invoices, runs
    from console.errors import NotPermitted
    from tests.billing.runs import drafted

    auditor = console.ref("Audrey Auditor", "auditor")
    with shared():
        draft = drafted(contract, JAN).draft
        said = {"draft_id": draft.id, "by": auditor}
        acts = [
            lambda: runs.start_run(entity_id=make_entity().id, month=JAN, is_dry=True, by=auditor),
            lambda: runs.review_run(run_id=draft.id, by=auditor),
            lambda: runs.ask_issue_run(run_id=draft.id, on=JAN, by=auditor),
            lambda: runs.stop_issuing(run_id=draft.id, by=auditor),
            lambda: invoices.redraft(**said),
            lambda: invoices.discard_draft(**said),
            lambda: invoices.review_draft(**said),
            lambda: invoices.allow_holds(**said, reason="So"),
            lambda: invoices.set_note(**said, note="So"),
            lambda: invoices.issue(**said, on=JAN),
            lambda: invoices.draft_credit(
                invoice_id=draft.id, amounts={draft.id: Decimal(1)}, reason="So", bills_again=False, by=auditor
            ),
            lambda: invoices.bill_again(invoice_id=draft.id, by=auditor),
        ]
        for act in acts:
            with pytest.raises(NotPermitted):
                act()
        assert Draft.objects.get().reviewed_at is None
        assert not InvoiceRun.objects.exists()


def test_invoice_runs_are_on_the_schedule(settings):
    assert "console.work_invoice_runs" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
