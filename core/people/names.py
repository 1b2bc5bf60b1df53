"""Names of people as they are typed: cleaned, compared and made searchable.

Pure rules. A name is kept in its own script and spelling; folding serves comparison and search alone and is never
shown. Nothing here decides by sound: phonetic codes put strangers together and miss pairs such as Siobhán and Shivaun.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from nicknames import NickNamer
from rapidfuzz.distance import OSA

MAX_NAME_LENGTH = 100
"""Characters; the longest real names on record fit in it."""

# Letters that carry no separable accent, so that Unicode decomposition leaves them as they are.
_LATIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŋ": "n"}
)
_APOSTROPHES = frozenset("'’‘ʼ`´′＇ʻ")  # noqa: RUF001 - these look-alikes are the point
_HYPHENS = frozenset("-‐‑‒–—―−﹣－_")  # noqa: RUF001 - these look-alikes are the point
_ASCII_FOLDS = str.maketrans("-_.,()", "      ", "'`")  # the short way for the text that most cells hold
_NEVER_IN_A_NAME = frozenset('<>={}[]|\\^~@#$%*;:"!/+')
_FORMULA_STARTS = frozenset("=+@")
_JOINED_PREFIXES = frozenset({"o", "mc", "mac"})
_WILDCARD = "?"  # what a system writes for a letter that its code page lacks

# Pairs common in Britain and Ireland (and among their Polish, Chinese and Romanian families) which the package of
# mostly American short forms lacks.
_FURTHER_SHORT_FORMS: dict[str, tuple[str, ...]] = {
    "alexander": ("alec", "alistair", "lex", "sacha", "xander", "zander"),
    "alexandra": ("alex", "lexi", "sandy", "xandra"),
    "alfred": ("alfie",),
    "archibald": ("archie",),
    "aleksandra": ("ola",),
    "bronwen": ("bron",),
    "caoimhe": ("keeva",),
    "charles": ("charlie", "chas", "chaz"),
    "charlotte": ("charlie", "lottie"),
    "christopher": ("kit",),
    "elizabeth": ("betty", "libby", "lizzie", "liz"),
    "ewan": ("euan",),
    "frederick": ("freddie", "freddy"),
    "gareth": ("gaz",),
    "gary": ("gaz",),
    "georgina": ("georgie",),
    "henry": ("harry",),
    "jakub": ("kuba",),
    "jeremy": ("jez", "jezza"),
    "joanna": ("asia",),
    "katarzyna": ("kasia",),
    "katherine": ("katie", "kate", "kit", "kitty"),
    "krzysztof": ("krzys",),
    "malgorzata": ("gosia",),
    "margaret": ("maggie", "mags", "peggy"),
    "maureen": ("mo",),
    "mohamed": ("mo",),
    "mohammed": ("mo",),
    "muhammad": ("mo",),
    "nicola": ("nicky", "nikki"),
    "oliver": ("ollie",),
    "olivia": ("liv", "livvy", "ollie"),
    "padraig": ("paddy",),
    "patrick": ("paddy",),
    "reginald": ("reggie",),
    "richard": ("rick", "ricky"),
    "siobhan": ("shiv",),
    "terence": ("tel", "terry"),
    "theodore": ("teddy", "theo"),
    "tomasz": ("tomek",),
    "william": ("billy", "will", "wills"),
}
_SPELLINGS: tuple[frozenset[str], ...] = (
    frozenset({"mohammed", "mohamed", "muhammad", "mohammad", "muhammed"}),
    frozenset({"katherine", "catherine", "kathryn", "katharine"}),
    frozenset({"sian", "shan"}),
    frozenset({"siobhan", "shivaun", "chevonne"}),
    frozenset({"sean", "shaun", "shawn"}),
)


class NotAUsableName(ValueError):
    """A cell that should hold a name holds none; `code` says which way, the text is the sentence to show."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class NameParts:
    """The names of one person as search needs them; every part but `family` and `given` may be empty."""

    given: str = ""
    middle: str = ""
    family: str = ""
    known_as: str = ""
    former_family: str = ""


