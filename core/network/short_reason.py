"""The short reason for limited sight: the one text that is ever typed about a client, and kept bare on purpose.

It says why the record is needed now. It may not hold the client's names, a number or a date: those are in the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.people.names import clean, fold, fold_tokens

MOST_CHARACTERS: Final = 200
_NUMBER = re.compile(r"(?:\d[\s().\-/+]*){7,}")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_DATES = (
    re.compile(r"\b\d{1,4}\s*[./\-]\s*\d{1,2}\s*[./\-]\s*\d{1,4}\b"),
    re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s*(?:of\s+)?{_MONTH}\b(?:\s*,?\s*\d{{2,4}})?", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:\s*,?\s*\d{{2,4}})?", re.IGNORECASE),
)


def tidy(text: str) -> str:
    """As it is kept: one line, without signs that do not print."""
    return " ".join(clean(text).split())


def problem_with(text: str, *, names: Iterable[str], least: int) -> str:
    """What to change before this may be kept, as a sentence; empty when nothing. `least` is in characters."""
    said = tidy(text)
    if len(said) < least:
        return ngettext(
            "Say in a few words why you need it now: at least %(num)d character.",
            "Say in a few words why you need it now: at least %(num)d characters.",
            least,
        ) % {"num": least}
    if len(said) > MOST_CHARACTERS:
        return _("Say it in at most %(num)d characters: why you need it now, and no more.") % {"num": MOST_CHARACTERS}
    known = {token for name in names for token in fold_tokens(name) if len(token) > 1}
    if known & _words(said) or _NUMBER.search(said) or any(date.search(said) for date in _DATES):
        return _("Leave out names, numbers and dates: say only why you need it now. The record holds the rest.")
    return ""


def _words(said: str) -> set[str]:
    """Every word, folded as names are, and without the s of “Amelia's”."""
    words = set(re.findall(r"[^\W_]+", fold(said))) | set(fold_tokens(said))
    return words | {word.removesuffix("s") for word in words}
