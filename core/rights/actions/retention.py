"""Closing clients nobody supports, deleting what is due with a receipt, and holding deletion.

Each client is a unit of work of its own: what was done stays done when the job is stopped, and a second run finds the
rest. Nothing is deleted before its day, and nothing without a receipt.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from core import clock
from core.audit.actions import Actor, event_of, record, record_many
from core.consent.packs_in_use import policy_in_force
from core.network.models import Involvement
from core.people.models import Client
from core.rights.choices import DeletionRule, FreezeReason
from core.rights.errors import AlreadyHeld, HoldNotFound
from core.rights.models import DeletionReceipt, RetentionHold
from core.rights.policies import may_be_deleted
from core.rights.queries.due import A_CHUNK, Due, due_of, hash_of, periods_now, to_close
from core.rights.tables import TABLES, Table, loosened, tables_of
from tenants.base_model import TenantModel

CLOSED = "rights.client.closed"
DELETED = "rights.rows.deleted"


@transaction.atomic
def close_clients() -> int:
    """Close the next clients whom nobody has supported for long enough. Answers how many: 0 when none is left."""
    today = clock.today()
    # Somebody who joins just now holds the row, and is not passed by.
    rows = list(
        to_close(today, periods_now()).select_for_update(of=("self",), skip_locked=True).order_by("id")[:A_CHUNK]
    )
    Client.objects.filter(id__in=[row.id for row in rows]).update(closed_on=today)
    record_many(event_of(CLOSED, by=None, subject=row, client_id=row.id) for row in rows)
    return len(rows)


@transaction.atomic
def delete_due(due: tuple[Due, ...]) -> tuple[DeletionReceipt, ...]:
    """Delete what is due of one client, with a receipt for each rule; nothing where it is held or no longer due."""
    client_id = due[0].client_id
    client = may_be_deleted().select_for_update(of=("self",)).filter(id=client_id).first()
    if client is None:
        return ()
    still = {one.rule: one for one in due_of(client, periods_now(), clock.today())}
    wanted = [still[one.rule] for one in due if one.rule in still]
    receipts = [receipt for one in wanted if (receipt := _delete(one)) is not None]
    for receipt in receipts:
        record(DELETED, by=None, subject=receipt, reason=receipt.rule)
    return tuple(receipts)


def _delete(due: Due) -> DeletionReceipt | None:
    """Write the receipt, then delete exactly what it promises. None where there was nothing (left) to delete."""
    tables = TABLES if due.rule == DeletionRule.RECORD else tables_of(due.rule)
    counts = {table.name: table.rows_of(due.client_id).count() for table in tables}
    if not any(counts.values()):
        return None
    policy = policy_in_force(clock.today())
    receipt = DeletionReceipt.objects.create(
        rule=due.rule,
        subject_hash=hash_of(due.client_id),
        counts={name: count for name, count in counts.items() if count},
        due_on=due.due_on,
        deleted_at=clock.now(),
        pack=policy.pack.ref,
        pack_checksum=policy.pack.checksum,
    )
    if due.rule == DeletionRule.RECORD:
        _loosen(due.client_id)
    for table in tables:
        if counts[table.name]:
            _delete_rows(table, receipt, due.client_id)
    return receipt


def _delete_rows(table: Table, receipt: DeletionReceipt, client_id: UUID) -> None:
    if table.is_append_only:
        with connection.cursor() as cursor:
            cursor.execute("SELECT delete_with_receipt(%s, %s, %s)", (receipt.id, client_id, table.name))
        return
    rows = table.rows_of(client_id)
    # Row by row, in our own order: Django's cascade would ask for a right that append-only tables do not give.
    rows._raw_delete(rows.db)  # noqa: SLF001  # the tenancy kernel's own, checked for its council


def _loosen(client_id: UUID) -> None:
    """Empty the columns of what stays and only mentions the client or a line of theirs."""
    lines = Involvement.objects.filter(client_id=client_id).values("id")
    for model, column, is_line in loosened():
        rows = cast("type[TenantModel]", model).objects.filter(**{f"{column}__in": lines if is_line else [client_id]})
        rows.update(**{column: None})


@transaction.atomic
def hold_deletion(*, client_id: UUID | None, reason: FreezeReason, by: Actor) -> RetentionHold:
    """Hold deletion of one client, or of everything where none is named. Raises AlreadyHeld."""
    try:
        with transaction.atomic():
            hold = RetentionHold.objects.create(
                client_id=client_id, reason=reason, placed_at=clock.now(), placed_by_id=by.id
            )
    except IntegrityError as error:
        raise AlreadyHeld from error
    record("rights.deletion.held", by=by, subject=hold, client_id=client_id, reason=reason)
    return hold


@transaction.atomic
def end_hold(*, hold_id: UUID, by: Actor) -> RetentionHold:
    """Let deletion go on. Raises HoldNotFound; ending one that has ended changes nothing."""
    hold = RetentionHold.objects.select_for_update().filter(id=hold_id).first()
    if hold is None:
        raise HoldNotFound
    if hold.ended_at is None:
        hold.ended_at, hold.ended_by_id = clock.now(), by.id
        hold.save(update_fields=["ended_at", "ended_by_id"])
        record("rights.deletion.hold_ended", by=by, subject=hold, client_id=hold.client_id, reason=hold.reason)
    return hold
