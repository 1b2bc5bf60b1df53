"""A council's colours, as custom properties over the one built style sheet. Nothing else of a page can be changed here.

The focus yellow stays for every council: people learn to look for it.
"""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

COLOUR = re.compile(r"#[0-9a-f]{6}")

TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: text against its background."""

PART_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: parts of a control, and graphics, against what is beside them."""

WHITE = "#ffffff"
TEXT = "#0b0c0c"
SECONDARY_TEXT = "#484949"


class InvalidColour(ValueError):
    """A colour must be written as # and six hexadecimal digits, such as #12565a."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as `#rrggbb`. Raises InvalidColour for anything else, so that a theme can hold no other CSS."""

    brand: str
    link: str
    link_hover: str
    link_visited: str
    surface: str
    surface_border: str
    template_background: str

    def __post_init__(self) -> None:
        for part in fields(self):
            colour = str(getattr(self, part.name)).lower()
            if not COLOUR.fullmatch(colour):
                raise InvalidColour(f"{colour!r}: {InvalidColour.__doc__}")
            object.__setattr__(self, part.name, colour)


PATCHWORK = Theme(
    brand="#12565a",
    link="#0f6167",
    link_hover="#083d41",
    link_visited="#54319f",
    surface="#f1f7f6",
    surface_border="#9cc3c1",
    template_background="#f1f7f6",
)
"""The product's own colours, for councils that have chosen none; the same values stand in the built style sheet."""


def theme_from(stored: Mapping[str, str]) -> Theme:
    """The theme a council stored, by the names of Theme's parts; a part not stored is the product's own.

    Raises InvalidColour for a value that is no colour. Names that are no part are left aside.
    """
    names = {part.name for part in fields(Theme)}
    return replace(PATCHWORK, **{name: colour for name, colour in stored.items() if name in names})


PROPERTIES = {
    "brand": "--govuk-brand-colour",
    "link": "--govuk-link-colour",
    "link_hover": "--govuk-link-hover-colour",
    "link_visited": "--govuk-link-visited-colour",
    "surface": "--govuk-surface-background-colour",
    "surface_border": "--govuk-surface-border-colour",
    "template_background": "--govuk-template-background-colour",
}


def stylesheet(theme: Theme) -> str:
    """The theme as CSS: custom properties on the root, nothing more."""
    lines = [f"  {name}: {getattr(theme, part)};" for part, name in PROPERTIES.items()]
    return "\n".join([":root {", *lines, "}", ""])


def theme_hash(theme: Theme) -> str:
    """The name of the theme's style sheet: changes with any colour, so that it may be cached for ever."""
    return hashlib.sha256(stylesheet(theme).encode()).hexdigest()[:20]


def luminance(colour: str) -> float:
    """Relative luminance, from 0 (black) to 1 (white), by WCAG 2.2's definition."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def contrast_problems(theme: Theme) -> list[str]:
    """A sentence for each pair of colours that people would have trouble to tell apart. Empty means all is well."""
    pairs = [
        ("White text on the brand colour", WHITE, theme.brand, TEXT_CONTRAST),
        ("Links on white", theme.link, WHITE, TEXT_CONTRAST),
        ("Links on the surface colour", theme.link, theme.surface, TEXT_CONTRAST),
        ("Links on the page background", theme.link, theme.template_background, TEXT_CONTRAST),
        ("Links under the pointer, on white", theme.link_hover, WHITE, TEXT_CONTRAST),
        ("Links under the pointer, on the surface colour", theme.link_hover, theme.surface, TEXT_CONTRAST),
        ("Visited links on white", theme.link_visited, WHITE, TEXT_CONTRAST),
        ("Visited links on the surface colour", theme.link_visited, theme.surface, TEXT_CONTRAST),
        ("Text on the surface colour", TEXT, theme.surface, TEXT_CONTRAST),
        ("Grey text on the surface colour", SECONDARY_TEXT, theme.surface, TEXT_CONTRAST),
        ("Text on the page background", TEXT, theme.template_background, TEXT_CONTRAST),
        ("The brand colour on the surface colour", theme.brand, theme.surface, TEXT_CONTRAST),
        ("The brand colour on the page background", theme.brand, theme.template_background, PART_CONTRAST),
    ]
    return [
        f"{what}: the contrast is {math.floor(contrast(one, other) * 10) / 10}, and it needs {least} or more. "
        "Choose a darker or a lighter colour."
        for what, one, other, least in pairs
        if contrast(one, other) < least
    ]
