"""Who bills, who is billed, and whom to write to there. What was issued keeps what it said: these rows may change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from stdnum import ean, iban
from stdnum.exceptions import ValidationError

from billing import checks
from billing.actions.delivery import NO_CONTACT, UNDER_WAY
from billing.choices import Country, Currency, DeliveryState, DeliveryWay
from billing.errors import BadValue, NotPossible, NotThere
from billing.identifiers import tax_id
from billing.models import Contact, Customer, Delivery, Invoice, LegalEntity
from tenants.context import SHARED_ALIAS

Kept = TypeVar("Kept", LegalEntity, Customer)

MOST_DAYS: Final = 365
MOST_STEPS: Final = 6
ENDPOINTS: Final = {"9932": "GB", "0151": "AU"}
"""Peppol schemes that are a tax number, and of which country."""
GLN: Final = "0088"

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,5}")
"""So short that a whole number fits into the 18 characters of a bank's reference."""
_GB_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
_AU_POSTCODE: Final = re.compile(r"[0-9]{4}")
_TEXTS: Final = {
    "name": (120, "Enter a name."),
    "legal_name": (200, "Enter the name as it is registered."),
    "street": (120, "Enter the street, or a post box."),
    "street_2": (120, ""),
    "city": (80, "Enter the town or city."),
    "region": (40, ""),
    "registration": (20, ""),
}


@transaction.atomic(using=SHARED_ALIAS)
def save_entity(*, entity_id: UUID | None = None, values: Mapping[str, Any]) -> LegalEntity:
    """Keep a company of ours that bills; `values` are by the names of LegalEntity's fields, and others are left as is.

    Code, currency and country are chosen once. Raises BadValue, NotThere.
    """
    entity = _locked(LegalEntity, entity_id) or LegalEntity()
    if entity_id:
        _require_same(entity, values, ("code", "currency"))
        if Invoice.objects.filter(entity=entity).exists():
            _require_same(entity, values, ("country",))
    _put(entity, values)
    _check_party(entity)
    if not entity.tax_id:
        raise BadValue("tax_id", "Enter the VAT number or ABN: without it no invoice is valid.")
    if entity_id is None and not _CODE.fullmatch(entity.code):
        raise BadValue("code", "Enter a code of 2 to 6 capital letters and figures, such as PWUK.")
    checks.one_of("currency", entity.currency, Currency.values, "Choose pounds sterling or Australian dollars.")
    if entity.time_zone not in available_timezones():
        raise BadValue("time_zone", "There is no such time zone. Enter one such as Europe/London.")
    entity.email = checks.email("email", entity.email)
    entity.phone = checks.phone("phone", entity.phone, missing="Enter a phone number for questions about invoices.")
    _check_account(entity)
    checks.whole("payment_days", entity.payment_days, least=0, most=MOST_DAYS)
    _check_steps(entity.reminder_days)
    _check_ledger(entity.accounts)
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            entity.save()
    except IntegrityError as error:
        raise BadValue("code", "Another company of ours has this code.") from error
    return entity


@transaction.atomic(using=SHARED_ALIAS)
def save_customer(*, customer_id: UUID | None = None, values: Mapping[str, Any], at: datetime) -> Customer:
    """Keep who pays; `values` are by the names of Customer's fields, and others are left as they are.

    Raises BadValue, NotThere.
    """
    customer = _locked(Customer, customer_id) or Customer(created_at=at)
    _put(customer, values)
    _check_party(customer)
    customer.buyer_reference = checks.line("buyer_reference", customer.buyer_reference, most=60)
    if customer.takes_einvoices and not customer.endpoint_id:
        raise BadValue("endpoint_id", "Electronic invoices need an address in the Peppol network: ask the customer.")
    same = Customer.objects.filter(name__iexact=customer.name, country=customer.country).exclude(id=customer.id)
    if same.exists():
        raise BadValue("name", "There is a customer of this name already. Look at that one, or tell them apart.")
    customer.save()
    return customer


