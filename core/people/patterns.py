"""How a search finds names in the database: patterns that PostgreSQL's trigram index can answer.

Pure: it makes the patterns, `queries` runs them. A pattern with a gap (`sm%h`) finds every word that differs in that
place by one letter put in, left out, taken for another or swapped with its neighbour; whatever else it finds, ranking
drops. Every pattern keeps three signs in a row somewhere, without which the index could not be used.
"""

from __future__ import annotations

from core.people.names import short_forms

GAPS_FROM = 4
"""Letters from which a word is also looked for with a slip in it; below, half the list would fit."""

MOST_SHORT_FORMS = 12


def exactly(word: str) -> str:
    """The word itself, anywhere among a client's names."""
    return f"% {_escaped(word)} %"


def nearly(word: str) -> tuple[str, ...]:
    """The word with one slip, as the beginning of a longer one, or as a short form of it."""
    patterns = [exactly(other) for other in sorted(short_forms(word))[:MOST_SHORT_FORMS]]
    if len(word) < GAPS_FROM:
        swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
        patterns += [exactly(other) for other in sorted({word, *swapped})]
        if len(word) == GAPS_FROM - 1:
            patterns.append(f"% {_escaped(word)}%")
        return tuple(dict.fromkeys(patterns))
    patterns.append(f"% {_escaped(word)}%")
    patterns.append(f"%{_escaped(word[2:])} %")
    patterns += [f"% {_escaped(word[:at])}%{_escaped(word[at + 2 :])} %" for at in range(1, len(word))]
    return tuple(dict.fromkeys(patterns))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
