"""The words of the mails that carry invoices, reminders and statements. None of them threatens anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from billing.choices import DocumentKind
from billing.documents.pdf import account_words, title_of
from billing.models import Invoice
from billing.money import written

NEVER = "Nobody loses access to Patchwork over an unpaid invoice: practitioners go on using it as before."


@dataclass(frozen=True, slots=True)
class Words:
    """A mail: one line of subject, plain text."""

    subject: str
    text: str


def invoice_words(invoice: Invoice) -> Words:
    """With an invoice or a credit note."""
    money = partial(written, currency=invoice.currency)
    title, us = title_of(invoice), invoice.seller["legal_name"]
    if invoice.kind == DocumentKind.CREDIT_NOTE and invoice.credits:
        told = (
            f"Attached is {title.lower()} {invoice.number} over {money(invoice.gross)}, for invoice "
            f"{invoice.credits.number}. Nothing is to be paid."
        )
    elif invoice.gross > 0:
        told = (
            f"Attached is {title.lower()} {invoice.number} over {money(invoice.gross)}. "
            f"It is due on {_day(invoice.due_on)}.\n\n{_how_to_pay(invoice)}"
        )
    else:
        told = f"Attached is {title.lower()} {invoice.number}. There is nothing to pay."
    order = f"\n\nYour purchase order: {invoice.order_number}" if invoice.order_number else ""
    return Words(f"{title} {invoice.number} from {us}", _letter(f"{told}{order}", invoice.seller))


def reminder_words(invoice: Invoice, *, was_asked_before: bool, still_open: Decimal, on: date) -> Words:
    """That an invoice is overdue on a day. `was_asked_before`: an earlier reminder reached them; `still_open` is what
    has not been paid of it.
    """
    money = partial(written, currency=invoice.currency)
    late = (on - invoice.due_on).days
    days = "1 day" if late == 1 else f"{late} days"
    part = "" if still_open == invoice.gross else f" of {money(invoice.gross)}"
    opening = (
        "We wrote to you about this before. If something stands in the way, tell us and we will help."
        if was_asked_before
        else "This may have escaped you."
    )
    told = (
        f"{opening}\n\nInvoice {invoice.number} of {_day(invoice.issued_on)} was due on {_day(invoice.due_on)}, "
        f"{days} ago. {money(still_open)}{part} is still open. The invoice is attached.\n\n{_how_to_pay(invoice)}\n\n"
        f"Have you paid it in the last days? Then there is nothing to do, and we thank you.\n\n{NEVER}"
    )
    return Words(f"Reminder: invoice {invoice.number} was due on {_day(invoice.due_on)}", _letter(told, invoice.seller))


def statement_words(statement: Any) -> Words:
    """With a statement (billing.queries.statements.Statement, which stands above this room)."""
    period = f"{_day(statement.first)} to {_day(statement.last)}"
    if statement.closing > 0:
        owed = f"On {_day(statement.last)}, {statement.written(statement.closing)} was open."
    elif statement.closing < 0:
        owed = f"On {_day(statement.last)}, {statement.written(-statement.closing)} stood in your favour."
    else:
        owed = f"On {_day(statement.last)}, nothing was open."
    told = f"Attached is your statement of account for {period}. {owed} It is not an invoice."
    return Words(
        f"Statement of account from {statement.seller['legal_name']}, {period}", _letter(told, statement.seller)
    )


def _letter(told: str, seller: Any) -> str:
    return (
        f"Hello\n\n{told}\n\nIs something wrong? Answer this mail, write to {seller['email']} or ring "
        f"{seller['phone']}.\n\n{seller['legal_name']}\n"
    )


def _how_to_pay(invoice: Invoice) -> str:
    rows = (f"{name}: {value}" for name, value in account_words(invoice.seller, invoice.number))
    return "\n".join(("How to pay", *rows))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
