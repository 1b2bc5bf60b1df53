"""The picture of a client's network: the client in the middle, agencies as sectors, one spoke a person.

A pure function from what a viewer may see to SVG; the list beside it is the content, and the picture repeats it.
It knows no rule of sight: it is given only lines that may be shown, so a hidden line leaves no gap.

Geometry: every agency is a heading and its people, a row each, in two columns beside an ellipse; a person's dot is the
point of the ellipse at the height of their row. Rows never share a height, so labels never meet, for any number.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.utils.translation import gettext, ngettext
from markupsafe import Markup

WIDTH = 760
ROW = 34
HEADING = 26
MARGIN = 18
MIDDLE = WIDTH / 2
RADIUS_X = 118
LEAST_HEIGHT = 300
MOST_STRETCH = 2.2
LABEL_GAP = 14
CENTRE_RADIUS = 46
LONGEST_LABEL = 30
LONGEST_NOTE = 38
LONGEST_CENTRE = 11
SPLIT_FROM = 6
"""An agency with more people than this may stand on both sides, under a heading on each."""

BRAND, SURFACE, EDGE, INK, GREY = "#12565a", "#f1f7f6", "#9cc3c1", "#0b0c0c", "#484949"
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"


class Recency(StrEnum):
    """How long ago the last contact was; the words go with it, so that the line's style never stands alone."""

    RECENT = "recent"
    EARLIER = "earlier"
    NOT_KNOWN = "not-known"


DASHES = {Recency.RECENT: "none", Recency.EARLIER: "9 5", Recency.NOT_KNOWN: "2 5"}
STROKES = {Recency.RECENT: "3", Recency.EARLIER: "2", Recency.NOT_KNOWN: "2"}


@dataclass(frozen=True, slots=True)
class PictureMember:
    """One person of the network as the viewer may see them. `recency_text` is such as "seen 3 days ago"."""

    name: str
    role: str
    agency: str
    recency: Recency = Recency.NOT_KNOWN
    recency_text: str = ""
    is_lead: bool = False


Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one agency on one side."""

    agency: str
    members: tuple[PictureMember, ...]

    @property
    def height(self) -> int:
        """What its heading and rows take, in the picture's units."""
        return HEADING + ROW * len(self.members)


def network_picture(*, centre: str, members: Sequence[PictureMember], stands_alone: bool = False) -> Markup:
    """Draw the network around `centre`, a first name, as SVG without any style or script.

    Beside the list it is hidden from assistive technology, which has the list. With `stands_alone` (paper, PDF) it
    carries a title and a description that say the same.
    """
    right, left = _two_sides(_by_agency(members))
    height = max(LEAST_HEIGHT, *(sum(group.height for group in side) + 2 * MARGIN for side in (right, left)))
    parts: list[Markup] = []
    labels: list[Markup] = []
    sides: tuple[tuple[Side, list[Group]], ...] = (("right", right), ("left", left))
    for side, groups in sides:
        needed = sum(group.height for group in groups) or 1
        stretch = min(MOST_STRETCH, (height - 2 * MARGIN) / needed)
        top = (height - needed * stretch) / 2
        for group in groups:
            bottom = top + group.height * stretch
            parts.append(_sector(side, top, bottom, height))
            labels.extend(_rows(side, top, group, height, stretch))
            top = bottom
    body = Markup("").join([*parts, *labels, _centre(centre, height)])
    return _frame(body, height, centre, members, stands_alone=stands_alone)


def _by_agency(members: Sequence[PictureMember]) -> list[Group]:
    grouped: dict[str, list[PictureMember]] = {}
    for member in members:
        grouped.setdefault(member.agency, []).append(member)
    return [Group(agency, tuple(people)) for agency, people in grouped.items()]


def _two_sides(groups: list[Group]) -> tuple[list[Group], list[Group]]:
    """Share the agencies out over both sides, in their order, as evenly as whole agencies allow."""
    half = sum(group.height for group in groups) / 2
    right: list[Group] = []
    left: list[Group] = []
    filled = 0
    for group in groups:
        room = half - filled
        filled += group.height
        if left or room <= 0:
            left.append(group)
        elif group.height <= room or (len(group.members) <= SPLIT_FROM and group.height / 2 <= room):
            right.append(group)
        elif len(group.members) > SPLIT_FROM:
            fitting = min(max(1, round((room - HEADING) / ROW)), len(group.members) - 1)
            right.append(Group(group.agency, group.members[:fitting]))
            left.append(Group(group.agency, group.members[fitting:]))
        else:
            left.append(group)
    return right, left


def _rim(side: Side, y: float, height: float) -> float:
    """The ellipse's x on one side, at a height."""
    share = min(1.0, abs(y - height / 2) / (height / 2))
    reach = RADIUS_X * math.sqrt(1 - share**2)
    return MIDDLE + reach if side == "right" else MIDDLE - reach


def _sector(side: Side, top: float, bottom: float, height: float) -> Markup:
    return Markup(
        '<path class="pw-picture__sector" fill="{}" stroke="{}" stroke-width="1" '
        'd="M{:.1f} {:.1f}L{:.1f} {:.1f}A{} {:.1f} 0 0 {} {:.1f} {:.1f}Z"/>'
    ).format(
        SURFACE, EDGE, MIDDLE, height / 2, _rim(side, top, height), top, RADIUS_X, height / 2,
        1 if side == "right" else 0, _rim(side, bottom, height), bottom,
    )  # fmt: skip


