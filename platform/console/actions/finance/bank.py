"""A bank's files and their lines: what finance does with them, each in the operators' log."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.actions import bank
from billing.choices import LineState
from billing.models import BankImport, BankLine, Payment
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def import_file(*, entity_id: UUID, name: str, content: bytes, by: OperatorRef) -> BankImport:
    """Take in a bank's file, whole or not at all. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = bank.import_file(entity_id=entity_id, name=name, content=content, by=by.id, at=clock.now())
    matched = made.lines.filter(state=LineState.MATCHED).count()
    detail = {"rows": made.rows, "repeated": made.repeated, "matched": matched, "total": f"{made.total:.2f}"}
    record("console.bank_file.imported", by=by, subject=made, detail=detail)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def settle_line(*, line_id: UUID, allocations: Mapping[UUID, Decimal], customer_id: UUID, by: OperatorRef) -> Payment:
    """Say whose money a doubtful line is, and what it pays. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = bank.settle_line(line_id=line_id, allocations=allocations, customer_id=customer_id, by=by.id, at=clock.now())
    detail = {
        "payment": str(made.id), "customer": str(customer_id), "amount": f"{made.amount:.2f}",
        "invoices": [str(one) for one in allocations],
    }  # fmt: skip
    record("console.bank_line.settled", by=by, subject=made.bank_line, detail=detail)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def ignore_line(*, line_id: UUID, note: str, by: OperatorRef) -> BankLine:
    """Say that a doubtful line is no customer's payment. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    line = bank.ignore_line(line_id=line_id, note=note, by=by.id, at=clock.now())
    record("console.bank_line.ignored", by=by, subject=line, detail={"amount": f"{line.amount:.2f}"})
    return line


@transaction.atomic(using=SHARED_ALIAS)
def look_again(*, line_id: UUID, by: OperatorRef) -> BankLine:
    """Work out anew what a doubtful line may be for. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    return bank.look_again(line_id=line_id)
