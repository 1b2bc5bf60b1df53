"""A bar a month as SVG, drawn on the server, for amounts that belong to a month: money, and what is billed.

A pure function, as `ui.charts` is for days: the table beside it is the content, and no value is made up. A month
without a value has no bar; one below zero hangs under the line, and says so in its label's sign, not by colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.dates import MONTHS_3
from django.utils.translation import gettext, ngettext
from markupsafe import Markup, escape

from ui.charts import BRAND, FONT, GREY, GRID, INK, STEPS, ceiling_of, number
from ui.filters import month_name

Amount = int | float | Decimal

WIDTH: Final = 640
HEIGHT: Final = 240
LEFT, RIGHT, TOP, BOTTOM = 92, 14, 14, 46
GAP: Final = 0.3
"""The share of a month's place that stays empty between two bars."""
MOST_LABELS: Final = 13
LAST_MONTH: Final = 12


@dataclass(frozen=True, slots=True)
class MonthValue:
    """What belongs to a month, which is given by its first day; None where it is not known."""

    month: date
    value: Amount | None


def month_chart(*, title: str, values: Sequence[MonthValue], first: date, last: date, prefix: str = "") -> Markup:
    """The bars from the month `first` to the month `last`, both included. `prefix` stands before numbers, such as "£".

    Never empty: with nothing to draw, it says so.
    """
    months = months_from(first, last)
    known = {one.month: one.value for one in values if one.month in set(months) and one.value is not None}
    high, low = _limits(known)

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * ((value - low) / (high - low)), 1)

    parts = [
        Markup(
            '<svg class="pw-chart" role="img" xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}"'
            ' viewBox="0 0 {0} {1}">'
        ).format(WIDTH, HEIGHT),
        Markup("<title>{}</title><desc>{}</desc>").format(title, describe_months(known, first, last, prefix)),
    ]
    for step in range(STEPS + 1):
        value = low + (high - low) * step / STEPS
        parts += [_rule(up(value), GRID), _text(LEFT - 8, up(value) + 5, signed(value, prefix), anchor="end")]
    parts += [_rule(up(0), INK), *_month_axis(months), *_bars(months, known, up)]
    if not known:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, gettext("Nothing yet"), anchor="middle", size=16))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def describe_months(known: Mapping[date, Amount], first: date, last: date, prefix: str = "") -> str:
    """The picture in words: the last value, the least and the most, and how many months have none."""
    if not known:
        return gettext("From %(first)s to %(last)s there is nothing yet.") % {
            "first": month_name(first), "last": month_name(last),
        }  # fmt: skip
    least, most, newest = min(known, key=lambda one: known[one]), max(known, key=lambda one: known[one]), max(known)
    said = gettext("%(value)s in %(month)s; the least was %(least)s in %(least_in)s, the most %(most)s in %(most_in)s.")
    words = said % {
        "value": signed(known[newest], prefix), "month": month_name(newest), "least": signed(known[least], prefix),
        "least_in": month_name(least), "most": signed(known[most], prefix), "most_in": month_name(most),
    }  # fmt: skip
    gaps = len(months_from(first, last)) - len(known)
    if not gaps:
        return words
    without = ngettext("%(count)d month is without a value.", "%(count)d months are without a value.", gaps)
    return f"{words} {without % {'count': gaps}}"


def months_from(first: date, last: date) -> tuple[date, ...]:
    """The first days of the months from that of `first` to that of `last`."""
    count = (last.year - first.year) * LAST_MONTH + last.month - first.month + 1
    start = first.year * LAST_MONTH + first.month - 1
    return tuple(date(one // LAST_MONTH, one % LAST_MONTH + 1, 1) for one in range(start, start + max(count, 0)))


def signed(value: Amount, prefix: str = "") -> str:
    """A number as read on the axis, with its sign before the currency's: -£1,200."""
    shown = float(value) if isinstance(value, Decimal) else value
    return f"{'-' if shown < 0 else ''}{prefix}{number(abs(shown))}"


def _limits(known: Mapping[date, Amount]) -> tuple[float, float]:
    """The top and the bottom of the axis. The bottom is zero unless a month lies below it."""
    values = [float(one) for one in known.values()]
    high, low = max([0.0, *values]), min([0.0, *values])
    step = ceiling_of(max(high, -low)) / STEPS
    if all(isinstance(one, int) for one in known.values()):
        step = max(step, 1.0)  # no halves of a person on the axis
    if low == 0:
        return step * STEPS, 0.0
    return (step * STEPS, -step * STEPS) if high else (0.0, -step * STEPS)


def _bars(months: Sequence[date], known: Mapping[date, Amount], up: Callable[[float], float]) -> Iterator[Markup]:
    place = (WIDTH - LEFT - RIGHT) / max(len(months), 1)
    for position, month in enumerate(months):
        if month not in known:
            continue
        end, zero = up(float(known[month])), up(0)
        yield Markup('<rect class="pw-chart__bar" x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
            round(LEFT + place * (position + GAP / 2), 1), min(end, zero), round(place * (1 - GAP), 1),
            max(round(abs(end - zero), 1), 0.5), BRAND,
        )  # fmt: skip


def _month_axis(months: Sequence[date]) -> Iterator[Markup]:
    place = (WIDTH - LEFT - RIGHT) / max(len(months), 1)
    every = -(-len(months) // MOST_LABELS) or 1
    for position, month in enumerate(months):
        if position % every:
            continue
        across = LEFT + place * (position + 0.5)
        yield _text(across, HEIGHT - 26, str(MONTHS_3[month.month]).capitalize(), anchor="middle")
        if position == 0 or month.month <= every:
            yield _text(across, HEIGHT - 8, str(month.year), anchor="middle")


def _rule(height: float, colour: str) -> Markup:
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1"/>').format(
        LEFT, height, WIDTH - RIGHT, height, colour
    )


def _text(across: float, up: float, words: str, *, anchor: str, size: int = 13) -> Markup:
    return Markup('<text x="{}" y="{}" font-size="{}" font-family="{}" text-anchor="{}" fill="{}">{}</text>').format(
        round(across, 1), round(up, 1), size, FONT, anchor, GREY, escape(words)
    )
