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
        "visits.visit.planned": _("%(who)s plans a visit: %(day)s."),
        "visits.visit.changed": _("%(who)s changed a visit: now %(day)s."),
        "visits.visit.cancelled": _("%(who)s cancelled the visit of %(day)s."),
        "visits.visit.restored": _("%(who)s put the visit of %(day)s back."),
    }
    sentence = sentences.get(slug, _("Something changed on a network that you no longer see."))
    return sentence % {"who": who, "day": day}
