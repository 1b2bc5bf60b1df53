"""What a council still needs before it goes live: facts from its deployment, and what operators recorded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from console.choices import CouncilState, OrderState
from console.errors import NotThere
from console.models import Council, Onboarding, Order, PackReview
from console.said import HeldPack, packs_of
from ui.filters import long_date


@dataclass(frozen=True, slots=True)
class GoLiveCheck:
    """One thing that has to be so. `how` says what to do where it is not."""

    slug: str
    title: str
    is_met: bool
    words: str
    how: str


@dataclass(frozen=True, slots=True)
class Review:
    """A legal sign-off as it was recorded."""

    signed_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class GoLivePage:
    """The checks of one council."""

    council_id: UUID
    name: str
    state: str
    pack: HeldPack | None
    review: Review | None
    agreed_on: date | None
    reference: str
    checks: tuple[GoLiveCheck, ...]
    is_training_copy: bool
    under_way: str
    failed: str
    said_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it has gone live."""
        return self.state in (CouncilState.LIVE, CouncilState.SUSPENDED, CouncilState.LEAVING)

    @property
    def may_go_live(self) -> bool:
        """Whether the last click may be made."""
        is_asked_for = self.state != CouncilState.TRAINING or self.is_training_copy or self.under_way
        return not is_asked_for and all(one.is_met for one in self.checks)

    @property
    def may_send_review(self) -> bool:
        """Whether the deployment does not know yet of the sign-off that stands here."""
        return self.review is not None and self.pack is not None and not self.pack.is_signed and not self.under_way


def go_live_page(council_id: UUID) -> GoLivePage:
    """What one council still needs. Four statements. Raises NotThere."""
    council = Council.objects.select_related("deployment").filter(id=council_id).first()
    if council is None or council.state == CouncilState.DELETED:
        raise NotThere(_("There is no such council."))
    own = list(Onboarding.objects.filter(Q(council_id=council_id) | Q(answers__made__training=str(council_id))))
    answers: Mapping[str, Any] = next((one.answers for one in own if one.council_id == council_id), {})
    facts: Mapping[str, Any] = council.said.get("facts") or {}
    pack = pack_in_use(council, answers)
    review = PackReview.objects.filter(pack_checksum=pack.checksum).first() if pack else None
    last = Order.objects.filter(council_id=council_id).order_by("-placed_at").first()
    agreement = dict(answers.get("agreement") or {})
    return GoLivePage(
        council_id=council.id,
        name=council.name,
        state=council.state,
        pack=pack,
        review=Review(review.signed_by, review.recorded_at) if review else None,
        agreed_on=date.fromisoformat(agreement["signed_on"]) if agreement else None,
        reference=str(agreement.get("reference", "")),
        checks=checks_of(pack, review, agreement, facts),
        is_training_copy=any(one.council_id != council_id for one in own),
        under_way=last.kind if last and last.state in (OrderState.WAITING, OrderState.RUNNING) else "",
        failed=(last.error or _("It could not be done."))
        if last and last.kind in ("go_live", "sign_pack") and last.state == OrderState.FAILED
        else "",
        said_at=council.said_at,
    )


def pack_in_use(council: Council, answers: Mapping[str, Any]) -> HeldPack | None:
    """The law pack of a council as its deployment holds it: the file that it decides by, whatever was chosen for it.

    Before it says which that is, the one that was chosen, or one by its id. None where the deployment does not hold it.
    """
    facts = council.said.get("facts") or {}
    decides_by = (facts.get("policy_pack_checksum"), facts.get("policy_pack_version"))
    if any(decides_by):
        in_force = (one for one in packs_of(council.deployment.said) if one.id == council.pack_id)
        return next((one for one in in_force if (one.checksum if decides_by[0] else one.ref) in decides_by), None)
    chosen = ((answers.get("pack") or {}).get("value") or {}).get("checksum", "")
    held = [pack for pack in packs_of(council.deployment.said) if pack.id == council.pack_id]
    return next((pack for pack in held if pack.checksum == chosen), held[0] if held else None)


def checks_of(
    pack: HeldPack | None, review: PackReview | None, agreement: Mapping[str, Any], facts: Mapping[str, Any]
) -> tuple[GoLiveCheck, ...]:
    """The checks, met or not."""
    return (
        _review_check(pack, review, str(facts.get("policy_pack_version") or "")),
        GoLiveCheck(
            "agreement",
            _("Agreement"),
            bool(agreement),
            _("Signed on %(day)s, reference %(reference)s")
            % {"day": long_date(date.fromisoformat(agreement["signed_on"])), "reference": agreement["reference"]}
            if agreement
            else _("Not recorded"),
            _("Record its date and reference once both sides have signed."),
        ),
        GoLiveCheck(
            "administrator",
            _("Administrator with a second factor"),
            bool(facts.get("has_administrator_with_second_factor")),
            _("There is one") if facts.get("has_administrator_with_second_factor") else _("There is none yet"),
            _("The invited administrator has to join by their link and set up a second factor."),
        ),
        GoLiveCheck(
            "policy",
            _("Policy published"),
            bool(facts.get("has_policy")),
            _("It is published") if facts.get("has_policy") else _("There is none yet"),
            _("The council's information-governance officer publishes it in the policy editor."),
        ),
    )


def _review_check(pack: HeldPack | None, review: PackReview | None, decides_by: str) -> GoLiveCheck:
    title, how = _("Legal sign-off of the law pack"), _("Record who signed it off, by the checksum of its file.")
    if pack is None and decides_by:
        return GoLiveCheck(
            "review", title, is_met=False,
            words=_("The council decides by a file of %(ref)s that its deployment does not hold") % {"ref": decides_by},
            how=_("Bring it to a release with that file, or have the council publish a policy on one it holds."),
        )  # fmt: skip
    if pack is None:
        words = _("Its deployment does not say which version it holds")
        return GoLiveCheck("review", title, is_met=False, words=words, how=_("Test the deployment's connection."))
    if pack.is_signed:
        return GoLiveCheck("review", title, is_met=True, words=_("%(ref)s is signed off") % {"ref": pack.ref}, how=how)
    if review is None:
        return GoLiveCheck(
            "review", title, is_met=False, words=_("%(ref)s is not signed off as its file stands") % {"ref": pack.ref},
            how=how,
        )  # fmt: skip
    words = _("Signed off by %(name)s, and on its way to the deployment") % {"name": review.signed_by}
    return GoLiveCheck("review", title, is_met=False, words=words, how=_("Look again in a minute, or send it again."))
