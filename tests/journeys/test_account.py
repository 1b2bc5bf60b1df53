"""A council's finance contact looks up what is open and what was counted, and fetches an invoice: at a desk and a phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

SET_UP = """
import json
from datetime import date
from decimal import Decimal
from uuid import uuid4
from billing.actions.payments import record_payment
from billing.actions.usage import correct_reading
from billing.models import ContractCouncil
from billing.periods import add_months
from console.actions.finance.accounts import push_accounts
from console.actions.syncing import sync_all
from core import clock
from tenants.context import inside, shared
from tenants.queries import council_named
from tests.factories import make_user
from tests.factories.billing import make_contract, make_customer, make_invoice, make_reading
from tests.factories.site import session_for

amber = council_named("Amber")
with inside(amber):
    user = make_user(f"finance-{{uuid4().hex[:6]}}@council.example", roles=("finance_contact",))
    key = session_for(user)
sync_all()
today = clock.today()
this_month = today.replace(day=1)
with shared():
    if not ContractCouncil.objects.filter(council_id=amber.id).exists():
        contract = make_contract(
            make_customer("Amber Example Council"), council_ids=[amber.id], starts_on=add_months(this_month, -7),
            ends_on=add_months(this_month, 5),
        )
        for months in (6, 3, 1):
            invoice = make_invoice(contract, net="1543.21", issued_on=add_months(this_month, -months))
            if months == 3:
                part = {{"received_on": today, "amount": Decimal("500.00"), "reference": invoice.number}}
                record_payment(
                    entity_id=invoice.entity_id, customer_id=invoice.customer_id, by=None, at=clock.now(),
                    allocations={{invoice.id: Decimal("500.00")}}, **part,
                )
        for months, count in ((6, 40), (5, 47), (4, 44), (2, 58), (1, 61)):
            month = add_months(this_month, -months)
            reading = make_reading(amber.id, month, count, how="People who used the network in the 28 days to the end.")
        correct_reading(
            reading_id=reading.id, count=63, how="Counted again by hand.", reason="Two people were left out.", by=None,
            at=clock.now(),
        )
push_accounts(draw=3)
push_accounts(draw=0)
print(json.dumps({{"session": key}}))
"""


@pytest.fixture
def felix(stage, visitors, view):
    """The council's finance contact, signed in, once the console has told the council how its account stands."""
    stage.people[f"felix-{view}"] = json.loads(stage.own.python(SET_UP.format()).stdout.splitlines()[-1])
    return visitors("felix")


def test_a_finance_contact_sees_what_is_open_and_fetches_an_invoice(felix):
    page = felix.page
    felix.go("/")
    felix.look("account-home")
    page.get_by_role("main").get_by_role("link", name="Contract, invoices and usage").click()
    expect(page.get_by_text("Nobody loses access to Patchwork over an invoice.")).to_be_visible()
    expect(page.get_by_text("Corrected from 61: Two people were left out.")).to_be_visible()
    felix.look("account")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="(PDF)").first.click()
    assert fetched.value.suggested_filename.startswith("PWUK-")
    assert Path(fetched.value.path()).read_bytes().startswith(b"%PDF-")
    page.set_viewport_size({"width": 375, "height": 900})
    felix.look("account-on-a-phone")
    assert felix.go("/colleagues") in {403, 404}
    felix.wrong = [one for one in felix.wrong if "403" not in one]
