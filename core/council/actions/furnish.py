"""The steps of an order that makes a new council usable: furnished, filled with made-up people, its admin invited."""

from __future__ import annotations

import re
from typing import Any, Final

from core import clock
from core.accounts.actions.people import invite_person
from core.accounts.choices import Role
from core.accounts.errors import AlreadyHasAccount
from core.accounts.models import Invitation
from core.consent.pack import Pack
from core.consent.packs_in_use import pack_with
from core.council.actions.furnishing import apply, offer_service_types
from core.council.furnishing import Furnishing, FurnishingInvalid, parse_furnishing
from core.exchange.actions.load_sample import load_invented_people
from core.exchange.errors import ImportNotPossible
from core.exchange.samples import sample_for_pack
from tenants.context import inside
from tenants.models import Council
from tenants.orders.work import OrderWork, StepRefused
from tenants.tasks import its_own_time

ACTOR: Final = "job:furnish"
MOST_SENTENCES: Final = 5
_OF = re.compile(r"([\d,]+) of ([\d,]+)")


def furnish(order: OrderWork) -> dict[str, Any]:
    """Furnish the new council as its order says. Raises StepRefused where that can't be done."""
    council = order.council()
    pack = _pack_of(order)
    furnishing = _furnishing_of(order, pack)
    with its_own_time(council), inside(council, actor=ACTOR):
        try:
            written = apply(furnishing, pack=pack, by=None)
        except FurnishingInvalid as invalid:
            raise _refused(invalid) from invalid
    order.report(1, 1, "Furnished")
    return {"furnished": dict(written)}


def invite_administrator(order: OrderWork) -> dict[str, Any]:
    """Invite the council's first administrator by mail: once, however often this step is repeated."""
    address = str((order.payload.get("administrator") or {}).get("email", "")).strip().lower()
    if "@" not in address:
        raise StepRefused("The order names no administrator to invite.")
    with inside(order.council(), actor=ACTOR):
        if not Invitation.objects.filter(email=address).exists():
            try:
                invite_person(email=address, roles=[Role.COUNCIL_ADMIN], by=None)
            except AlreadyHasAccount:
                return {"administrator": "there already"}
    return {"administrator": "invited"}


def fill_training(order: OrderWork) -> dict[str, Any]:
    """Fill a training council with made-up people: nobody of them can sign in, and no mail is sent to any.

    Raises StepRefused for a council that is not a training council, or on whose pack nobody was made up.
    """
    council = order.council()
    if council.state != Council.State.TRAINING:
        raise StepRefused("Made-up people are for a training council alone.")
    pack = _pack_of(order)
    sample = sample_for_pack(pack.id)
    if sample is None:
        raise StepRefused(f"There are no made-up people for the law pack {pack.title}.")
    furnishing = _furnishing_of(order, pack)

    def say(line: str) -> None:
        found = _OF.search(line)
        done, of = (int(number.replace(",", "")) for number in found.groups()) if found else (0, 1)
        order.report(done, of, line)

    with its_own_time(council):
        try:
            result = load_invented_people(council=council, sample=sample, today=clock.today(), report=say)
        except ImportNotPossible as refused:
            raise StepRefused(str(refused)) from refused
        with inside(council, actor=ACTOR):
            # The made-up agencies bring every type of service: what this council offers is what it was furnished with.
            offer_service_types(furnishing.service_types, furnishing.roles, pack)
    return {"made_up": dict(result.written)}


def _pack_of(order: OrderWork) -> Pack:
    pack = pack_with(str(order.payload.get("pack_id", "")), str(order.payload.get("pack_checksum", "")))
    if pack is None:
        raise StepRefused("This deployment's release does not hold the law pack that the council was to start on.")
    return pack


def _furnishing_of(order: OrderWork, pack: Pack) -> Furnishing:
    try:
        return parse_furnishing(order.payload.get("furnishing") or {}, pack)
    except FurnishingInvalid as invalid:
        raise _refused(invalid) from invalid


def _refused(invalid: FurnishingInvalid) -> StepRefused:
    """As many of the sentences as an order keeps."""
    return StepRefused(" ".join(invalid.problems[:MOST_SENTENCES]))
