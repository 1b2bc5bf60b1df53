"""A bank's file taken in: what is sure becomes payments at once, what is doubtful waits for somebody to look at it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.actions.payments import allocate_locked, lock_customers
from billing.bank import BankRow, read_file
from billing.choices import LineState, PaymentMethod
from billing.errors import ChangedMeanwhile, NotPossible, NotThere
from billing.matching import Allotted, Match, Pool, match
from billing.models import Allocation, BankImport, BankLine, LegalEntity, Payment
from billing.queries.balances import OpenInvoice, local_day, open_invoices
from billing.queries.had_before import HadBefore
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def import_file(*, entity_id: UUID, name: str, content: bytes, by: UUID | None, at: datetime) -> BankImport:
    """Take in a file of an entity's account: all of it or nothing.

    Lines that came in an earlier file are counted and left out. A line is taken as a payment where the number and the
    amount agree, and nothing says that it was had before; every other one is kept as doubtful, with what it may be
    for. Raises NotThere, NotPossible for a file
    that was taken in already, and billing.bank.BadBankFile with all that is wrong with it.
    """
    entity = _locked_entity(entity_id)
    checksum = hashlib.sha256(content).hexdigest()
    old = BankImport.objects.filter(entity=entity, checksum=checksum).first()
    if old is not None:
        on = local_day(old.imported_at, entity.time_zone)
        raise NotPossible(f"This very file was taken in on {on:%-d %B %Y} already, as “{old.name}”.")
    file = read_file(content, currency=entity.currency, today=local_day(at, entity.time_zone))
    known = BankLine.objects.filter(entity=entity, fingerprint__in=[one.fingerprint for one in file.lines])
    there = set(known.values_list("fingerprint", flat=True))
    new = [one for one in file.lines if one.fingerprint not in there]
    made = BankImport.objects.create(
        entity=entity, name=name.strip()[-120:] or "bank.csv", checksum=checksum, encoding=file.encoding,
        rows=len(file.lines), repeated=len(file.lines) - len(new), outgoing=file.outgoing, total=file.total,
        imported_at=at, imported_by_id=by,
    )  # fmt: skip
    _take(made, entity, new, [one.fingerprint for one in file.lines], by=by, at=at)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def settle_line(
    *, line_id: UUID, allocations: Mapping[UUID, Decimal], customer_id: UUID, by: UUID | None, at: datetime
) -> Payment:
    """Say whose money a doubtful line is, and what it pays; what it does not pay is left as credit.

    Raises NotThere, ChangedMeanwhile when it was settled already, and as `payments.allocate` does.
    """
    line = _doubtful(line_id)
    lock_customers([customer_id])
    payment = _payment_of(line, customer_id, by=by, at=at)
    payment.save(force_insert=True)
    allocate_locked(payment, allocations, by=by, at=at)
    _settle(line, LineState.TAKEN, line.note, by=by, at=at)
    return payment


@transaction.atomic(using=SHARED_ALIAS)
def ignore_line(*, line_id: UUID, note: str, by: UUID | None, at: datetime) -> BankLine:
    """Say that a doubtful line is no customer's payment, and why. Raises NotThere, ChangedMeanwhile."""
    line = _doubtful(line_id)
    return _settle(line, LineState.IGNORED, note.strip()[:200], by=by, at=at)


@transaction.atomic(using=SHARED_ALIAS)
def look_again(*, line_id: UUID) -> BankLine:
    """Work out anew what a doubtful line may be for: invoices were issued and paid since. Raises as `ignore_line`."""
    line = _doubtful(line_id)
    today = local_day(line.bank_import.imported_at, line.entity.time_zone)
    found = match(line, Pool(open_invoices(on=today, entity_id=line.entity_id)), code=line.entity.code)
    line.suggestions, line.note = suggestions(found), found.why[:200]
    line.save(update_fields=["suggestions", "note"])
    return line


def suggestions(found: Match) -> list[dict[str, Any]]:
    """What a line may be for, as it is kept: `is_other` marks those to which nothing is allocated by itself."""
    return [_said(one, is_other=False) for one in found.allocations] + [
        _said(one, is_other=True) for one in found.others
    ]


def _said(one: Allotted, *, is_other: bool) -> dict[str, Any]:
    return {"invoice": str(one.invoice_id), "amount": f"{one.amount:.2f}", "why": one.why, "is_other": is_other}


