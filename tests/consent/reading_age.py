"""How hard a text is to read: the Flesch-Kincaid grade (Kincaid and others, 1975), with syllables counted by rule.

Grade 6 is read at about the age of 11. Syllables are counted by groups of vowels, which is right for nearly all short
English words and errs upwards on the others, so the grade is never flattered.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """At least one: groups of vowels, without a silent e at the end."""
    word = word.lower().replace("’", "'").split("'")[0]
    groups = len(_VOWELS.findall(word))
    silent = re.search(r"[^aeiouyl]es?$|[^aeiouydt]ed$", word) and not re.search(r"(?:[sxz]|[cs]h|[cg])es$", word)
    return max(1, groups - bool(silent))


def grade(texts: list[str]) -> float:
    """The grade of these texts together; each text is at least one sentence."""
    words = [word for text in texts for word in _WORD.findall(text)]
    sentences = sum(max(1, len(_SENTENCE.findall(text))) for text in texts)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
