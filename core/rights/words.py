"""The clock of a request in words: due in 5 days, overdue, or what it waits for."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.consent.deadlines import Count
from core.rights.choices import Wish
from core.rights.queries.requests import MoreTime, RequestShown
from ui.filters import long_date


@dataclass(frozen=True, slots=True)
class ClockWords:
    """`text` says it, `colour` repeats it."""

    text: str
    colour: str


def clock_words(page: RequestShown) -> ClockWords:
    """What stands beside a request."""
    if not page.is_open:
        return ClockWords(_("answered") if page.answer else _("taken back"), "grey")
    if page.wish == Wish.COMPLAINT and page.acknowledged_on:
        return ClockWords(_("acknowledged, to be answered"), "blue")
    if page.waits_for == "identity":
        return ClockWords(_("waits for proof of identity"), "yellow")
    if page.waits_for:
        return ClockWords(_("waits for what is meant"), "yellow")
    days = page.days_left
    if days is None:
        return ClockWords(_("no time set by law"), "grey")
    if days < 0:
        text = ngettext("overdue by %(count)d day", "overdue by %(count)d days", -days) % {"count": -days}
        return ClockWords(text, "red")
    if days == 0:
        return ClockWords(_("due today"), "red")
    text = ngettext("due in %(count)d day", "due in %(count)d days", days) % {"count": days}
    return ClockWords(text, "orange" if page.is_soon else "green")


def more_time_words(one: MoreTime) -> str:
    """2 months; 30 days (by agreement)."""
    units = {
        Count.MONTHS.value: ngettext("%(count)d month", "%(count)d months", one.number),
        Count.WORKING_DAYS.value: ngettext("%(count)d working day", "%(count)d working days", one.number),
    }
    text = units.get(one.unit, ngettext("%(count)d day", "%(count)d days", one.number)) % {"count": one.number}
    return _("%(time)s (%(ground)s)") % {"time": text, "ground": one.ground} if one.ground else text


def due_words(page: RequestShown) -> str:
    """By when the answer is due, and since when the clock runs."""
    if page.answer_by is None or page.starts_on is None:
        return _("Not running yet") if page.waits_for else _("The law sets no time")
    said = {"due": long_date(page.answer_by), "start": long_date(page.starts_on)}
    if page.extended_to:
        return _("%(due)s, extended (counted from %(start)s)") % said
    return _("%(due)s (counted from %(start)s)") % said
