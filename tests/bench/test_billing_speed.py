"""`make bench`: invoices for many councils: what a run takes an invoice, and what issuing one takes.

BENCH_INVOICES says for how many councils (1,000). Prints; asserts that all were billed, and no time.
"""

from __future__ import annotations

import os

import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

COUNCILS = int(os.environ.get("BENCH_INVOICES", "1000"))

SET_UP = """
from datetime import date
from uuid import uuid4
from billing.models import Contact, Contract, ContractCouncil, Customer, UsageReading
from tenants.context import shared
from tests.factories.billing import AT, GB_VAT, make_book, make_entity
JAN = date(2026, 1, 1)
with shared():
    make_book()
    entity = make_entity()
    said = {{"legal_name": "A council", "street": "1 High Street", "city": "Brighton", "postcode": "BN1 1AA",
             "country": "GB", "created_at": AT}}
    customers = Customer.objects.bulk_create([Customer(name=f"Council {{n:04}}", **said) for n in range({count})])
    Contact.objects.bulk_create([Contact(customer=one, name="Pat", email="pat@council.example") for one in customers])
    contracts = Contract.objects.bulk_create(
        [Contract(reference=f"C-{{n:04}}", customer=one, entity=entity, starts_on=JAN, ends_on=date(2026, 12, 31),
                  created_at=AT) for n, one in enumerate(customers)]
    )
    places = ContractCouncil.objects.bulk_create(
        [ContractCouncil(contract=one, council_id=uuid4(), name=one.customer.name, population=40_000 + 90 * n,
                         starts_on=JAN) for n, one in enumerate(contracts)]
    )
    UsageReading.objects.bulk_create(
        [UsageReading(council_id=one.council_id, month=JAN, count=50 + n, how="Counted", source="hand", taken_at=AT)
         for n, one in enumerate(places)]
    )
"""

MEASURE = """
import time
from datetime import date
from django.db import connections
from django.test.utils import CaptureQueriesContext
from billing.actions import asked, drafting, runs
from billing.models import Draft, Invoice, LegalEntity
from tenants.context import shared
from tests.billing.runs import AT
JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
def timed(words, deed):
    begun = time.perf_counter()
    with CaptureQueriesContext(connections["console"]) as caught:
        deed()
    taken = time.perf_counter() - begun
    print(f"{words:<34} {taken:8.2f} s   {taken * 1000 / COUNT:7.2f} ms each   {len(caught) / COUNT:6.2f} statements each")
def start(is_dry):
    with shared():
        entity = LegalEntity.objects.get()
        return runs.start_run(entity_id=entity.id, month=JAN, is_dry=is_dry, by=None, at=AT)
dry = start(True)
timed("a dry run", lambda: runs.work_run(dry.id, lambda: AT))
run = start(False)
timed("a run that drafts", lambda: runs.work_run(run.id, lambda: AT))
again = start(False)
timed("the same run again", lambda: runs.work_run(again.id, lambda: AT))
with shared():
    assert Draft.objects.count() == COUNT
    drafting.review_run(run_id=run.id, by=None, at=AT)
    asked.ask_to_issue(run_id=run.id, on=FEB, by=None, at=AT)
timed("issuing, one transaction each", lambda: asked.work_asked(lambda: AT))
with shared():
    assert Invoice.objects.count() == COUNT
"""


def test_a_run_over_many_councils(own_database):
    own_database.python(SET_UP.format(count=COUNCILS))
    said = own_database.python(f"COUNT = {COUNCILS}\n{MEASURE}")
    print(f"\nInvoices for {COUNCILS:,} councils, a contract each\n{said.stdout}")
    assert said.stdout.count("ms each") == 4
