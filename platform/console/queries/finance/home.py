"""Everything finance's first page says, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from billing.periods import add_months
from billing.queries.summary import (
    Billed,
    ContractEnd,
    Counted,
    OpenSum,
    Waiting,
    billed_by_month,
    contracts_ending,
    counted_by_month,
    open_sums,
    uncounted,
    waiting,
)
from core import clock

MONTHS = 12


@dataclass(frozen=True, slots=True)
class FinanceHome:
    """What waits for finance, and the months from `first` to `last`."""

    today: date
    first: date
    last: date
    last_month: date
    open: tuple[OpenSum, ...]
    waiting: Waiting
    uncounted: int
    ending: tuple[ContractEnd, ...]
    billed: Mapping[str, tuple[Billed, ...]]
    counted: tuple[Counted, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits."""
        waits = self.waiting
        overdue = any(one.overdue for one in self.open)
        return not (overdue or waits.drafts or waits.bank_lines or waits.failing or self.uncounted or self.ending)


def finance_home() -> FinanceHome:
    """Finance's first page as of today. Eight queries, however many councils there are."""
    today = clock.today()
    last = today.replace(day=1)
    first, last_month = add_months(last, 1 - MONTHS), add_months(last, -1)
    return FinanceHome(
        today=today,
        first=first,
        last=last,
        last_month=last_month,
        open=open_sums(today),
        waiting=waiting(),
        uncounted=uncounted(last_month),
        ending=contracts_ending(today),
        billed=billed_by_month(first, last),
        counted=counted_by_month(first, last),
    )