def clean(text: str) -> str:
    """`text` in NFC without control, zero-width, direction or unassigned characters, its spaces collapsed.

    Idempotent. Line breaks and no-break spaces count as spaces.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    spaced = "".join(" " if character.isspace() else character for character in text)
    visible = "".join(character for character in spaced if not unicodedata.category(character).startswith("C"))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def without_pictures(text: str) -> str:
    """`text` without emoji and other picture signs; letters, accents and punctuation stay."""
    kept = "".join(
        character
        for character in text
        if (unicodedata.category(character) not in {"So", "Sk", "Me"} and not _is_variation_selector(character))
        or character in _APOSTROPHES
    )
    return clean(kept)


def is_formula_or_markup(text: str) -> bool:
    """Whether a spreadsheet or a browser would run `text` rather than show it."""
    stripped = text.strip()
    if not stripped:
        return False
    if stripped[0] in _FORMULA_STARTS:
        return not stripped[1:].replace(" ", "").isdigit()  # +447700900123 is a number, not a formula
    if stripped[0] == "-":
        return "|" in stripped or "(" in stripped or stripped[1:2].isdigit()
    return "<" in stripped and ">" in stripped


def clean_name(text: str) -> str:
    """A name (or part of one) fit to keep; empty stays empty.

    Raises NotAUsableName (`not_a_name`, `name_too_long`) with a sentence for the person who sent it.
    """
    if len(text) > MAX_NAME_LENGTH * 4:  # refuse before spending time on 10,000 characters
        raise _too_long(len(text))
    cleaned = clean(text)
    if not cleaned:
        return ""
    if is_formula_or_markup(cleaned):
        raise NotAUsableName("not_a_name", "The name holds a formula or mark-up, not a name.")
    name = without_pictures(cleaned).strip(" ,.-")
    if len(name) > MAX_NAME_LENGTH:
        raise _too_long(len(name))
    if not any(character.isalpha() for character in name) or _NEVER_IN_A_NAME & set(name):
        raise NotAUsableName("not_a_name", "The name holds signs that no name has.")
    return name


def tidy_case(name: str) -> str:
    """`name` with capitals where they belong, if it came all in capitals or all in small letters."""
    if not (name.isupper() or name.islower()):
        return name
    return "".join(_capitalised(piece) for piece in _pieces(name.lower()))


def fold(text: str) -> str:
    """`text` for comparison: small letters, no accents, hyphens as spaces, no apostrophes, single spaces.

    Only Latin letters lose their accents; other scripts stay as they are, for nothing is transliterated. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().translate(_ASCII_FOLDS).split())
    lowered = unicodedata.normalize("NFC", clean(text)).casefold().translate(_LATIN_LETTERS)
    letters: list[str] = []
    for character in lowered:
        accent_on_latin = unicodedata.combining(character) and letters and "a" <= letters[-1][-1:] <= "z"
        if not accent_on_latin:
            letters.append(_folded_character(character))
    return clean("".join(letters))


def fold_tokens(text: str) -> tuple[str, ...]:
    """The words of `fold(text)`, with O', Mc and Mac joined to the word they belong to."""
    words: list[str] = []
    prefix = ""
    for word in fold(text).split():
        if word in _JOINED_PREFIXES and not prefix:
            prefix = word
            continue
        words.append(prefix + word)
        prefix = ""
    if prefix:
        words.append(prefix)
    return tuple(words)


def search_key(parts: NameParts) -> str:
    """What a search for this person looks in: every name they go by, folded, each word once, in a fixed order."""
    every = (parts.given, parts.middle, parts.family, parts.known_as, parts.former_family)
    return " ".join(dict.fromkeys(token for part in every for token in fold_tokens(part)))


def is_same_spelling(left: str, right: str) -> bool:
    """Whether two folded words are equal, a `?` standing for the one letter that an old system lost."""
    if left == right:
        return True
    if len(left) != len(right) or _WILDCARD not in left + right:
        return False
    return all(a == b or _WILDCARD in (a, b) for a, b in zip(left, right, strict=True)) and _mostly_letters(left, right)


