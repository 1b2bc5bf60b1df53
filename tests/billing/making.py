"""Run in a process of its own on a test's own database: sets it up, works runs, issues, and dies where it is told."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

from billing.actions import asked, runs
from tenants.context import shared
from tests.billing.runs import AT

JAN = date(2026, 1, 1)


def set_up(contracts: int, *, months: int = 1) -> None:
    """So many contracts of one council each, and their readings."""
    from billing.periods import add_months
    from tests.factories.billing import make_book, make_contract, make_reading

    with shared():
        make_book()
        for number in range(contracts):
            contract = make_contract(reference=f"C-{number:04}")
            for month in range(months):
                make_reading(contract.councils.get().council_id, add_months(JAN, month), 10 + number)


def start(month: date = JAN) -> str:
    """A run of the only company, waiting."""
    from billing.models import LegalEntity

    with shared():
        entity = LegalEntity.objects.get()
        return str(runs.start_run(entity_id=entity.id, month=month, is_dry=False, by=None, at=AT).id)


def work(lots: int = 3) -> None:
    """Go on with every run."""
    from billing.models import InvoiceRun

    with shared():
        ids = list(InvoiceRun.objects.exclude(state="done").values_list("id", flat=True))
    for run_id in ids:
        runs.work_run(run_id, lambda: AT, lots=lots)


def ask(on: str) -> int:
    """Review everything and have it issued."""
    from billing.actions.drafting import review_run
    from billing.models import InvoiceRun

    with shared():
        run = InvoiceRun.objects.get()
        review_run(run_id=run.id, by=None, at=AT)
        return asked.ask_to_issue(run_id=run.id, on=date.fromisoformat(on), by=None, at=AT)


def issue_asked() -> int:
    """Issue what was asked for."""
    return asked.work_asked(lambda: AT)


def in_parallel(*deeds: Callable[[], object]) -> list[int]:
    """Do these at once, each in a process of its own. Returns how each ended: below zero where it was killed."""
    connections.close_all()
    children = []
    for deed in deeds:
        child = os.fork()
        if child == 0:
            try:
                deed()
                os._exit(0)
            except BaseException:  # noqa: BLE001  # a child must never go on as its parent
                traceback.print_exc()
                os._exit(1)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def killed_everywhere(deed: Callable[[], object], check: Callable[[], object], *, step: int = 1) -> int:
    """Do something in processes that are killed before their first statement, their second, and so on, until one ends.

    What they leave behind is looked at after each. Returns how many were killed.
    """
    from billing.models import InvoiceRun

    def dies(statements: int) -> Callable[[], None]:
        def do() -> None:
            die_after(statements)
            deed()

        return do

    for kills in range(1000):
        (ended,) = in_parallel(dies(kills * step))
        with shared():  # the lease of who was killed runs out
            InvoiceRun.objects.exclude(state="done").update(working_until=None)
        check()
        if ended == 0:
            return kills
        assert ended == -signal.SIGKILL
    raise AssertionError("It never ended.")


def die_after(statements: int) -> None:
    """End this process, as a power cut would, before it sends so many further statements and one."""
    left = [statements]
    plain = CursorWrapper.execute

    def counted(self: Any, sql: Any, params: Any = None) -> Any:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(self, sql, params)

    CursorWrapper.execute = counted


def book_is_whole(contracts: int, issued: int | None = None) -> None:
    """Nothing twice, nothing lost, nothing half: of drafts, of what they cover, of invoices and of their numbers."""
    from billing.models import Covered, Draft, Invoice, NumberSeries

    with shared():
        drafts = list(Draft.objects.prefetch_related("lines", "covers"))
        assert len(drafts) == len({draft.contract_id for draft in drafts})
        for draft in drafts:
            assert sum((line.net for line in draft.lines.all()), Decimal(0)) == draft.net
            assert bool(draft.issued_id) != bool(draft.covers.all())
        invoices = list(Invoice.objects.prefetch_related("lines", "covers").order_by("sequence"))
        assert [one.sequence for one in invoices] == list(range(1, len(invoices) + 1))
        assert {one.draft_id for one in invoices} == {draft.id for draft in drafts if draft.issued_id}
        for one in invoices:
            assert sum((line.net for line in one.lines.all()), Decimal(0)) == one.net
            assert one.net + one.tax == one.gross
            assert [cover.key for cover in one.covers.all()] == ["2026-01"]
        last = NumberSeries.objects.values_list("last", flat=True).first() or 0
        assert last == len(invoices)
        keys = list(Covered.objects.filter(released_at=None).values_list("contract_id", "key"))
        assert len(keys) == len(set(keys)) == len(drafts)
        assert len(drafts) <= contracts
        assert issued is None or (len(drafts), len(invoices)) == (contracts, issued)
