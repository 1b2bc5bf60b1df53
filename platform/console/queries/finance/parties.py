"""Reads of who pays, whom to write to there, and which of our companies bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q
from django.forms.models import model_to_dict

from billing.errors import NotThere
from billing.models import Contact, Contract, Customer, LegalEntity
from billing.queries.balances import Balance, customer_balance
from console.queries.finance.contracts import ContractLine, contract_lines

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One customer of the list."""

    id: UUID
    name: str
    city: str
    country: str
    tax_id: str
    contracts: int


@dataclass(frozen=True, slots=True)
class CustomerList:
    """One page of the list."""

    lines: tuple[CustomerLine, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ContactLine:
    """Someone to write to."""

    id: UUID
    customer_id: UUID
    customer: str
    country: str
    name: str
    email: str
    phone: str
    gets_invoices: bool
    gets_reminders: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything the page of one customer says."""

    id: UUID
    name: str
    legal_name: str
    address: tuple[str, ...]
    country: str
    tax_id: str
    registration: str
    endpoint_scheme: str
    endpoint_id: str
    buyer_reference: str
    needs_order: bool
    takes_einvoices: bool
    contacts: tuple[ContactLine, ...]
    contracts: tuple[ContractLine, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class EntityLine:
    """A company of ours that bills."""

    id: UUID
    name: str
    legal_name: str
    address: tuple[str, ...]
    country: str
    tax_id: str
    registration: str
    endpoint_scheme: str
    endpoint_id: str
    code: str
    currency: str
    time_zone: str
    email: str
    phone: str
    account_name: str
    sort_code: str
    account_number: str
    iban: str
    payment_days: int
    reminder_days: tuple[int, ...]


def customer_list(q: str, *, page: int = 1) -> CustomerList:
    """One page of customers by name. Two statements, however many there are."""
    rows = Customer.objects.all()
    if q:
        bare = "".join(q.split()).upper()
        rows = rows.filter(
            Q(name__icontains=q) | Q(legal_name__icontains=q) | Q(city__icontains=q) | Q(tax_id__icontains=bare)
        )
    count = rows.count()
    pages = max(-(-count // PAGE), 1)
    page = min(max(page, 1), pages)
    of = Contract.objects.values_list("customer_id").annotate(count=Count("id")).order_by()
    shown = list(rows.order_by("name", "id")[(page - 1) * PAGE : page * PAGE])
    contracts: Mapping[UUID, int] = dict(of.filter(customer__in=shown))
    lines = (
        CustomerLine(one.id, one.name, one.city, one.country, one.tax_id, contracts.get(one.id, 0)) for one in shown
    )
    return CustomerList(lines=tuple(lines), count=count, page=page, pages=pages)


def customer_page(customer_id: UUID, *, on: date) -> CustomerPage:
    """One customer. Eight statements, however much there is of it. Raises NotThere."""
    one = _customer(customer_id)
    contacts = Contact.objects.filter(customer=one, ended_at=None).select_related("customer").order_by("name", "id")
    return CustomerPage(
        id=one.id, name=one.name, legal_name=one.legal_name, address=_address(one), country=one.country,
        tax_id=one.tax_id, registration=one.registration, endpoint_scheme=one.endpoint_scheme,
        endpoint_id=one.endpoint_id, buyer_reference=one.buyer_reference, needs_order=one.needs_order,
        takes_einvoices=one.takes_einvoices, contacts=tuple(_contact(row) for row in contacts),
        contracts=contract_lines(Contract.objects.filter(customer=one).order_by("-starts_on", "reference"), on=on),
        balances=customer_balance(one.id, on=on),
    )  # fmt: skip


def customer_values(customer_id: UUID) -> dict[str, Any]:
    """What stands of a customer, field by field. One statement. Raises NotThere."""
    return _values(_customer(customer_id))


def contact_of(contact_id: UUID) -> ContactLine:
    """Someone to write to. One statement. Raises NotThere, also for somebody who is written to no longer."""
    found = Contact.objects.filter(id=contact_id, ended_at=None).select_related("customer").first()
    if found is None:
        raise NotThere("There is no such contact.")
    return _contact(found)


def entity_lines() -> tuple[EntityLine, ...]:
    """Every company of ours that bills, by name. One statement."""
    return tuple(
        EntityLine(
            one.id, one.name, one.legal_name, _address(one), one.country, one.tax_id, one.registration,
            one.endpoint_scheme, one.endpoint_id, one.code, one.currency, one.time_zone, one.email, one.phone,
            one.account_name, one.sort_code, one.account_number, one.iban, one.payment_days, tuple(one.reminder_days),
        )
        for one in LegalEntity.objects.order_by("name", "id")
    )  # fmt: skip


def entity_values(entity_id: UUID) -> dict[str, Any]:
    """What stands of a company of ours, field by field. One statement. Raises NotThere."""
    found = LegalEntity.objects.filter(id=entity_id).first()
    if found is None:
        raise NotThere("There is no such company.")
    return _values(found)


def _customer(customer_id: UUID) -> Customer:
    found = Customer.objects.filter(id=customer_id).first()
    if found is None:
        raise NotThere("There is no such customer.")
    return found


def _values(found: Customer | LegalEntity) -> dict[str, Any]:
    return model_to_dict(found)


def _address(one: Customer | LegalEntity) -> tuple[str, ...]:
    parts = (one.street, one.street_2, one.city, one.region, one.postcode, one.get_country_display())
    return tuple(part for part in parts if part)


def _contact(one: Contact) -> ContactLine:
    return ContactLine(
        one.id, one.customer_id, one.customer.name, one.customer.country, one.name, one.email, one.phone,
        one.gets_invoices, one.gets_reminders,
    )  # fmt: skip