@transaction.atomic(using=SHARED_ALIAS)
def add_contact(
    *, customer_id: UUID, name: str, email: str, phone: str = "", gets_invoices: bool = True,
    gets_reminders: bool = True,
) -> Contact:  # fmt: skip
    """Add someone to write to or to ring. Raises BadValue, NotThere."""
    customer = _locked(Customer, customer_id)
    contact = Contact(customer=customer)
    return _save_contact(contact, name, email, phone, gets_invoices=gets_invoices, gets_reminders=gets_reminders)


@transaction.atomic(using=SHARED_ALIAS)
def change_contact(
    *, contact_id: UUID, name: str, email: str, phone: str = "", gets_invoices: bool, gets_reminders: bool
) -> Contact:
    """Change how someone is reached, and what they get. Raises BadValue, NotThere, NotPossible."""
    contact = _open_contact(contact_id)
    return _save_contact(contact, name, email, phone, gets_invoices=gets_invoices, gets_reminders=gets_reminders)


@transaction.atomic(using=SHARED_ALIAS)
def end_contact(*, contact_id: UUID, at: datetime) -> Contact:
    """Write to someone no more: what is on its way to them is given up. Raises NotThere; who has ended stays so."""
    whose = Contact.objects.filter(id=contact_id).values_list("customer_id", flat=True).first()
    if whose is None:
        raise NotThere("There is no such contact.")
    # Whoever sends something locks the customer before it looks for addresses: so nothing is queued in between.
    Customer.objects.select_for_update().get(id=whose)
    contact = Contact.objects.select_for_update().get(id=contact_id)
    if contact.ended_at is None:
        contact.ended_at = at
        contact.save(update_fields=["ended_at"])
        on_its_way = Delivery.objects.filter(customer=whose, way=DeliveryWay.MAIL, to=contact.email)
        on_its_way.filter(state__in=UNDER_WAY).update(state=DeliveryState.STOPPED, error=NO_CONTACT)
    return contact


def _save_contact(
    contact: Contact, name: str, email: str, phone: str, *, gets_invoices: bool, gets_reminders: bool
) -> Contact:
    contact.name = checks.line("name", name, most=120, missing="Enter their name, or their office.")
    contact.email = checks.email("email", email)
    contact.phone = checks.phone("phone", phone)
    contact.gets_invoices, contact.gets_reminders = gets_invoices, gets_reminders
    same = Contact.objects.filter(customer=contact.customer_id, email__iexact=contact.email, ended_at=None)
    if same.exclude(id=contact.id).exists():
        raise BadValue("email", "A contact of this customer has this address already.")
    contact.save()
    return contact


def _open_contact(contact_id: UUID) -> Contact:
    contact = Contact.objects.select_for_update().filter(id=contact_id).first()
    if contact is None:
        raise NotThere("There is no such contact.")
    if contact.ended_at:
        raise NotPossible("This contact has ended. Add them again, if they are to be written to.")
    return contact


def _locked(model: type[Kept], row_id: UUID | None) -> Kept | None:
    if row_id is None:
        return None
    found = model.objects.select_for_update().filter(id=row_id).first()
    if found is None:
        raise NotThere("There is no such customer." if model is Customer else "There is no such company.")
    return found


def _require_same(entity: LegalEntity, values: Mapping[str, Any], fields: tuple[str, ...]) -> None:
    for name in fields:
        if name in values and values[name] != getattr(entity, name):
            raise BadValue(name, "This was chosen once and can't be changed: what was issued rests on it.")


def _put(party: LegalEntity | Customer, values: Mapping[str, Any]) -> None:
    known = {field.name for field in party._meta.concrete_fields} - {"id", "created_at"}  # noqa: SLF001  # public by custom
    for name, value in values.items():
        if name not in known:
            raise BadValue(name, "There is no such field.")
        setattr(party, name, value)


