"""May a council tighten its pack like this? Every loosening, and everything that would mean nothing, in one sentence.

Regimes, section 9.1: shorter reviews, more classes, more fields, fewer bases, `masked` to `hidden`. Loosening needs a
new version of the pack, signed off. Pure, as the decision procedure is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from core.consent.evidence import options_for
from core.consent.own_words import words_by_path
from core.consent.pack import STANDARD_CLASS, Basis, Pack
from core.consent.policy import APPROVALS_BY_TWO, Tightening
from core.consent.wording import FieldSource, TakenFrom

LONGEST_TEXT: Final = 400

_LIMITS: Final = re.compile(
    r"\b(unless|except|but if|limits?|may have to|might have to|could have to|must (?:tell|share)|not confidential)\b",
    re.IGNORECASE,
)
_CONFIDENTIAL: Final = re.compile(r"\bconfidential(?:ly|ity)?\b(?! services?\b)", re.IGNORECASE)
_ANONYMOUS: Final = re.compile(r"\banonym", re.IGNORECASE)
_TELLING: Final = r"(?:told|tell|shared?|show[ns]?|pass(?:ed)?|disclosed?|know[ns]?|see|hear|learn|find out)"
_ANYBODY: Final = r"(?:any ?one|any ?body|others|other people)"
_PROMISES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:nobody|no[ -]?one|no other (?:person|people))\b[^.?!]*\b{_TELLING}\b",
        rf"\bnever\b[^.?!]*\b{_TELLING}\b",
        rf"\b(?:will|would|do|does|shall|can|is|are|be) ?not\b[^.?!]*\b{_TELLING}\b[^.?!]*\b{_ANYBODY}\b",
        rf"\b(?:won't|don't|can't)[^.?!]*\b{_TELLING}\b[^.?!]*\b{_ANYBODY}\b",
        r"\b(?:completely|totally|absolutely|entirely|always|100 ?%) (?:private|secret|safe|secure)\b",
        r"\b(?:secret|guaranteed?s?|(?:we|i) promise)\b",
    )
)


def check_tightening(pack: Pack, tighter: Tightening, *, types: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each thing that can't be; none when all of it tightens.

    `types` maps each service type that this council offers to its class in the catalogue.
    """
    return (
        *_routes(pack, tighter),
        *_periods(pack, tighter),
        *_evidence(pack, tighter.more_fields),
        *_services(pack, tighter, types),
        *_approvals(tighter.two_people_for),
        *_words(pack, tighter.wording),
    )


def promises_too_much(text: str) -> str:
    """Why these words may not be said to anybody, as a sentence; empty when they may (regimes, section 8.1)."""
    text = text.replace("\u2019", "'")  # as word processors write an apostrophe
    if _ANONYMOUS.search(text):
        return "it says “anonymous”, and a list of who helps whom never is."
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        if _CONFIDENTIAL.search(sentence) and not _LIMITS.search(text):
            return "it says “confidential” without the limits: say when it may have to be shared."
        if any(promise.search(sentence) for promise in _PROMISES) and not _LIMITS.search(sentence):
            return "it promises that nobody will ever be told, which the law does not let anyone promise."
    return ""


def _routes(pack: Pack, tighter: Tightening) -> Iterator[str]:
    for code in sorted(tighter.bases_off | tighter.bases_signed):
        if pack.basis(code) is None:
            yield _no_route(pack, code)
    needs_signing = frozenset(pack.conversation.off_until_signed)
    for code in sorted(tighter.bases_signed):
        if pack.basis(code) is not None and code not in needs_signing:
            yield f"“{_route(pack, code)}” needs no signing: the law does not keep it off."
        elif code in tighter.bases_off:
            yield f"“{_route(pack, code)}” can't be signed and switched off at once."
    for code in sorted(needs_signing - tighter.bases_off - tighter.bases_signed):
        yield f"“{_route(pack, code)}” stays off until the information-governance officer signs it for this council."
    left = [basis for basis in pack.bases if basis.code not in tighter.bases_off]
    defaults = pack.conversation.default_order
    if not any(basis.consenter and basis.code in defaults for basis in left):
        yield "One route that rests on a person's own yes must stay on: without it, agreeing would show nothing."


