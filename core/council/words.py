"""What each notice says. No notice names a client: the page puts the name beside it, for who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ui.filters import when


def say(slug: str, by: str, detail: Mapping[str, Any]) -> str:
    """The sentence of a notice; a plain one where there is nothing that may be said."""
    who = by or _("Someone")
    day = when(date.fromisoformat(detail["on"])) if "on" in detail else ""
    sentences = {
        "network.member.joined": _("%(who)s joined the network."),
        "network.member.ended": _("%(who)s ended a line on the network."),
        "network.colleague.invited": _("%(who)s asks you to join the network."),
        "network.invitation.accepted": _("%(who)s accepted your invitation."),
        "network.invitation.declined": _("%(who)s declined your invitation."),
        "network.lead.offered": _("%(who)s asks you to take the lead."),
        "network.lead.accepted": _("%(who)s took the lead."),
        "network.lead.declined": _("%(who)s declined the lead."),
        "network.line.withdrawn": _("A client took their yes back: others do not see your line any more."),
        "network.line.objected": _(
            "A client said no. Your line does not rest on their yes: it is weighed and answered."
        ),
        "network.no.to_weigh": _(
            "A client took back what they had agreed to. Weigh what may go on without a yes, and answer them."
        ),
        "network.line.ends_soon": _("Others see your line until %(day)s: talk with the client, then record it."),
        "network.line.over": _("Others do not see your line any more: talk with the client again, then record it."),
        "network.conversation.due": _("Others do not see your line yet: talk with the client, then record it."),
        "network.approval.asked": _("Something waits for your decision under Approvals or Shields."),
        "network.approval.approved": _("%(who)s approved what you asked: the agencies named now see your line."),
        "network.approval.refused": _("%(who)s refused what you asked. Your line says why."),
        "network.approval.asked_back": _("%(who)s asks back before deciding. Your line says what is missing."),
        "network.stand_in.named": _("%(who)s named you as stand-in for approvals, from %(day)s."),
        "network.shield.placed": _("The client is shielded now: only people named for it see the network."),
        "network.shield.assigned": _("You are named for a shielded client."),
        "network.shield.lifted": _("The shield was lifted: the client can be found again."),
        "network.shield.refused": _("The shield you asked for was refused."),
        "network.shield.asked_back": _("The officer asks back about the shield you asked for."),
        "network.unshield.refused": _("The shield stays, though you asked to lift it."),
        "network.unshield.asked_back": _("The officer asks back about lifting the shield."),
        "network.limited_sight.opened": _("%(who)s sees a closed or shielded record for a limited time."),
        "network.limited_sight.often": _("%(who)s has used limited sight more than 3 times in a week."),
        "network.limited_sight.escalated": _("A limited sight was not reviewed in time."),
        "network.broker.asked": _("A message to a confidential service waits for the broker."),
        "network.broker.passed": _("%(who)s asks a confidential service to get in touch. They do not know about you."),
        "network.conflict.declared": _("%(who)s knows this client privately: please end their line."),
        "council.support.asked": _("An operator of Patchwork asks for support access: answer it under Support access."),
        "council.offer.received": _("The operators of Patchwork offer a release: see what it changes under Releases."),
        "rights.request.received": _("A request about what is held came in: it is under Requests."),
        "rights.request.due_soon": _("A request is due on %(day)s: it is under Requests."),
        "rights.request.overdue": _("A request is overdue: it is under Requests."),
        "visits.visit.planned": _("%(who)s plans a visit: %(day)s."),
        "visits.visit.changed": _("%(who)s changed a visit: now %(day)s."),
        "visits.visit.cancelled": _("%(who)s cancelled the visit of %(day)s."),
        "visits.visit.restored": _("%(who)s put the visit of %(day)s back."),
    }
    sentence = sentences.get(slug, _("Something changed on a network that you no longer see."))
    return sentence % {"who": who, "day": day}