def _check_party(party: LegalEntity | Customer) -> None:
    for name, (most, missing) in _TEXTS.items():
        setattr(party, name, checks.line(name, getattr(party, name), most=most, missing=missing))
    checks.one_of("country", party.country, Country.values, "Choose a country of the list.")
    party.postcode = _postcode(party.postcode, party.country)
    party.tax_id = tax_id(party.tax_id, country=party.country)
    _check_endpoint(party)


def _postcode(typed: str, country: str) -> str:
    text = checks.line("postcode", typed, most=12, missing="Enter the postcode.").upper()
    if country == Country.AU:
        if not _AU_POSTCODE.fullmatch(text):
            raise BadValue("postcode", "Enter a postcode of four figures, such as 3000.")
        return text
    joined = text.replace(" ", "")
    parted = f"{joined[:-3]} {joined[-3:]}"
    if not _GB_POSTCODE.fullmatch(parted):
        raise BadValue("postcode", "Enter a UK postcode, such as BN1 1AA.")
    return parted


def _check_endpoint(party: LegalEntity | Customer) -> None:
    scheme = party.endpoint_scheme.strip()
    number = "".join(party.endpoint_id.split()).upper()
    if bool(scheme) != bool(number):
        at = "endpoint_id" if scheme else "endpoint_scheme"
        raise BadValue(at, "An address for electronic invoices is a kind and a number: give both, or none.")
    if scheme in ENDPOINTS:
        number = tax_id(number, country=ENDPOINTS[scheme], field="endpoint_id")
    elif scheme == GLN:
        try:
            number = str(ean.validate(number))
        except ValidationError as error:
            sentence = "This is not a GLN: it is thirteen figures, of which the last checks the others."
            raise BadValue("endpoint_id", sentence) from error
        if len(number) != 13:
            raise BadValue("endpoint_id", "This is not a GLN: it is thirteen figures.")
    elif scheme:
        raise BadValue("endpoint_scheme", "Choose a kind of the list.")
    party.endpoint_scheme, party.endpoint_id = scheme, number


def _check_account(entity: LegalEntity) -> None:
    entity.account_name = checks.line(
        "account_name", entity.account_name, most=70, missing="Enter the name of the bank account."
    )
    british = entity.country == Country.GB
    figures = re.sub(r"[\s-]", "", entity.sort_code)
    if not re.fullmatch(r"[0-9]{6}", figures):
        example = "the sort code, six figures such as 00-00-00" if british else "the BSB, six figures such as 000-000"
        raise BadValue("sort_code", f"Enter {example}.")
    step = 2 if british else 3
    entity.sort_code = "-".join(figures[start : start + step] for start in range(0, 6, step))
    number = re.sub(r"[\s-]", "", entity.account_number)
    if not re.fullmatch(r"[0-9]{8}" if british else r"[0-9]{5,10}", number):
        raise BadValue("account_number", f"Enter the account number, {'eight' if british else 'five to ten'} figures.")
    entity.account_number = number
    if entity.iban.strip():
        try:
            entity.iban = str(iban.validate(entity.iban))
        except ValidationError as error:
            raise BadValue("iban", "This is not an IBAN: its check digits do not fit. Check it.") from error
    else:
        entity.iban = ""


def _check_steps(steps: list[int]) -> None:
    whole = all(isinstance(step, int) and 1 <= step <= MOST_DAYS for step in steps)
    if not steps or len(steps) > MOST_STEPS or not whole or any(one >= after for one, after in pairwise(steps)):
        sentence = "Enter up to six numbers of days, each above the one before, such as 7, 21, 45."
        raise BadValue("reminder_days", sentence)


def _check_ledger(accounts: Any) -> None:
    if not isinstance(accounts, dict) or not all(
        isinstance(name, str) and isinstance(code, str) and code.isprintable() and 0 < len(code) <= 30
        for name, code in accounts.items()
    ):
        raise BadValue("accounts", "Write a name and its account code, such as bank: 1200.")
