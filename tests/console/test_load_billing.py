"""A demonstration's money: on whatever day it is loaded, half a year is billed, and finance has something to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Count

from billing.bank import read_file
from billing.choices import LineState
from billing.models import BankLine, Contract, Invoice, LegalEntity, Payment, PriceBook, UsageReading
from billing.periods import add_months
from billing.queries.balances import open_invoices
from billing.queries.reminders import due_reminders
from billing.queries.summary import uncounted
from console.models import AccountSent, Council, Deployment, Operator
from core import clock
from tenants.context import shared

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

DAYS = ("2026-11-22", "2026-03-01", "2027-01-31")


@pytest.fixture
def demo(settings, db):
    """A demonstration's console that knows its three councils; their deployment is away."""
    settings.MODE, settings.DEPLOYMENT_NAME = "demo", ""
    with shared():
        there = Deployment.objects.create(name="Away", region="uk", address="https://127.0.0.1:1", is_open=False)
        for name in ("Lichfield", "Brighton", "Victoria"):
            Council.objects.create(
                name=name, deployment=there, hosts=[], pack_id="gb-eng", state="training", created_at=clock.now()
            )
    call_command("load_operators")


@pytest.mark.parametrize("day", DAYS)
def test_half_a_year_is_billed_and_the_last_month_waits(demo, day, tmp_path):
    now = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    file = tmp_path / "bank.csv"
    with time_machine.travel(now, tick=False):
        call_command("load_billing", "--bank-file", str(file))
        with shared():
            before = counted()
            assert before == {"contracts": 3, "books": 4, "readings": 18, "invoices": 15, "payments": 13}
            uk = LegalEntity.objects.get(code="PWUK")
            last = add_months(now.date().replace(day=1), -1)
            assert uncounted(last) == 0
            assert Invoice.objects.filter(period_last__gte=last).count() == 0
            assert not Invoice.objects.filter(issued_on__gt=now.date()).exists()
            assert Invoice.objects.exclude(xml="").count() == 5
            late = [one for one in open_invoices(on=now.date(), entity_id=uk.id) if one.days_late]
            assert [(one.customer_name, one.days_late) for one in late] == [("Brighton", 10)]
            assert [(one.step, one.is_last) for one in due_reminders(uk, now.date())] == [(1, False)]
            part = [one for one in open_invoices(on=now.date(), entity_id=uk.id) if 0 < one.open < one.gross]
            assert [one.customer_name for one in part] == ["Lichfield"]
            makers = Invoice.objects.values_list("issued_by_id", flat=True).distinct()
            assert list(makers) == [Operator.objects.get(name="Fola Finance").id]
            numbers = list(Invoice.objects.filter(entity=uk).order_by("year", "sequence").values_list("issued_on"))
            assert numbers == sorted(numbers)
        call_command("load_billing")
        with shared():
            assert counted() == before
        assert len(read_file(file.read_bytes(), currency="GBP", today=now.date()).lines) == 3


def counted() -> dict[str, int]:
    models = {"contracts": Contract, "books": PriceBook, "readings": UsageReading, "invoices": Invoice}
    return {name: model.objects.count() for name, model in (models | {"payments": Payment}).items()}


def test_the_bank_file_has_a_line_that_is_sure_one_that_is_not_and_one_of_nobody(demo, tmp_path):
    from billing.actions.bank import import_file

    file = tmp_path / "bank.csv"
    call_command("load_billing", "--bank-file", str(file))
    with shared():
        uk = LegalEntity.objects.get(code="PWUK")
        import_file(
            entity_id=uk.id, name="bank.csv", content=file.read_bytes(), by=None, at=clock.now() + timedelta(minutes=1)
        )
        found = dict(BankLine.objects.order_by().values_list("state").annotate(number=Count("id")))
        assert found == {LineState.MATCHED: 1, LineState.DOUBTFUL: 2}


def test_a_deployment_that_is_away_is_told_later_and_nothing_fails(demo):
    call_command("load_billing")
    with shared():
        assert set(AccountSent.objects.values_list("checksum", flat=True)) == {""}


def test_outside_of_a_demonstration_nothing_is_made_up(demo, settings):
    settings.MODE = "test"
    with pytest.raises(CommandError, match="demo mode alone"):
        call_command("load_billing")
    with shared():
        assert not LegalEntity.objects.exists()
