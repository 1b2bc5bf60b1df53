"""How a search finds names in the database: patterns that PostgreSQL's trigram index can answer.

Pure: it makes the patterns, `queries` runs them. A pattern with a gap (`sm%h`) finds every word that differs in that
place by one letter put in, left out, taken for another or swapped with its neighbour; whatever else it finds, ranking
drops.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.people.names import short_forms

SLIPS_FROM = 3
GAPS_FROM = 5
"""Letters from which a word is looked for with a gap in it; in shorter ones a gap would fit half the list."""

HALVES_FROM = 8
"""Letters from which one half of a word is enough to look by: there may be two slips in the other."""

MOST_SHORT_FORMS = 12


def exactly(word: str) -> tuple[str, ...]:
    """The word itself, anywhere among a client's names."""
    return (f"% {_escaped(word)} %",)


def beginning(word: str) -> tuple[str, ...]:
    """The word as the beginning of a longer one, for who is still typing; none for a word too short to look up."""
    return (f"% {_escaped(word)}%",) if len(word) >= SLIPS_FROM else ()


def short(word: str) -> tuple[str, ...]:
    """The word, or a name it is short for, or a short form of it."""
    others = sorted(short_forms(word))[:MOST_SHORT_FORMS]
    return tuple(dict.fromkeys(pattern for one in (word, *others) for pattern in exactly(one)))


def nearly(word: str) -> tuple[str, ...]:
    """The word, a beginning or a short form of it, or the word with one slip."""
    slips = _gaps(word) if len(word) >= GAPS_FROM else _slips(word)
    return tuple(dict.fromkeys((*short(word), *beginning(word), *slips)))


def _gaps(word: str) -> Iterator[str]:
    yield f"%{_escaped(word[2:])} %"
    for at in range(1, len(word)):
        yield f"% {_escaped(word[:at])}%{_escaped(word[at + 2 :])} %"
    if len(word) >= HALVES_FROM:
        half = len(word) // 2 + 1
        yield f"% {_escaped(word[:half])}%"
        yield f"%{_escaped(word[-half:])} %"


def _slips(word: str) -> Iterator[str]:
    """Every slip by itself, for a short word: neighbours swapped, a letter wrong, missing or too many."""
    if len(word) < SLIPS_FROM:
        return
    for at in range(len(word) - 1):
        yield f"% {_escaped(word[:at] + word[at + 1] + word[at] + word[at + 2 :])} %"
    if len(word) == SLIPS_FROM:
        return
    for at in range(len(word)):
        before, after = _escaped(word[:at]), _escaped(word[at + 1 :])
        yield f"% {before}_{after} %"
        yield f"% {before}{after} %"
        yield f"% {before}_{_escaped(word[at:])} %"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