def any_same_spelling(lefts: Iterable[str], rights: Iterable[str]) -> bool:
    """Whether a word of `lefts` is a word of `rights`."""
    others = tuple(rights)
    return any(is_same_spelling(left, right) for left in lefts for right in others)


def is_slip(left: str, right: str) -> bool:
    """Whether one folded word is the other with a letter lost, doubled or swapped with its neighbour.

    A letter put for another is no slip: that is how twins' names differ (Jayden, Jaydon). Short words and first
    letters must agree, since so many short names lie one letter apart.
    """
    if min(len(left), len(right)) < 4 or max(len(left), len(right)) < 5 or left[0] != right[0]:
        return False
    if OSA.distance(left, right, score_cutoff=1) != 1:
        return False
    return len(left) != len(right) or sorted(left) == sorted(right)


def is_misspelling(left: str, right: str) -> bool:
    """Whether two folded given names are one slip apart and only one of them is a name at all.

    Stronger than `is_slip`: "Katheerine" is nobody's name, while Lily and Lilly may be sisters.
    """
    return max(len(left), len(right)) >= 6 and is_slip(left, right) and _is_a_name(left) != _is_a_name(right)


def _is_a_name(word: str) -> bool:
    return bool(short_forms(word))


def is_one_letter_apart(left: str, right: str) -> bool:
    """Whether two folded words differ in one place only: a slip, or another person's name."""
    return min(len(left), len(right)) >= 3 and OSA.distance(left, right, score_cutoff=1) == 1


def short_forms(name: str) -> frozenset[str]:
    """The folded given names that `name` may be short for, and its own short forms; never `name` itself."""
    return _short_form_table().get(name, frozenset())


def are_nicknames(left: str, right: str) -> bool:
    """Whether one folded given name is a usual short or pet form (or a usual other spelling) of the other."""
    return left != right and (right in short_forms(left) or left in short_forms(right))


def is_other_script(left: str, right: str) -> bool:
    """Whether the two are written in different scripts, so that their letters can't be compared at all."""
    if left.isascii() and right.isascii():
        return False
    first, second = _scripts(left), _scripts(right)
    return bool(first) and bool(second) and not first & second


@lru_cache(maxsize=1)  # a table of the language, the same for everybody: no client's name is ever kept in it
def _short_form_table() -> dict[str, frozenset[str]]:
    """Each given name with its short forms, the names it is short for, and its other spellings."""
    table: dict[str, set[str]] = defaultdict(set)
    for lookup in (NickNamer().nickname_lookup, _FURTHER_SHORT_FORMS):
        for full, shorts in lookup.items():
            for short in shorts:
                table[fold(full)].add(fold(short))
                table[fold(short)].add(fold(full))
    for spellings in _SPELLINGS:
        for spelling in spellings:
            table[spelling] |= spellings
    return {name: frozenset(others - {name}) for name, others in table.items()}


def _scripts(text: str) -> frozenset[str]:
    names = (unicodedata.name(character, "") for character in text if character.isalpha())
    return frozenset(name.split(" ", 1)[0] for name in names if name)


def _too_long(length: int) -> NotAUsableName:
    return NotAUsableName(
        "name_too_long", f"The name is {length:,} characters long; a name may have up to {MAX_NAME_LENGTH}."
    )


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f"


def _folded_character(character: str) -> str:
    if character in _APOSTROPHES:
        return ""
    if character in _HYPHENS or character in ".,()":
        return " "
    decomposed = unicodedata.normalize("NFD", character)
    if len(decomposed) > 1 and "a" <= decomposed[0] <= "z":
        return decomposed[0]
    return character


def _mostly_letters(left: str, right: str) -> bool:
    known = sum(1 for a, b in zip(left, right, strict=True) if _WILDCARD not in (a, b))
    return known >= 3 or known * 2 > len(left)


def _pieces(name: str) -> Iterator[str]:
    piece = ""
    for character in name:
        if character.isalpha():
            piece += character
            continue
        yield piece
        yield character
        piece = ""
    yield piece


def _capitalised(piece: str) -> str:
    if piece.startswith("mc") and len(piece) > 3:
        return "Mc" + piece[2:].capitalize()
    return piece.capitalize()