def _periods(pack: Pack, tighter: Tightening) -> Iterator[str]:
    for code, days in sorted(tighter.review_days.items()):
        basis = pack.basis(code)
        if basis is None:
            yield _no_route(pack, code)
        else:
            yield from _shorter(f"The review of “{_route(pack, code)}”", days, basis.review_days)
    limits = (
        ("The time a yes counts", tighter.standard_consent_days, pack.standard_consent_days),
        ("The time a yes counts for a sensitive service", tighter.sensitive_consent_days, pack.sensitive.consent_days),
        ("The review of a sensitive service shown without a yes", tighter.override_days, pack.sensitive.override_days),
        ("The time until an unconfirmed line fades", tighter.freshness_days, pack.freshness_days),
    )
    for what, own, law in limits:
        if own is not None:
            yield from _shorter(what, own, law)


def _shorter(what: str, own: int, law: int) -> Iterator[str]:
    if own < 1:
        yield f"{what} must be at least 1 day."
    elif own > law:
        yield f"{what} can be shortened, not lengthened: the law pack gives {law} days, and {own} is longer."


def _evidence(pack: Pack, more: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for code, slugs in sorted(more.items()):
        basis = pack.basis(code)
        if basis is None:
            yield _no_route(pack, code)
            continue
        for slug in slugs:
            if slug not in pack.wording.fields:
                yield f"The law pack has no words for the evidence “{_quoted(slug)}”, so nobody could be asked for it."
            elif slug not in askable_fields(pack, basis) and slug not in basis.fields:
                label = pack.wording.fields[slug].label
                yield f"“{label}” can't be answered by the route “{_route(pack, code)}”: nothing could be shown."


def askable_fields(pack: Pack, basis: Basis) -> tuple[str, ...]:
    """Evidence that a council may ask for on a route beyond what the law does: it has an answer there."""
    return tuple(
        slug
        for slug, field in pack.wording.fields.items()
        if slug not in basis.fields
        and (field.source is not FieldSource.LIST or options_for(basis, field))
        and (field.taken_from is not TakenFrom.FACTORS or basis.factors)
    )


def _services(pack: Pack, tighter: Tightening, types: Mapping[str, str]) -> Iterator[str]:
    classes = (frozenset(pack.sensitive.classes) | frozenset(types.values())) - {STANDARD_CLASS}
    for code, cls in sorted(tighter.classes.items()):
        own = types.get(code)
        if own is None:
            yield f"This council offers no service of the type “{_quoted(code)}”."
        elif own not in (STANDARD_CLASS, cls):
            core = " It is one of the law's core classes." if own in pack.sensitive.core_classes else ""
            yield f"“{code}” is sensitive already, as {_plain(own)}: a council can't make it anything else.{core}"
        elif cls == STANDARD_CLASS:
            yield f"“{code}” can't be made an ordinary service: a council may only keep services closer."
        elif cls not in classes:
            yield f"Neither the law pack nor the catalogue has a class “{_quoted(cls)}” of sensitive services."
    for cls in sorted(tighter.hidden_always - classes):
        yield f"Neither the law pack nor the catalogue has a class “{_quoted(cls)}” of sensitive services."


def _approvals(kinds: Iterable[str]) -> Iterator[str]:
    for kind in sorted(set(kinds) - set(APPROVALS_BY_TWO)):
        yield f"“{_quoted(kind)}” is no kind of approval."


def _words(pack: Pack, wording: Mapping[str, str]) -> Iterator[str]:
    known = words_by_path(pack)
    for path, text in sorted(wording.items()):
        if path not in known:
            yield f"The law pack says nothing at “{_quoted(path)}”, so there is nothing to say in other words."
        elif not text.strip():
            yield f"The words for “{_shortened(known[path])}” can't be empty."
        elif len(text) > LONGEST_TEXT:
            yield f"The words for “{_shortened(known[path])}” are longer than {LONGEST_TEXT} characters."
        elif any(not sign.isprintable() for sign in text):
            yield f"The words for “{_shortened(known[path])}” hold a sign that can't be shown: type them on one line."
        elif why := promises_too_much(text):
            yield f"The words for “{_shortened(known[path])}” can't be used: {why}"


def _no_route(pack: Pack, code: str) -> str:
    return f"The law pack for {pack.title} has no route “{_quoted(code)}”."


def _route(pack: Pack, code: str) -> str:
    return pack.wording.routes.get(code, code)


def _plain(cls: str) -> str:
    return cls.replace("_", " ")


def _quoted(text: str) -> str:
    return text[:60]


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