def _locked_entity(entity_id: UUID) -> LegalEntity:
    """The entity, locked: of two who take in files of one account, one waits for the other."""
    found = LegalEntity.objects.select_for_update(no_key=True).filter(id=entity_id).first()
    if found is None:
        raise NotThere("There is no such company.")
    return found


def _take(
    made: BankImport, entity: LegalEntity, rows: Sequence[BankRow], in_file: Iterable[str], *, by: UUID | None,
    at: datetime,
) -> None:  # fmt: skip
    """Keep the lines, and take the sure ones as payments, each against what the ones before it left open."""
    today = local_day(at, entity.time_zone)
    first_look = _matched(rows, open_invoices(on=today, entity_id=entity.id), entity.code)
    lock_customers(one.customer_id for one in first_look if one.is_sure and one.customer_id)
    sure = {one.customer_id for one in first_look if one.is_sure}
    # Once more with the customers locked: somebody may have paid, credited or written off in between.
    before = HadBefore(entity, rows, in_file)
    found = _matched(rows, open_invoices(on=today, entity_id=entity.id), entity.code, before.doubt)
    lines, payments, allocations = [], [], []
    for row, one in zip(rows, found, strict=True):
        is_sure = one.is_sure and one.customer_id in sure
        line = BankLine(
            bank_import=made, entity=entity, position=row.row, booked_on=row.day, amount=row.amount,
            reference=row.reference, payer=row.payer, fingerprint=row.fingerprint, suggestions=suggestions(one),
            note=one.why[:200], state=LineState.MATCHED if is_sure else LineState.DOUBTFUL,
            settled_at=at if is_sure else None, settled_by_id=by if is_sure else None,
        )  # fmt: skip
        lines.append(line)
        if is_sure and one.customer_id is not None:
            payment = _payment_of(line, one.customer_id, by=by, at=at)
            payments.append(payment)
            allocations += [
                Allocation(invoice_id=part.invoice_id, payment=payment, amount=part.amount, at=at, by_id=by)
                for part in one.allocations
            ]
    BankLine.objects.bulk_create(lines, batch_size=500)
    Payment.objects.bulk_create(payments, batch_size=500)
    Allocation.objects.bulk_create(allocations, batch_size=500)


def _matched(
    rows: Sequence[BankRow], invoices: Iterable[OpenInvoice], code: str, doubt: Callable[[BankRow], str] | None = None
) -> list[Match]:
    """What each line pays, in their order: what one pays for sure is open no more for the next.

    `doubt` says why a line may be money that was had before: then nothing of it is sure.
    """
    opened = {one.id: one for one in invoices}
    pool = Pool(opened.values())
    found = []
    for row in rows:
        one = match(row, pool, code=code)
        if row.again:
            why = "The same line stands in this file twice: check with the bank that it is another payment."
            one = replace(one, is_sure=False, why=why)
        elif doubt and (why := doubt(row)):
            one = replace(one, is_sure=False, why=f"{why} {one.why}")
        if one.is_sure:
            for part in one.allocations:
                left = opened[part.invoice_id].open - part.amount
                opened[part.invoice_id] = replace(opened[part.invoice_id], open=left)
                pool.put(opened[part.invoice_id])
        found.append(one)
    return found


def _doubtful(line_id: UUID) -> BankLine:
    """The line, locked. Raises NotThere, ChangedMeanwhile."""
    rows = BankLine.objects.select_for_update(of=("self",), no_key=True).select_related("entity", "bank_import")
    found = rows.filter(id=line_id).first()
    if found is None:
        raise NotThere("There is no such line.")
    if found.state != LineState.DOUBTFUL:
        raise ChangedMeanwhile(f"This line was settled already: {found.get_state_display().lower()}.")
    return found


def _payment_of(line: BankLine, customer_id: UUID, *, by: UUID | None, at: datetime) -> Payment:
    return Payment(
        entity_id=line.entity_id, customer_id=customer_id, received_on=line.booked_on, amount=line.amount,
        reference=line.reference, method=PaymentMethod.BANK, bank_line=line, recorded_at=at, recorded_by_id=by,
    )  # fmt: skip


def _settle(line: BankLine, state: LineState, note: str, *, by: UUID | None, at: datetime) -> BankLine:
    line.state, line.note, line.settled_at, line.settled_by_id = state, note, at, by
    line.save(update_fields=["state", "note", "settled_at", "settled_by_id"])
    return line
