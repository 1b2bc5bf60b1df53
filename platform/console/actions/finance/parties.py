"""Who bills, who is billed, and whom to write to there."""

from __future__ import annotations

from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction

from billing.actions import parties as billing
from billing.models import Contact, Customer, LegalEntity
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS

Party = TypeVar("Party", LegalEntity, Customer)

ACCOUNT: Final[tuple[str, ...]] = ("account_number", "iban")
LAST: Final = 4
"""So many figures of our account stand in the log: enough to tell a changed account by, too few to pay with."""


@transaction.atomic(using=SHARED_ALIAS)
def save_entity(*, by: OperatorRef, entity_id: UUID | None = None, **values: Any) -> LegalEntity:
    """Make a company of ours known that bills, or change it; `values` by its fields' names.

    Raises NotPermitted, NotThere, BadValue.
    """
    require(by, Permission.FINANCE)
    was = _as_it_was(LegalEntity, entity_id)
    entity = billing.save_entity(entity_id=entity_id, values=values)
    slug = "console.entity.changed" if entity_id else "console.entity.added"
    record(slug, by=by, subject=entity, detail={"code": entity.code, **_changes(was, entity)})
    return entity


@transaction.atomic(using=SHARED_ALIAS)
def save_customer(*, by: OperatorRef, customer_id: UUID | None = None, **values: Any) -> Customer:
    """Make a customer known, or change it; `values` by its fields' names. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    was = _as_it_was(Customer, customer_id)
    customer = billing.save_customer(customer_id=customer_id, values=values, at=clock.now())
    slug = "console.customer.changed" if customer_id else "console.customer.added"
    record(slug, by=by, subject=customer, detail=_changes(was, customer))
    return customer


@transaction.atomic(using=SHARED_ALIAS)
def add_contact(
    *, customer_id: UUID, name: str, email: str, phone: str = "", gets_invoices: bool = True,
    gets_reminders: bool = True, by: OperatorRef,
) -> Contact:  # fmt: skip
    """Add someone to write to or to ring. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    contact = billing.add_contact(
        customer_id=customer_id, name=name, email=email, phone=phone, gets_invoices=gets_invoices,
        gets_reminders=gets_reminders,
    )  # fmt: skip
    record("console.contact.added", by=by, subject=contact, detail={"customer": str(customer_id)})
    return contact


@transaction.atomic(using=SHARED_ALIAS)
def change_contact(
    *, contact_id: UUID, name: str, email: str, phone: str = "", gets_invoices: bool, gets_reminders: bool,
    by: OperatorRef,
) -> Contact:  # fmt: skip
    """Change how someone is reached, and what they get. Raises NotPermitted, NotThere, NotPossible, BadValue."""
    require(by, Permission.FINANCE)
    contact = billing.change_contact(
        contact_id=contact_id, name=name, email=email, phone=phone, gets_invoices=gets_invoices,
        gets_reminders=gets_reminders,
    )  # fmt: skip
    record("console.contact.changed", by=by, subject=contact, detail={"customer": str(contact.customer_id)})
    return contact


@transaction.atomic(using=SHARED_ALIAS)
def end_contact(*, contact_id: UUID, by: OperatorRef) -> Contact:
    """Write to someone no more. Raises NotPermitted, NotThere."""
    require(by, Permission.FINANCE)
    contact = billing.end_contact(contact_id=contact_id, at=clock.now())
    record("console.contact.ended", by=by, subject=contact, detail={"customer": str(contact.customer_id)})
    return contact


def _as_it_was(model: type[Party], row_id: UUID | None) -> Party | None:
    return model.objects.select_for_update().filter(id=row_id).first() if row_id else None


def _changes(was: LegalEntity | Customer | None, now: LegalEntity | Customer) -> dict[str, Any]:
    """What changed, by the names of fields, and our account's last figures before and after; nothing of what is new."""
    if was is None:
        return {}
    names = sorted(field.name for field in now._meta.concrete_fields)  # noqa: SLF001  # public by custom
    changed = [name for name in names if getattr(was, name) != getattr(now, name)]
    account = {
        name: {"was": getattr(was, name)[-LAST:], "is": getattr(now, name)[-LAST:]}
        for name in ACCOUNT
        if name in changed
    }
    return {"changed": changed, **account}
