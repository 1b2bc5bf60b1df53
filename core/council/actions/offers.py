"""Releases that the operators offer: received by an order, adopted or declined by the council, never silently in force.

Adopting a law pack's version, or a template's words and tightening, comes to a draft of the policy: it is rehearsed and
published for a day like every other. A template's service types are on offer at once.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.choices import Role
from core.accounts.models import User, open_accounts
from core.audit.actions import record
from core.consent.actions_policy import start_draft_on
from core.consent.errors import LoosensTheLaw, OnlyTheOfficerSigns, PolicyRefused
from core.council.actions.furnishing import offer_service_types
from core.council.errors import DecidedAlready, NotAdoptable, NotHere
from core.council.models import ReleaseOffer
from core.council.offer_queries import OfferPage, offer_page
from core.notices.actions import tell
from tenants.context import inside
from tenants.orders.work import OrderWork, StepRefused
from tenants.waking import facts_changed

RECEIVED: Final = "council.offer.received"
ADOPTED: Final = "council.offer.adopted"
DECLINED: Final = "council.offer.declined"
TEXTS: Final = {"slug": 40, "version": 24, "title": 120, "checksum": 64}
LONGEST_NOTES: Final = 2000

State = ReleaseOffer.State


def receive(order: OrderWork) -> dict[str, Any]:
    """Put a release before the council: once, however often the step is repeated. Raises StepRefused."""
    release = order.payload.get("release")
    if not isinstance(release, dict) or release.get("kind") not in ReleaseOffer.Kind.values:
        raise StepRefused("The order offers no release that this deployment knows.")
    try:
        release_id = UUID(str(release["id"]))
        texts = {name: str(release[name]).strip()[:longest] for name, longest in TEXTS.items()}
    except (KeyError, ValueError) as wrong:
        raise StepRefused("The release that is offered is not whole.") from wrong
    content = release.get("content") or {}
    if not all(texts.values()) or not isinstance(content, dict):
        raise StepRefused("The release that is offered is not whole.")
    with inside(order.council(), actor="job:offers"):
        offered, is_new = ReleaseOffer.objects.get_or_create(
            release_id=release_id,
            defaults={
                **texts,
                "kind": release["kind"],
                "notes": str(release.get("notes", ""))[:LONGEST_NOTES],
                "content": content,
                "received_at": clock.now(),
            },
        )
        if is_new:
            record(RECEIVED, by=None, subject=offered, detail={"release": str(offered)})
            deciders = open_accounts().filter(roles__overlap=[Role.COUNCIL_ADMIN.value, Role.IG_OFFICER.value])
            tell(deciders.values_list("id", flat=True), RECEIVED)
            facts_changed()
    return {"offer": offered.state}


@transaction.atomic
def adopt_release(*, offer_id: UUID, by: User) -> OfferPage:
    """Take a release: its service types at once, everything that decides about sight as a draft of the policy.

    Raises NotHere, DecidedAlready, NotAdoptable with the sentence that says why.
    """
    offer = _to_decide(offer_id)
    page = offer_page(offer.id)
    if page.problem:
        raise NotAdoptable(page.problem)
    if page.template is not None:
        offer_service_types(page.template.service_types, page.template.roles, page.pack)
    if page.brings_draft:
        try:
            start_draft_on(pack=page.pack, tightening=page.tightening, by=by)
        except LoosensTheLaw as refused:
            raise NotAdoptable(" ".join(refused.sentences)) from refused
        except (PolicyRefused, OnlyTheOfficerSigns) as refused:
            raise NotAdoptable(str(refused)) from refused
    _decide(offer, State.ADOPTED, ADOPTED, by)
    return page


@transaction.atomic
def decline_release(*, offer_id: UUID, by: User) -> None:
    """Leave everything as it is. Raises NotHere, DecidedAlready."""
    _decide(_to_decide(offer_id), State.DECLINED, DECLINED, by)


def _decide(offer: ReleaseOffer, state: ReleaseOffer.State, slug: str, by: User) -> None:
    offer.state, offer.decided_by_id, offer.decided_at = state, by.id, clock.now()
    offer.save(update_fields=["state", "decided_by_id", "decided_at"])
    record(slug, by=by, subject=offer, detail={"release": str(offer)})
    facts_changed()


def _to_decide(offer_id: UUID) -> ReleaseOffer:
    offer = ReleaseOffer.objects.select_for_update().filter(id=offer_id).first()
    if offer is None:
        raise NotHere
    if offer.state != State.OFFERED:
        raise DecidedAlready("Somebody answered this offer already.")
    return offer
