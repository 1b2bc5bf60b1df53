"""Reads of the council's account with whoever runs the platform: what was billed and counted, in words and pictures.

The console says it and the deployment keeps it; nothing of the council depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from markupsafe import Markup

from core import clock
from tenants.account import account_here
from tenants.account_reading import AccountHere, InvoiceHere, UsageHere
from ui.month_chart import MonthValue, month_chart, months_from

SIGNS: Final = {"GBP": "£", "AUD": "A$"}
MONTHS_DRAWN: Final = 12


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice or credit note in words; `pdf` is the checksum of its file, empty while there is none."""

    number: str
    kind: str
    issued_on: date
    due_on: date | None
    gross: str
    open: str
    state: str
    pdf: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The account as of `as_of`. `open` is empty where somebody else is billed, `credit` where there is none."""

    as_of: date
    reference: str
    customer: str
    starts_on: date
    ends_on: date
    is_group: bool
    has_ended: bool
    open: str
    credit: str
    past_due: int
    invoices: tuple[InvoiceRow, ...]
    usage: tuple[UsageHere, ...]
    picture: Markup
    contact_name: str
    contact_email: str
    contact_phone: str


def account_page() -> AccountPage | None:
    """The present council's account, or None where nothing was said of it. One statement."""
    found = account_here()
    if found is None:
        return None
    contract, contact, today = found.contract, found.contact, clock.today()
    return AccountPage(
        as_of=found.as_of, reference=contract.reference, customer=contract.customer, starts_on=contract.starts_on,
        ends_on=contract.ends_on, is_group=contract.is_group, has_ended=contract.ends_on < today,
        open="" if found.open is None else written(found.open, found.currency),
        credit=written(found.credit, found.currency) if found.credit else "",
        past_due=sum(one.open > 0 and one.due_on < today for one in found.invoices),
        invoices=tuple(_row(one, found.currency, today) for one in found.invoices), usage=found.usage,
        picture=_picture(found), contact_name=contact.name, contact_email=contact.email, contact_phone=contact.phone,
    )  # fmt: skip


def written(amount: Decimal, currency: str) -> str:
    """An amount as people read it: £1,234.50, -£3.00, A$70.00."""
    return f"{'-' if amount < 0 else ''}{SIGNS[currency]}{abs(amount):,.2f}"


def _row(one: InvoiceHere, currency: str, today: date) -> InvoiceRow:
    is_credit = one.kind == "credit_note"
    return InvoiceRow(
        one.number, _("Credit note") if is_credit else _("Invoice"), one.issued_on,
        None if is_credit else one.due_on, written(-one.gross if is_credit else one.gross, currency),
        "" if is_credit else written(one.open, currency), _state(one, today), one.pdf,
    )  # fmt: skip


def _state(one: InvoiceHere, today: date) -> str:
    if one.state in {"settled", "credit"}:
        return _("Settled") if one.state == "settled" else _("Credited to your account")
    if one.due_on < today:
        return _("Partly paid, past its due day") if one.state == "part" else _("Not paid, past its due day")
    return _("Partly paid") if one.state == "part" else _("Not paid yet")


def _picture(found: AccountHere) -> Markup:
    """The practitioners of the last months that were counted; a month that was not has no bar."""
    values = [MonthValue(one.month, one.count) for one in found.usage]
    last = max((one.month for one in values), default=found.as_of.replace(day=1))
    year = months_from(last.replace(year=last.year - 1), last)[-MONTHS_DRAWN:]
    return month_chart(title=_("Active practitioners by month"), values=values, first=year[0], last=last)
