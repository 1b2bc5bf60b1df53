"""Steps by which tests of finance's pages draft and issue, on days that hang on today. Called inside `shared()`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.factories.billing import make_book, make_contract, make_customer, make_reading


def last_month() -> date:
    """The first day of the month that is over."""
    from billing.periods import add_months
    from core import clock

    return add_months(clock.today().replace(day=1), -1)


def day(name: str, on: date) -> dict[str, str]:
    """A date as its three boxes."""
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}


def contract_due(name: str = "Larchshire", *, count: int | None = 100, country: str = "GB", **given):
    """A contract whose first month is over and, unless `count` is None, counted: 100 practitioners in one council."""
    from billing.models import PriceBook

    month = last_month()
    currency = "GBP" if country == "GB" else "AUD"
    if not PriceBook.objects.filter(currency=currency).exists():
        make_book(currency)
    customer = given.pop("customer", None) or make_customer(name, country)
    contract = make_contract(customer, starts_on=month, ends_on=month + timedelta(days=365), **given)
    if count is not None:
        for council in contract.councils.all():
            make_reading(council.council_id, month, count)
    return contract


def draft_of(contract):
    """The contract's draft, as a run would make it."""
    from billing.actions.drafting import draft_contract
    from core import clock

    return draft_contract(contract_id=contract.id, until=last_month(), at=clock.now()).draft


def invoice_of(contract):
    """The contract's last month, drafted, reviewed and issued today."""
    from billing.actions.drafting import review_draft
    from billing.actions.issuing import issue
    from core import clock

    draft = draft_of(contract)
    review_draft(draft_id=draft.id, by=None, at=clock.now())
    return issue(draft_id=draft.id, on=clock.today(), by=None, at=clock.now())


def paid(customer, amount: str, *, reference: str = "BACS", entity=None):
    """Money from a customer that came in today."""
    from billing.actions.payments import record_payment
    from core import clock
    from tests.factories.billing import make_entity

    entity = entity or make_entity(customer.country)
    return record_payment(
        entity_id=entity.id, customer_id=customer.id, received_on=clock.today(), amount=Decimal(amount),
        reference=reference, by=None, at=clock.now(),
    )  # fmt: skip


def text(answer) -> str:
    """What an answer says, on one line."""
    return " ".join(answer.content.decode().split())


def work() -> None:
    """What workers do with runs."""
    from console.actions.finance.runs import work as work_runs

    work_runs()
