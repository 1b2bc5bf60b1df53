"""Writing the directory: a practitioner keeps their own card."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from core.audit.actions import record
from core.directory.errors import CardChanged, CardNotFound
from core.directory.models import Practitioner
from core.directory.policies import require_can_change_card
from core.directory.viewers import Viewer

CARD_CHANGED = "directory.card.changed"


@dataclass(frozen=True, slots=True)
class CardDetails:
    """What a practitioner says of themselves. Phone numbers in E.164."""

    given_name: str
    family_name: str
    job_title: str
    mobile: str
    desk_phone: str
    email: str
    best_time: str


@transaction.atomic
def change_card(*, details: CardDetails, version: int, by: Viewer) -> None:
    """Keep `details` on one's own card: every client page shows them at once.

    `version` is the card's as it was when its form was opened. Raises CardChanged when it has been saved since.
    """
    card = Practitioner.objects.select_for_update(of=("self",)).filter(id=by.id).first()
    if card is None:
        raise CardNotFound
    require_can_change_card(by, card)
    if card.version != version:
        raise CardChanged
    changed = [name for name in details.__slots__ if getattr(card, name) != getattr(details, name)]
    for name in changed:
        setattr(card, name, getattr(details, name))
    card.version += 1
    card.save()
    record(CARD_CHANGED, subject=card, by=by, detail={"fields": changed})
