"""Steps by which tests draft, review and issue. Everything here is called inside `shared()`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

AT = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
"""When everything here happens: after the year that is billed."""

PENNY = Decimal("0.01")


def read(contract, month: date, count: int = 100):
    """A reading of every council of a contract for a month."""
    from tests.factories.billing import make_reading

    return [make_reading(council.council_id, month, count) for council in contract.councils.order_by("name")]


def drafted(contract, until: date):
    """What is found for a contract, drafted."""
    from billing.actions.drafting import draft_contract

    return draft_contract(contract_id=contract.id, until=until, at=AT)


def issued(draft, on: date = date(2027, 1, 10)):
    """A draft reviewed and issued."""
    from billing.actions.drafting import review_draft
    from billing.actions.issuing import issue

    review_draft(draft_id=draft.id, by=None, at=AT)
    return issue(draft_id=draft.id, on=on, by=None, at=AT)


def billed(contract, until: date, on: date = date(2027, 1, 10)):
    """What a contract owes, drafted and issued at once."""
    return issued(drafted(contract, until).draft, on)


def correct(reading, count: int):
    """A reading that corrects another."""
    from tests.factories.billing import make_reading

    return make_reading(reading.council_id, reading.month, count, corrects=reading, reason="Counted again")


def run_month(entity, month: date):
    """A run started, still to be worked."""
    from billing.actions.runs import start_run

    return start_run(entity_id=entity.id, month=month, is_dry=False, by=None, at=AT)
