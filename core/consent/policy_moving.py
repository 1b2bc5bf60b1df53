"""A council's tightening on another footing: carried over to another version of its pack, or joined with a template's.

Neither ever loosens what the council had, save where the law itself now says otherwise. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.consent.own_words import words_by_path
from core.consent.pack import STANDARD_CLASS, Pack
from core.consent.policy import APPROVALS_BY_TWO, Tightening
from core.consent.policy_checks import askable_fields, check_tightening, promises_too_much


@dataclass(frozen=True, slots=True)
class Moved:
    """A tightening that the other version lets stand, and what of the old one has no place there, as paths."""

    tightening: Tightening
    dropped: tuple[str, ...]


def moved_to(pack: Pack, tighter: Tightening, *, before: Pack, types: Mapping[str, str]) -> Moved:
    """A council's tightening of `before`, as the version `pack` lets it stand.

    A signature counts for the route as it read when it was signed: where the route reads otherwise now, it is off until
    it is signed again. `types` maps each service type on offer to its class.
    """
    codes = frozenset(basis.code for basis in pack.bases)
    waiting = frozenset(pack.conversation.off_until_signed)
    signed = frozenset(
        code for code in tighter.bases_signed & waiting if code in codes and pack.basis(code) == before.basis(code)
    )
    off = _off(pack, (tighter.bases_off & codes) | (waiting - signed), waiting - signed)
    theirs = words_by_path(pack)
    moved = replace(
        tighter,
        bases_off=off,
        bases_signed=signed,
        review_days={
            code: days
            for code, days in tighter.review_days.items()
            if (basis := pack.basis(code)) is not None and days <= basis.review_days
        },
        more_fields=_more_fields(pack, tighter.more_fields),
        classes=_classes(pack, tighter.classes, types),
        hidden_always=tighter.hidden_always & (frozenset(pack.sensitive.classes) | frozenset(types.values())),
        standard_consent_days=_at_most(tighter.standard_consent_days, pack.standard_consent_days),
        sensitive_consent_days=_at_most(tighter.sensitive_consent_days, pack.sensitive.consent_days),
        override_days=_at_most(tighter.override_days, pack.sensitive.override_days),
        freshness_days=_at_most(tighter.freshness_days, pack.freshness_days),
        two_people_for=tighter.two_people_for & frozenset(APPROVALS_BY_TWO),
        wording={
            path: text
            for path, text in tighter.wording.items()
            if path in theirs and text != theirs[path] and not promises_too_much(text)
        },
    )
    if check_tightening(pack, moved, types=types):
        # Nothing of it can stand beside the rest: what the law starts from can, always.
        moved = Tightening(bases_off=waiting)
    return Moved(moved, tuple(_dropped(tighter, moved)))


def stricter_of(ours: Tightening, theirs: Tightening) -> Tightening:
    """What is at least as strict as both. Where both say something in words of their own, theirs are taken."""
    off = ours.bases_off | theirs.bases_off
    return Tightening(
        bases_off=off,
        bases_signed=ours.bases_signed - off,
        review_days=_least_of(ours.review_days, theirs.review_days),
        more_fields={
            code: tuple(dict.fromkeys((*ours.more_fields.get(code, ()), *theirs.more_fields.get(code, ()))))
            for code in sorted({*ours.more_fields, *theirs.more_fields})
        },
        classes={**theirs.classes, **ours.classes},
        hidden_always=ours.hidden_always | theirs.hidden_always,
        hides_masked=ours.hides_masked or theirs.hides_masked,
        standard_consent_days=_least(ours.standard_consent_days, theirs.standard_consent_days),
        sensitive_consent_days=_least(ours.sensitive_consent_days, theirs.sensitive_consent_days),
        override_days=_least(ours.override_days, theirs.override_days),
        freshness_days=_least(ours.freshness_days, theirs.freshness_days),
        two_people_for=ours.two_people_for | theirs.two_people_for,
        wording={**ours.wording, **theirs.wording},
    )


def stays_signed(joined: Tightening, ours: Tightening, pack: Pack) -> Tightening:
    """The same, where a template keeps a route off only because nobody had signed it there: ours is signed here."""
    kept = ours.bases_signed & frozenset(pack.conversation.off_until_signed)
    return replace(joined, bases_off=joined.bases_off - kept, bases_signed=joined.bases_signed | kept)


def _off(pack: Pack, off: frozenset[str], must: frozenset[str]) -> frozenset[str]:
    """The routes off; where that left none that rests on a person's own yes, only those that the law keeps off."""
    left = (basis for basis in pack.bases if basis.code not in off)
    if any(basis.consenter and basis.code in pack.conversation.default_order for basis in left):
        return off
    return must


def _more_fields(pack: Pack, more: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, slugs in more.items():
        basis = pack.basis(code)
        kept = tuple(slug for slug in slugs if basis is not None and slug in askable_fields(pack, basis))
        if kept:
            found[code] = kept
    return found


def _classes(pack: Pack, classes: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    known = (frozenset(pack.sensitive.classes) | frozenset(types.values())) - {STANDARD_CLASS}
    return {code: cls for code, cls in classes.items() if cls in known and types.get(code) in (STANDARD_CLASS, cls)}


def _at_most(own: int | None, law: int) -> int | None:
    return own if own is not None and own <= law else None


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _least_of(ours: Mapping[str, int], theirs: Mapping[str, int]) -> dict[str, int]:
    return {code: min(table[code] for table in (ours, theirs) if code in table) for code in sorted({*ours, *theirs})}


def _dropped(before: Tightening, after: Tightening) -> list[str]:
    found = [f"bases_off.{code}" for code in sorted(before.bases_off - after.bases_off)]
    found += [f"bases_signed.{code}" for code in sorted(before.bases_signed - after.bases_signed)]
    found += [f"hidden_always.{cls}" for cls in sorted(before.hidden_always - after.hidden_always)]
    for name in ("review_days", "classes", "wording"):
        was, now = getattr(before, name), getattr(after, name)
        found += [f"{name}.{key}" for key in sorted(was) if key not in now]
    for code, slugs in sorted(before.more_fields.items()):
        found += [f"more_fields.{code}.{slug}" for slug in slugs if slug not in after.more_fields.get(code, ())]
    for name in ("standard_consent_days", "sensitive_consent_days", "override_days", "freshness_days"):
        if getattr(before, name) is not None and getattr(after, name) is None:
            found.append(name)
    return found
