"""Logging a contact in two taps, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record
from core.directory.viewers import Viewer
from core.network.actions import confirm_involvement
from core.network.policies import UNDO_FOR, changeable_by
from core.visits.choices import ContactKind
from core.visits.errors import ContactInFuture, ContactNotFound, ContactTooLongAgo, TooLateToUndo
from core.visits.models import Contact
from core.visits.policies import not_changeable, require_can_log

LONGEST_AGO = timedelta(days=366)
SAME_TAP = timedelta(seconds=10)


@transaction.atomic
def log_contact(*, involvement_id: UUID, kind: ContactKind, on: date, by: Viewer) -> Contact:
    """Note that the client was in touch under this line. It also says that the line is still true.

    Raises InvolvementNotFound, ContactInFuture, ContactTooLongAgo. The same tap sent twice is one contact.
    """
    involvement = require_can_log(by, involvement_id)
    today = clock.today()
    if on > today:
        raise ContactInFuture
    if on < today - LONGEST_AGO:
        raise ContactTooLongAgo
    twice = Contact.objects.filter(
        involvement=involvement, kind=kind, on=on, removed_at=None, created_at__gte=clock.now() - SAME_TAP
    ).first()
    if twice is not None:
        return twice
    contact = Contact.objects.create(
        client_id=involvement.client_id, involvement=involvement, kind=kind, on=on, created_at=clock.now()
    )
    record("visits.contact.logged", by=by, subject=contact, client_id=contact.client_id)
    if involvement.confirmed_on < today:
        confirm_involvement(involvement_id=involvement.id, by=by)
    return contact


@transaction.atomic
def undo_contact(*, contact_id: UUID, by: Viewer) -> Contact:
    """Take a contact back within ten minutes. Raises ContactNotFound, TooLateToUndo."""
    contact = Contact.objects.filter(id=contact_id, involvement__in=changeable_by(by)).first()
    if contact is None:
        raise not_changeable(by, contact_id, ContactNotFound)
    if contact.removed_at is not None:
        return contact
    if clock.now() - contact.created_at > UNDO_FOR:
        raise TooLateToUndo
    contact.removed_at = clock.now()
    contact.save(update_fields=["removed_at"])
    record("visits.contact.removed", by=by, subject=contact, client_id=contact.client_id)
    return contact