def _rows(side: Side, top: float, group: Group, height: float, stretch: float) -> list[Markup]:
    """The agency's name, then a spoke, a dot and two lines of text for each of its people."""
    first = top + HEADING
    row = (group.height * stretch - HEADING) / max(1, len(group.members))
    heading_x = _label_x(side, top + HEADING / 2, height)
    rows = [
        _text(
            side, heading_x, top + HEADING * 0.7, _shorten(group.agency), "agency", size=13, fill=BRAND, weight="bold"
        )
    ]
    for index, member in enumerate(group.members):
        y = first + row * (index + 0.5)
        rim = _rim(side, y, height)
        x = _label_x(side, y, height)
        rows.append(_spoke(member.recency, rim, y, height))
        rows.append(_dot(rim, y, is_lead=member.is_lead))
        rows.append(_text(side, x, y - 2, _shorten(member.name), "name", size=14, fill=INK, weight="bold"))
        rows.append(_text(side, x, y + 13, _note(member), "note", size=12, fill=GREY, weight="normal"))
    return rows


def _note(member: PictureMember) -> str:
    """Role and recency in one line; a long role is shortened first, since recency must never be told by style alone."""
    recency = _shorten(member.recency_text)
    role = _shorten(member.role, max(8, LONGEST_NOTE - len(recency)))
    return " · ".join(text for text in (role, recency) if text)


def _label_x(side: Side, y: float, height: float) -> float:
    """Where a label of two lines begins: outside the ellipse over its whole height."""
    nearest = min(max(height / 2, y - ROW / 2), y + ROW / 2)
    rim = _rim(side, nearest, height)
    return rim + LABEL_GAP if side == "right" else rim - LABEL_GAP


def _spoke(recency: Recency, x: float, y: float, height: float) -> Markup:
    return Markup(
        '<line class="pw-picture__spoke pw-picture__spoke--{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" '
        'stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>'
    ).format(recency.value, MIDDLE, height / 2, x, y, BRAND, STROKES[recency], DASHES[recency])


def _dot(x: float, y: float, *, is_lead: bool) -> Markup:
    if is_lead:
        return Markup(
            '<rect class="pw-picture__node pw-picture__node--lead" x="{:.1f}" y="{:.1f}" width="14" height="14" '
            'fill="{}" stroke="{}" stroke-width="2"/>'
        ).format(x - 7, y - 7, BRAND, BRAND)
    return Markup(
        '<circle class="pw-picture__node" cx="{:.1f}" cy="{:.1f}" r="6" fill="#ffffff" stroke="{}" stroke-width="3"/>'
    ).format(x, y, BRAND)


def _text(side: Side, x: float, y: float, text: str, kind: str, *, size: int, fill: str, weight: str) -> Markup:
    return Markup(
        '<text class="pw-picture__{}" x="{:.1f}" y="{:.1f}" font-size="{}" font-weight="{}" fill="{}" '
        'text-anchor="{}">{}</text>'
    ).format(kind, x, y, size, weight, fill, "start" if side == "right" else "end", text)


def _centre(name: str, height: float) -> Markup:
    shown = _shorten(name, LONGEST_CENTRE)
    return Markup(
        '<circle class="pw-picture__centre" cx="{0:.1f}" cy="{1:.1f}" r="{2}" fill="{3}"/>'
        '<text class="pw-picture__centre-text" x="{0:.1f}" y="{4:.1f}" font-size="{5}" font-weight="bold" '
        'fill="#ffffff" text-anchor="middle">{6}</text>'
    ).format(MIDDLE, height / 2, CENTRE_RADIUS, BRAND, height / 2 + 5.5, 17 if len(shown) <= 8 else 13, shown)


def _frame(body: Markup, height: float, centre: str, members: Sequence[PictureMember], *, stands_alone: bool) -> Markup:
    if stands_alone:
        title, description = describe(centre, members)
        says = Markup("<title>{}</title><desc>{}</desc>").format(title, description)
        opening = Markup('class="pw-picture pw-picture--alone" role="img"')
    else:
        says = Markup("")
        opening = Markup('class="pw-picture" aria-hidden="true" focusable="false"')
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" {} viewBox="0 0 {} {:.0f}" width="{}" height="{:.0f}" '
        'font-family="{}">{}{}</svg>'
    ).format(opening, WIDTH, height, WIDTH, height, FONT, says, body)


def describe(centre: str, members: Sequence[PictureMember]) -> tuple[str, str]:
    """The picture in words: how many support whom, and then who, with their role and agency."""
    number = len(members)
    said = {"count": number, "name": _clean(centre)}
    title = ngettext("%(count)d person supports %(name)s", "%(count)d people support %(name)s", number) % said
    listed = "; ".join(
        _clean(", ".join(text for text in (member.name, member.role, member.agency, member.recency_text) if text))
        for member in members
    )
    return title, listed or gettext("Nobody is listed yet")


def _clean(text: str) -> str:
    """The text without control characters and direction marks, which would break or turn the picture's labels."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})


def _shorten(text: str, longest: int = LONGEST_LABEL) -> str:
    whole = " ".join(_clean(text).split())
    return whole if len(whole) <= longest else whole[: longest - 1].rstrip() + "…"
