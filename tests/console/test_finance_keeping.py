"""Keeping contracts: renewed on each company's own day, and finance told once, in one letter."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from billing.models import Contract, ContractNotice
from console.actions.finance.keeping import keep_contracts, keep_entity
from tenants.context import shared
from tests.console.conftest import log_slugs
from tests.factories.billing import make_contract, make_customer, make_entity

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def letters() -> list[dict[str, str]]:
    """What waits in the operators' outbox."""
    from core.notices.models import OutboxItem

    with shared():
        return [item.payload for item in OutboxItem.objects.order_by("created_at", "id")]


def test_finance_is_told_once_of_what_contracts_ask_for(console):
    console.operator("Fay Finance", "finance")
    console.operator("Abe Auditor", "auditor")
    with shared():
        contract = make_contract()
        entity = make_entity()
        assert keep_entity(entity.id, on=date(2026, 9, 10)) == 1
        assert keep_entity(entity.id, on=date(2026, 9, 11)) == 0
    (letter,) = letters()
    assert letter["to"] == "fay.finance@operators.example"
    assert f"{contract.reference}, {contract.customer.name}: notice can be given until 2 October 2026" in letter["text"]
    assert log_slugs() == ["console.contract.told"]


def test_a_renewal_is_told_and_logged_once(console):
    console.operator("Fay Finance", "finance")
    with shared():
        make_contract()
        entity = make_entity()
        assert keep_entity(entity.id, on=date(2027, 1, 1)) == 1
        assert keep_entity(entity.id, on=date(2027, 1, 1)) == 0
    assert log_slugs() == ["console.contract.renewed", "console.contract.told"]
    assert "was renewed and now goes to 31 December 2027" in letters()[0]["text"]


def test_each_company_keeps_its_contracts_on_its_own_day(console, monkeypatch):
    monkeypatch.setattr("core.clock.now", lambda: datetime(2026, 12, 31, 14, 0, tzinfo=UTC))  # 1 January in Melbourne
    with shared():
        british, australian = make_contract(), make_contract(make_customer(country="AU"))
    keep_contracts()
    with shared():
        assert Contract.objects.get(id=british.id).ends_on == date(2026, 12, 31)
        assert Contract.objects.get(id=australian.id).ends_on == date(2027, 12, 31)


def test_a_letter_that_can_t_be_queued_leaves_nothing_told(console, monkeypatch):
    console.operator("Fay Finance", "finance")
    with shared():
        make_contract()
        entity = make_entity()
    monkeypatch.setattr("console.actions.finance.keeping.queue_mail", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError), shared():
        keep_entity(entity.id, on=date(2026, 9, 10))
    with shared():
        assert not ContractNotice.objects.exists()
    assert log_slugs() == []
