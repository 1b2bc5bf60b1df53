"""An issued invoice or credit note as UBL 2.1: Peppol BIS Billing 3.0 in Britain, PINT A-NZ in Australia.

The profile and the tax scheme follow the seller's country (docs/adr/0015). The same invoice always gives the same
text. Its numbers are those that were issued; nothing is worked out here but two things the rules ask for: the tax
parts are put together by category and rate (EN 16931, BR-S-08), and a line whose quantity times price is not its net
to the penny, such as one for a part of a month, is said as one piece at its net (PEPPOL-EN16931-R120).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from billing.choices import Country, DocumentKind
from billing.errors import NotPossible
from billing.models import Invoice, InvoiceLine
from billing.money import to_penny, total
from billing.tax import rule_named

OUTSIDE: Final = "O"
ABN: Final = "0151"
"""The scheme of an Australian Business Number in the lists of Peppol (EAS and ISO 6523)."""

_NAMESPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_AGGREGATES: Final = f"{_NAMESPACE}CommonAggregateComponents-2"
_BASICS: Final = f"{_NAMESPACE}CommonBasicComponents-2"
_UNITS: Final[Mapping[str, str]] = {"month": "MON", "day": "DAY", "year": "ANN", "hour": "HUR"}
_PIECE: Final = "C62"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_CREDIT_TRANSFER: Final = "30"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_Element = Any  # lxml tells no types


@dataclass(frozen=True, slots=True)
class Profile:
    """Which rules a document obeys, and what its tax is called."""

    customization: str
    process: str
    scheme: str


PROFILES: Final[Mapping[str, Profile]] = {
    Country.GB: Profile(
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        "VAT",
    ),
    Country.AU: Profile("urn:peppol:pint:billing-1@aunz-1", "urn:peppol:bis:billing", "GST"),
}


def xml_of(invoice: Invoice, lines: Iterable[InvoiceLine]) -> str:
    """The whole document. `invoice` and `lines` may be saved or not: their attributes alone are read.

    Raises NotPossible with a sentence when a party lacks what an electronic invoice must have.
    """
    missing = what_is_missing(
        invoice.seller, invoice.buyer, reference=_clean(invoice.buyer_reference) or _clean(invoice.order_number)
    )
    if missing:
        raise NotPossible(f"An electronic invoice needs more: {'; '.join(missing)}.")
    profile = PROFILES[invoice.seller["country"]]
    is_credit = invoice.kind == DocumentKind.CREDIT_NOTE
    said = sorted(lines, key=lambda one: one.position)
    root = _root("CreditNote" if is_credit else "Invoice")
    _head(root, invoice, profile, is_credit=is_credit)
    # What is billed late lies before the period: the rules want every line within it (PEPPOL-EN16931-R110, R111).
    _period(
        root,
        min([invoice.period_first, *(line.period_first for line in said)]),
        max([invoice.period_last, *(line.period_last for line in said)]),
    )
    _references(root, invoice)
    has_tax = any(part.category != OUTSIDE for part in _parts(invoice))
    _party(_branch(root, "AccountingSupplierParty"), invoice.seller, profile, has_tax=has_tax, with_contact=True)
    _party(_branch(root, "AccountingCustomerParty"), invoice.buyer, profile, has_tax=has_tax)
    _payment(root, invoice, is_credit=is_credit)
    _tax_total(root, invoice, profile)
    _totals(root, invoice)
    for line in said:
        _line(root, line, invoice.currency, profile, is_credit=is_credit)
    text = etree.tostring(root, encoding="unicode", pretty_print=True, doctype=_DECLARATION)
    return str(text)


def what_is_missing(seller: Mapping[str, str], buyer: Mapping[str, str], *, reference: str) -> tuple[str, ...]:
    """What the rules ask of the parties and is not there, in words. `reference` is the buyer's or the order's number.

    Rules: PEPPOL-EN16931-R003, R010 and R020; for Australia aligned-ibr-001-aunz, -004-aunz and aligned-ibrp-003.
    """
    found = []
    if seller.get("country") not in PROFILES:
        found.append("the seller's country, which has a profile")
    for whose, party in (("our", seller), ("the customer's", buyer)):
        if not (_clean(party.get("endpoint_scheme", "")) and _clean(party.get("endpoint_id", ""))):
            found.append(f"{whose} address in the Peppol network")
        if party.get("country") == Country.AU and not _clean(party.get("tax_id", "")):
            found.append(f"{whose} ABN")
    if seller.get("country") != Country.AU and not _clean(seller.get("tax_id", "")):
        found.append("our VAT number")
    if not reference:
        found.append("the customer's reference or a purchase order")
    return tuple(found)


def _root(name: str) -> _Element:
    spaces = {None: f"{_NAMESPACE}{name}-2", "cac": _AGGREGATES, "cbc": _BASICS}
    return etree.Element(f"{{{spaces[None]}}}{name}", nsmap=spaces)


def _branch(parent: _Element, name: str) -> _Element:
    return etree.SubElement(parent, f"{{{_AGGREGATES}}}{name}")


def _leaf(parent: _Element, name: str, text: str, **attributes: str) -> None:
    """One value; what is empty is left out, since an empty element is refused (PEPPOL-EN16931-R008)."""
    said = _clean(text)
    if said:
        made = etree.SubElement(parent, f"{{{_BASICS}}}{name}", attributes)
        made.text = said


def _clean(text: str) -> str:
    """Without the signs that XML can't hold and without blanks around."""
    return _NOT_IN_XML.sub("", text).strip()


