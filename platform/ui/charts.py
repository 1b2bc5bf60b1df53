"""A line over days as SVG, drawn on the server: axes, a title and a description, and gaps where nothing is known.

A pure function from dated values to markup. The table beside it is the content; the picture never says more. No value
is made up: a day without a value breaks the line, and a value with gaps on both sides is a dot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext, ngettext
from markupsafe import Markup, escape

from ui.filters import long_date, short_date

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 14, 34
BRAND, GRID, INK, GREY = "#12565a", "#cecece", "#0b0c0c", "#484949"
FONT: Final = "Helvetica Neue, Helvetica, Arial, sans-serif"
MOST_DAY_LABELS: Final = 5
STEPS: Final = 4
SMALLEST: Final = 1e-6
"""Nothing that is counted is smaller, but nought."""

Value = int | float


@dataclass(frozen=True, slots=True)
class DayValue:
    """What was counted on a day; None where it is hidden or was not counted."""

    on: date
    value: Value | None


def line_chart(*, title: str, values: Sequence[DayValue], first: date, last: date, suffix: str = "") -> Markup:
    """The line from `first` to `last`, both included. A day that `values` leaves out is a gap, as one without a value.

    `suffix` follows the numbers on the axis, such as " ms". Never empty: with nothing to draw, it says so.
    """
    known = {one.on: one.value for one in values if first <= one.on <= last and one.value is not None}
    top = ceiling_of(max(known.values(), default=0))
    if all(isinstance(value, int) for value in known.values()):
        top = max(top, STEPS)  # no halves of a person on the axis
    days = max((last - first).days, 1)

    def point(on: date) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * ((on - first).days / days)
        up = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (known[on] / top)
        return round(across, 1), round(up, 1)

    parts = [
        Markup(
            '<svg class="pw-chart" role="img" xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}"'
            ' viewBox="0 0 {0} {1}">'
        ).format(WIDTH, HEIGHT),
        Markup("<title>{}</title><desc>{}</desc>").format(title, describe(known, first, last, suffix)),
        *_value_axis(top, suffix),
        *_day_axis(first, last),
        *(_stretch([point(on) for on in run]) for run in runs_of(known)),
    ]
    if not known:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, gettext("Nothing that may be shown"), anchor="middle", size=16))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def describe(known: dict[date, Value], first: date, last: date, suffix: str = "") -> str:
    """The picture in words: from when to when, the first and last value, the least and the most, and how many gaps."""
    if not known:
        return gettext("From %(first)s to %(last)s there is nothing that may be shown.") % {
            "first": long_date(first), "last": long_date(last),
        }  # fmt: skip
    days = sorted(known)
    gaps = (last - first).days + 1 - len(days)
    said = gettext(
        "%(start)s on %(start_on)s, %(end)s on %(end_on)s; between %(least)s and %(most)s over the time shown."
    ) % {
        "start": number(known[days[0]]) + suffix, "start_on": long_date(days[0]),
        "end": number(known[days[-1]]) + suffix, "end_on": long_date(days[-1]),
        "least": number(min(known.values())) + suffix, "most": number(max(known.values())) + suffix,
    }  # fmt: skip
    if not gaps:
        return said
    without = ngettext("%(count)d day is without a value.", "%(count)d days are without a value.", gaps)
    return f"{said} {without % {'count': gaps}}"


def runs_of(known: dict[date, Value]) -> Iterator[list[date]]:
    """The days with a value, in stretches without a gap."""
    run: list[date] = []
    for on in sorted(known):
        if run and on - run[-1] > timedelta(days=1):
            yield run
            run = []
        run.append(on)
    if run:
        yield run


def ceiling_of(most: Value) -> float:
    """The top of the axis: the next number above that people read easily, such as 8, 20 or 600."""
    if most < SMALLEST:
        return float(STEPS)
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * times for times in (1, 2, 4, 6, 8, 10) if power * times >= most * (1 - 1e-12))


def number(value: Value) -> str:
    """A number as read on a page: thousands parted, at most two places, no needless zero."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _value_axis(top: float, suffix: str) -> Iterator[Markup]:
    for step in range(STEPS + 1):
        height = round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * step / STEPS, 1)
        yield Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1"/>').format(
            LEFT, height, WIDTH - RIGHT, height, INK if step == 0 else GRID
        )
        yield _text(LEFT - 8, height + 5, number(top * step / STEPS) + suffix, anchor="end")


def _day_axis(first: date, last: date) -> Iterator[Markup]:
    span = (last - first).days
    count = min(MOST_DAY_LABELS, span + 1)
    for step in range(count):
        share = step / (count - 1) if count > 1 else 0.0
        across = LEFT + (WIDTH - LEFT - RIGHT) * share
        anchor = "start" if step == 0 else "end" if step == count - 1 else "middle"
        yield _text(across, HEIGHT - 10, short_date(first + timedelta(days=round(span * share))), anchor=anchor)


def _stretch(points: list[tuple[float, float]]) -> Markup:
    if len(points) == 1:
        (across, up) = points[0]
        return Markup('<circle class="pw-chart__dot" cx="{}" cy="{}" r="3" fill="{}"/>').format(across, up, BRAND)
    drawn = " ".join(f"{across},{up}" for across, up in points)
    return Markup(
        '<polyline class="pw-chart__line" points="{}" fill="none" stroke="{}" stroke-width="2.5"'
        ' stroke-linejoin="round"/>'
    ).format(drawn, BRAND)


def _text(across: float, up: float, words: str, *, anchor: str, size: int = 13) -> Markup:
    return Markup('<text x="{}" y="{}" font-size="{}" font-family="{}" text-anchor="{}" fill="{}">{}</text>').format(
        round(across, 1), round(up, 1), size, FONT, anchor, GREY, escape(words)
    )
