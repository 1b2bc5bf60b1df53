"""What is recorded before a council goes live, the legal sign-off and the agreement, and the last click of all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from console.actions.orders import place_order
from console.choices import CouncilState, OrderState, Permission
from console.errors import NotPossible, NotThere
from console.models import Council, Onboarding, Order, PackReview
from console.policies import require
from console.queries.go_live import go_live_page
from console.queries.operators import OperatorRef
from console.said import HeldPack
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def record_review(*, council_id: UUID, checksum: str, signed_by: str, by: OperatorRef) -> None:
    """Record that the law pack of a council was signed off as its file stands, and tell its deployment.

    `checksum` is the one that was shown: another file waits for a signature of its own. Raises NotPermitted, NotThere,
    NotPossible.
    """
    require(by, Permission.ONBOARD)
    council = _locked(council_id)
    pack = go_live_page(council_id).pack
    if pack is None or pack.checksum != checksum:
        raise NotPossible(_("The deployment holds another file of this law pack now: read what has to be signed."))
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            review = PackReview.objects.create(
                pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, signed_by=signed_by.strip(),
                recorded_by_id=by.id, recorded_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(_("This file was signed off already.")) from None
    record("console.pack.signed", by=by, subject=review, detail={"pack": pack.ref, "checksum": pack.checksum})
    _send(council, pack, review.signed_by, by)


@transaction.atomic(using=SHARED_ALIAS)
def send_review(*, council_id: UUID, by: OperatorRef) -> None:
    """Tell a council's deployment of a sign-off that stands here. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.ONBOARD)
    council = _locked(council_id)
    page = go_live_page(council_id)
    if not page.may_send_review or page.pack is None or page.review is None:
        raise NotPossible(_("There is nothing to send now."))
    record("console.pack.sent", by=by, subject=council, detail={"pack": page.pack.ref})
    _send(council, page.pack, page.review.signed_by, by)


@transaction.atomic(using=SHARED_ALIAS)
def record_agreement(*, council_id: UUID, signed_on: date, reference: str, by: OperatorRef) -> None:
    """Record the agreement with a council. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.ONBOARD)
    council = _locked(council_id)
    if signed_on > clock.today():
        raise NotPossible(_("That day is still to come: record the agreement once it is signed."))
    now = clock.now()
    found, _is_new = Onboarding.objects.select_for_update(of=("self",)).get_or_create(
        council_id=council_id,
        defaults={"name": council.name, "started_by_id": by.id, "started_at": now, "updated_at": now},
    )
    agreement = {"signed_on": signed_on.isoformat(), "reference": reference.strip(), "by": by.name}
    found.answers = {**found.answers, "agreement": agreement}
    found.version, found.updated_at = found.version + 1, now
    found.save(update_fields=["answers", "version", "updated_at"])
    record("console.agreement.recorded", by=by, subject=council, detail={"signed_on": signed_on.isoformat()})


@transaction.atomic(using=SHARED_ALIAS)
def go_live(*, council_id: UUID, by: OperatorRef) -> None:
    """Ask for a council to be put to work, once every check is met; it is live when its deployment says so.

    Raises NotPermitted, NotThere, NotPossible.
    """
    require(by, Permission.ONBOARD)
    council = _locked(council_id)
    page = go_live_page(council_id)
    if not page.may_go_live or page.pack is None:
        missing = ", ".join(one.title for one in page.checks if not one.is_met)
        raise NotPossible(
            _("It can't go live yet: %(missing)s.") % {"missing": missing} if missing else _("It can't go live now.")
        )
    record("console.council.live_asked", by=by, subject=council, detail={"pack": page.pack.ref})
    place_order(council=council, kind="go_live", payload={"pack_checksum": page.pack.checksum}, by=by)


def _send(council: Council, pack: HeldPack, signed_by: str, by: OperatorRef) -> None:
    payload = {
        "pack_id": pack.id, "pack_version": pack.version, "pack_checksum": pack.checksum, "signed_by": signed_by,
    }  # fmt: skip
    place_order(council=council, kind="sign_pack", payload=payload, by=by)


def _locked(council_id: UUID) -> Council:
    found = Council.objects.select_for_update(of=("self",)).filter(id=council_id).first()
    if found is None or found.state == CouncilState.DELETED:
        raise NotThere(_("There is no such council."))
    busy = Order.objects.filter(council=found, state__in=(OrderState.WAITING, OrderState.RUNNING)).exists()
    if busy:
        raise NotPossible(_("Something else is under way for this council. Wait until it is done."))
    return found
