"""Addresses as people write them, brought to one form so that two can be compared.

Pure rules, good enough to say "the same home" or "not". It is no gazetteer: it checks no address against a list.
"""

import re
from dataclasses import dataclass

from core.people.names import fold, is_formula_or_markup

_ABBREVIATIONS = {
    "ave": "avenue", "av": "avenue", "cl": "close", "cres": "crescent", "ct": "court", "dr": "drive", "gdns": "gardens",
    "gr": "grove", "hse": "house", "ln": "lane", "pde": "parade", "pl": "place", "rd": "road", "st": "street",
    "tce": "terrace", "apt": "flat", "unit": "flat", "apartment": "flat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    """One address in comparable form: its numbers in order (flat, then house) and the words of its street."""

    numbers: tuple[str, ...]
    street: str

    @property
    def key(self) -> str:
        """The whole as one text, or "" where it does not name one home."""
        return f"{' '.join(self.numbers)} {self.street}" if self.numbers and self.street else ""


NOWHERE = Home((), "")


def home(address: str) -> Home:
    """`address` in comparable form; the town does not count, for it is often left out or another one."""
    if is_formula_or_markup(address):
        return NOWHERE
    segments = [re.sub(r"[/]", " ", fold(segment)).split() for segment in re.split(r"[,\r\n]+", address)]
    numbered = [index for index, words in enumerate(segments) if any(_is_number(word) for word in words)]
    if not numbered:
        return Home((), " ".join(_plain(segments[0])))
    before = [word for words in segments[: numbered[-1] + 1] for word in words]
    numbers = tuple(word for word in before if _is_number(word))
    street = _plain([word for word in segments[numbered[-1]] if not _is_number(word)])
    if not [word for word in street if word != "flat"] and numbered[-1] + 1 < len(segments):
        street = _plain(segments[numbered[-1] + 1])  # "Flat 3, Mill House": the name stands in the next part
    return Home(numbers, " ".join(word for word in street if word != "flat"))


def _is_number(word: str) -> bool:
    return word[0].isdigit()


def _plain(words: list[str]) -> list[str]:
    return [
        _ABBREVIATIONS.get(word, word) if index or word in {"apt", "unit"} else word for index, word in enumerate(words)
    ]
