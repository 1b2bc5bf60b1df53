"""The lines of a client page as the look's parts print them: words for last contact, next visit, last confirmed."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.visits.queries import ClientPage, LastContact, Line, PlannedVisit
from ui.filters import ago, short_date, time_of_day, when
from ui.network_picture import PictureMember, Recency

RECENT_DAYS = 30


def window_words(on: date, starts_at: time | None, ends_at: time | None) -> str:
    """Thursday 5 June, 2:30pm to 3:30pm."""
    day = when(on)
    if starts_at is None:
        return day
    if ends_at is None:
        return _("%(day)s, %(start)s") % {"day": day, "start": time_of_day(starts_at)}
    return _("%(day)s, %(start)s to %(end)s") % {
        "day": day,
        "start": time_of_day(starts_at),
        "end": time_of_day(ends_at),
    }


def visit_words(visit: PlannedVisit | None) -> str:
    """The same for a visit; empty for none."""
    return window_words(visit.on, visit.starts_at, visit.ends_at) if visit else ""


def contact_words(contact: LastContact | None) -> str:
    """Yesterday, visit; empty for none."""
    if contact is None:
        return ""
    return _("%(when)s, %(how)s") % {"when": ago(contact.on), "how": contact.kind_label.lower()}


def rows_of(page: ClientPage) -> list[dict[str, Any]]:
    """The list, grouped by agency."""
    lead = page.network.policy.rules.terms["coordinator"]
    return [
        {"agency": agency, "members": [_row(line) | {"lead_word": lead} for line in lines]}
        for agency, lines in page.groups
    ]


def picture_of(page: ClientPage) -> list[PictureMember]:
    """The same lines for the picture: a line that is not in the list leaves no gap in it."""
    return [
        PictureMember(
            line.member.name,
            line.member.role,
            line.member.agency,
            _recency(line.last_contact),
            ago(line.last_contact.on) if line.last_contact else _("not known"),
            is_lead=line.member.is_lead,
        )
        for line in page.lines
    ]


def _recency(contact: LastContact | None) -> Recency:
    if contact is None:
        return Recency.NOT_KNOWN
    return Recency.RECENT if (clock.today() - contact.on).days <= RECENT_DAYS else Recency.EARLIER


def _row(line: Line) -> dict[str, Any]:
    member = line.member
    return {
        "line": line,
        "name": _("%(name)s (you)") % {"name": member.name} if member.is_own else member.name,
        "role": f"{member.role}, {member.service}" if member.service.lower() != member.role.lower() else member.role,
        "phone": member.phone,
        "other_phone": member.other_phone,
        "email": member.email,
        "best_time": member.best_time,
        "last_contact": contact_words(line.last_contact),
        "next_visit": visit_words(line.next_visit),
        "last_confirmed": short_date(member.confirmed_on),
        "is_lead": member.is_lead,
        "has_account": member.has_account,
        "is_shown": member.is_shown,
        "is_stale": member.is_stale,
        "badges": list(_badges(line)),
    }


def _badges(line: Line) -> list[dict[str, str]]:
    found = []
    if line.member.has_left:
        found.append({"text": _("has left the agency"), "colour": "orange"})
    if line.member.stale_days is not None:
        days = line.member.stale_days
        said = ngettext("not confirmed for %(count)d day", "not confirmed for %(count)d days", days) % {"count": days}
        found.append({"text": said, "colour": "grey"})
    return found
