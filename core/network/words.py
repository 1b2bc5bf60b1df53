"""The state of consent of one's own line, in words: what stands, why others do not see it, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from core import clock
from core.consent.policy import Policy
from core.network.choices import ApprovalState, PublicationEnd, Visibility, VoiceReason
from core.network.last_day import ASKED_ANEW_AHEAD
from ui.filters import long_date

NOT_DISCUSSED: Final = frozenset({"", "evidence_incomplete"})


@dataclass(frozen=True, slots=True)
class LineState:
    """`text` says what stands; `next_step` what to do about it, where there is something to do.

    `is_ending`: others see it for a few weeks more, and the conversation can be had anew.
    """

    is_shown: bool
    text: str
    next_step: str = ""
    review_by: date | None = None
    is_ending: bool = False


def shown(policy: Policy, *, basis: str, visibility: str, review_by: date) -> LineState:
    """A line that others see."""
    route = policy.rules.wording.routes.get(basis, "")
    if visibility == Visibility.NAMED_ONLY:
        text = _("Shown only to the agencies that were named.")
    else:
        text = _("Shown to the people on this network.")
    is_ending = review_by <= clock.today() + ASKED_ANEW_AHEAD
    return LineState(is_shown=True, text=f"{text} {route}.".strip(), review_by=review_by, is_ending=is_ending)


def kept_back(reason: str, obligations: Iterable[str]) -> LineState:
    """A line that only its practitioner and their manager see, by the reason of the last decision ("" for none)."""
    missing = {item.removeprefix("missing:") for item in obligations if item.startswith("missing:")}
    if reason in NOT_DISCUSSED and (not missing or "consenter" in missing):
        text = _("Consent: not yet discussed.")
        return LineState(is_shown=False, text=text, next_step=_("Talk with the client, then record it here."))
    said = _sentences(missing).get(reason)
    text, step = said or (
        _("Consent: the law does not let this be shown as it was recorded."),
        _("Ask your safeguarding lead, or record it anew."),
    )
    return LineState(is_shown=False, text=text, next_step=step)


def shown_until(end_reason: str, day: date) -> LineState | None:
    """A line that others saw until a day, by why that ended. None where the last decision says it better."""
    said = {
        PublicationEnd.WITHDRAWN: (
            _("They took their yes back on %(day)s. Your line stays with you and your manager.")
            % {"day": long_date(day)},
            _("Do not ask again for 30 days, unless something has changed. If they agree again, record it anew."),
        ),
        PublicationEnd.EXPIRED: (
            _("Consent: it is time to talk about it again. Others saw your line until %(day)s.")
            % {"day": long_date(day)},
            _("Talk with the client, then record it here."),
        ),
        PublicationEnd.AGE: (
            _("Consent: they have come to an age at which they are asked anew."),
            _("Talk with the person who decides now, then record it here."),
        ),
    }.get(PublicationEnd(end_reason))
    return LineState(is_shown=False, text=said[0], next_step=said[1]) if said else None


def waiting_words(state: str, reason: str) -> LineState | None:
    """A line about which an approver was asked: what became of that, and why. None where nothing is to be said."""
    why = str(VoiceReason(reason).label) if reason in VoiceReason.values else ""
    said = {
        ApprovalState.WAITING: (
            _("Consent: waiting for your safeguarding lead."),
            _("They were told. You are told here what they decide."),
        ),
        ApprovalState.ASKED_BACK: (
            _("Consent: your safeguarding lead asks back: %(why)s.") % {"why": _lowered(why)},
            _("Record the conversation again when you have the answer."),
        ),
        ApprovalState.REFUSED: (
            _("Consent: your safeguarding lead said no: %(why)s.") % {"why": _lowered(why)},
            _("Your line stays with you and your manager. Record it again when that has changed."),
        ),
    }.get(ApprovalState(state))
    return LineState(is_shown=False, text=said[0], next_step=said[1]) if said else None


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def _sentences(missing: set[str]) -> dict[str, tuple[str, str]]:
    again = _("Record the conversation again when that has changed.")
    if "client_age" in missing:
        incomplete = (
            _("Consent: the client's age is not known."),
            _("Record the birth date or age, then record it again."),
        )
    elif "recipients" in missing:
        incomplete = (_("Consent: no agency was named."), _("Record which agencies may see it."))
    else:
        incomplete = (_("Consent: something was missing."), _("Record the conversation again, with every answer."))
    return {
        "evidence_incomplete": incomplete,
        "threshold_not_met": (
            _("Consent: the reason for sharing anyway is not complete."),
            _("Record it again, with every fact."),
        ),
        "refused": (_("Consent: they said no. Your line stays with you and your manager."), again),
        "refusal_not_overridable": (_("Consent: they said no, and nothing recorded lets you share anyway."), again),
        "wrong_consenter": (
            _("Consent: the person you talked to may not decide this alone."),
            _("Talk with the person who may, then record it."),
        ),
        "consent_expired": (_("Consent: it was given too long ago."), _("Talk about it again, then record it here.")),
        "competence_below_assess_age": (
            _("Consent: waiting for your safeguarding lead, because of the client's age."),
            _("Ask your safeguarding lead."),
        ),
        "parental_responsibility": (
            _("Consent: waiting for your safeguarding lead, because the parents disagree or a care order is in force."),
            _("Ask your safeguarding lead."),
        ),
        "approval_required": (_("Consent: waiting for your safeguarding lead."), _("Ask your safeguarding lead.")),
        "recipient_status": (_("Consent: what was agreed does not reach the agencies named."), again),
        "actor_not_cleared": (_("Your clearance has run out."), _("Ask your council admin.")),
        "agency_agreement_missing": (_("Your agency has no current sharing agreement."), _("Ask your council admin.")),
    }