def _amount(parent: _Element, name: str, amount: Decimal, currency: str) -> None:
    _leaf(parent, name, f"{to_penny(amount):f}", currencyID=currency)


def _head(root: _Element, invoice: Invoice, profile: Profile, *, is_credit: bool) -> None:
    _leaf(root, "CustomizationID", profile.customization)
    _leaf(root, "ProfileID", profile.process)
    _leaf(root, "ID", invoice.number)
    _leaf(root, "IssueDate", invoice.issued_on.isoformat())
    if is_credit:
        _leaf(root, "TaxPointDate", invoice.tax_point.isoformat())
        _leaf(root, "CreditNoteTypeCode", "381")
        _leaf(root, "Note", _note(invoice, profile, is_credit=True))
    else:
        _leaf(root, "DueDate", invoice.due_on.isoformat())
        _leaf(root, "InvoiceTypeCode", "380")
        _leaf(root, "Note", _note(invoice, profile, is_credit=False))
        _leaf(root, "TaxPointDate", invoice.tax_point.isoformat())
    _leaf(root, "DocumentCurrencyCode", invoice.currency)
    _leaf(root, "BuyerReference", invoice.buyer_reference)


def _note(invoice: Invoice, profile: Profile, *, is_credit: bool) -> str:
    """One note alone is allowed. In Australia it says what the law calls the document (GST Act s.29-70, s.29-75)."""
    title = ""
    if profile.scheme == "GST":
        title = "Adjustment note" if is_credit else "Tax invoice"
    said = [part.rstrip(".") for part in (title, _clean(invoice.reason), _clean(invoice.note)) if part]
    return f"{'. '.join(said)}." if said else ""


def _period(parent: _Element, first: date, last: date) -> None:
    period = _branch(parent, "InvoicePeriod")
    _leaf(period, "StartDate", first.isoformat())
    _leaf(period, "EndDate", last.isoformat())


def _references(root: _Element, invoice: Invoice) -> None:
    if _clean(invoice.order_number):
        _leaf(_branch(root, "OrderReference"), "ID", invoice.order_number)
    if invoice.credits is not None:
        credited = _branch(_branch(root, "BillingReference"), "InvoiceDocumentReference")
        _leaf(credited, "ID", invoice.credits.number)
        _leaf(credited, "IssueDate", invoice.credits.issued_on.isoformat())
    _leaf(_branch(root, "ContractDocumentReference"), "ID", invoice.contract.reference)


def _party(
    parent: _Element, said: Mapping[str, str], profile: Profile, *, has_tax: bool, with_contact: bool = False
) -> None:
    party = _branch(parent, "Party")
    _leaf(party, "EndpointID", said["endpoint_id"], schemeID=said["endpoint_scheme"])
    _leaf(_branch(party, "PartyName"), "Name", said["name"])
    address = _branch(party, "PostalAddress")
    for name, field in (
        ("StreetName", "street"), ("AdditionalStreetName", "street_2"), ("CityName", "city"),
        ("PostalZone", "postcode"), ("CountrySubentity", "region"),
    ):  # fmt: skip
        _leaf(address, name, said.get(field, ""))
    _leaf(_branch(address, "Country"), "IdentificationCode", said["country"])
    # What is outside the scope of tax names no VAT number (BR-O-02); a foreign buyer's number is not of this tax.
    if said.get("tax_id") and has_tax and PROFILES[said["country"]].scheme == profile.scheme:
        tax = _branch(party, "PartyTaxScheme")
        _leaf(tax, "CompanyID", said["tax_id"])
        _leaf(_branch(tax, "TaxScheme"), "ID", profile.scheme)
    legal = _branch(party, "PartyLegalEntity")
    _leaf(legal, "RegistrationName", said["legal_name"])
    if said["country"] == Country.AU:
        _leaf(legal, "CompanyID", said["tax_id"], schemeID=ABN)
    else:
        _leaf(legal, "CompanyID", said.get("registration", "") or ("" if has_tax else said.get("tax_id", "")))
    if with_contact:
        contact = _branch(party, "Contact")
        _leaf(contact, "Telephone", said.get("phone", ""))
        _leaf(contact, "ElectronicMail", said.get("email", ""))


def _payment(root: _Element, invoice: Invoice, *, is_credit: bool) -> None:
    """Where to pay and by when; of a credit note, that nothing has to be paid."""
    account = _clean(invoice.seller.get("iban", "")) or _clean(invoice.seller.get("account_number", ""))
    if not is_credit and account:
        means = _branch(root, "PaymentMeans")
        _leaf(means, "PaymentMeansCode", _CREDIT_TRANSFER)
        _leaf(means, "PaymentID", invoice.number)
        payee = _branch(means, "PayeeFinancialAccount")
        _leaf(payee, "ID", account)
        _leaf(payee, "Name", invoice.seller.get("account_name", ""))
        if _clean(invoice.seller.get("sort_code", "")):
            _leaf(_branch(payee, "FinancialInstitutionBranch"), "ID", invoice.seller["sort_code"])
    if is_credit:
        told = "Nothing is to be paid: this is set against the invoice it credits, and what is left is credit."
    else:
        told = " ".join(f"Due on {_day(invoice.due_on)}. {_clean(invoice.terms)}".split())
    _leaf(_branch(root, "PaymentTerms"), "Note", told)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class _Part:
    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal
    reason: str


def _parts(invoice: Invoice) -> tuple[_Part, ...]:
    """The tax of each category and rate, whichever rules it came from."""
    found: dict[tuple[str, Decimal], list[Mapping[str, str]]] = {}
    for part in invoice.taxes:
        found.setdefault((part["category"], Decimal(str(part["rate"]))), []).append(part)
    return tuple(
        _Part(
            category, rate, total(Decimal(str(one["net"])) for one in parts),
            total(Decimal(str(one["tax"])) for one in parts), rule_named(parts[0]["rule"]).reason,
        )
        for (category, rate), parts in found.items()
    )  # fmt: skip


def _tax_total(root: _Element, invoice: Invoice, profile: Profile) -> None:
    whole = _branch(root, "TaxTotal")
    _amount(whole, "TaxAmount", invoice.tax, invoice.currency)
    for part in _parts(invoice):
        subtotal = _branch(whole, "TaxSubtotal")
        _amount(subtotal, "TaxableAmount", part.net, invoice.currency)
        _amount(subtotal, "TaxAmount", part.tax, invoice.currency)
        _category(_branch(subtotal, "TaxCategory"), part.category, part.rate, profile, reason=part.reason)


def _category(made: _Element, category: str, rate: Decimal, profile: Profile, *, reason: str = "") -> None:
    _leaf(made, "ID", category)
    if category == OUTSIDE:  # has no rate, and says why (BR-O-05, BR-O-10)
        _leaf(made, "TaxExemptionReason", reason)
    else:
        _leaf(made, "Percent", f"{rate:f}")
    _leaf(_branch(made, "TaxScheme"), "ID", profile.scheme)


def _totals(root: _Element, invoice: Invoice) -> None:
    totals = _branch(root, "LegalMonetaryTotal")
    _amount(totals, "LineExtensionAmount", invoice.net, invoice.currency)
    _amount(totals, "TaxExclusiveAmount", invoice.net, invoice.currency)
    _amount(totals, "TaxInclusiveAmount", invoice.gross, invoice.currency)
    _amount(totals, "PayableAmount", invoice.gross, invoice.currency)


def _line(root: _Element, line: InvoiceLine, currency: str, profile: Profile, *, is_credit: bool) -> None:
    quantity, unit, price = _said(line)
    made = _branch(root, "CreditNoteLine" if is_credit else "InvoiceLine")
    _leaf(made, "ID", str(line.position))
    _leaf(made, "CreditedQuantity" if is_credit else "InvoicedQuantity", f"{quantity:f}", unitCode=unit)
    _amount(made, "LineExtensionAmount", line.net, currency)
    _period(made, line.period_first, line.period_last)
    item = _branch(made, "Item")
    _leaf(item, "Name", line.description if _clean(line.description) else line.get_kind_display())
    _category(_branch(item, "ClassifiedTaxCategory"), line.tax_category, line.tax_rate, profile)
    _leaf(_branch(made, "Price"), "PriceAmount", f"{price:f}", currencyID=currency)


def _said(line: InvoiceLine) -> tuple[Decimal, str, Decimal]:
    """Quantity, unit and price of a line, so that they make its net to the penny; a price is never negative (BR-27)."""
    if line.unit_price >= 0 and to_penny(line.quantity * line.unit_price) == line.net:
        return line.quantity, _UNITS.get(line.unit, _PIECE), line.unit_price
    return Decimal(-1 if line.net < 0 else 1), _PIECE, abs(line.net)
