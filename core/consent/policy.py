"""A council's policy: a regime pack, and what that council tightened.

A council may only tighten; loosening needs a new version of the pack. Which policy holds on which day is a record;
this is the policy itself, and the rules that follow from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from core.consent.own_words import with_own_words
from core.consent.pack import STANDARD_CLASS, Basis, OtherViewers, Pack

APPROVALS_BY_TWO: Final = ("publication", "shield", "unshield")
"""Kinds of approval that a council may have two different people decide."""

_NOTHING: Mapping[str, int] = MappingProxyType({})
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_NO_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Tightening:
    """What a council made stricter than its pack. Nothing here may loosen; `policy_checks` refuses what would.

    `bases_off`: routes this council does not use; `bases_signed`: those that the pack keeps off until a council's
    information-governance lead signs them, and this one did. `review_days`, `more_fields`: by basis. `classes`: service
    types by code that this council keeps as close as a class of sensitive services. `hidden_always`: more classes of
    which others never learn even that one is there; `hides_masked`: no class is ever shown as masked. Days that are
    None are the pack's. `two_people_for`: kinds of approval that two must decide. `wording`: a council's own words, by
    the path of the pack's (`conversation.step.why.text`).
    """

    bases_off: frozenset[str] = frozenset()
    bases_signed: frozenset[str] = frozenset()
    review_days: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    more_fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_FIELDS)
    classes: Mapping[str, str] = field(default_factory=lambda: _NO_WORDS)
    hidden_always: frozenset[str] = frozenset()
    hides_masked: bool = False
    standard_consent_days: int | None = None
    sensitive_consent_days: int | None = None
    override_days: int | None = None
    freshness_days: int | None = None
    two_people_for: frozenset[str] = frozenset()
    wording: Mapping[str, str] = field(default_factory=lambda: _NO_WORDS)


@dataclass(frozen=True)
class Policy:
    """A pack as one council applies it."""

    pack: Pack
    tightening: Tightening = field(default_factory=Tightening)

    @cached_property
    def rules(self) -> Pack:
        """The pack with the tightening applied: what every decision reads."""
        pack, tighter = self.pack, self.tightening
        sensitive = pack.sensitive
        own_classes = dict.fromkeys((*sensitive.classes, *sorted(tighter.classes.values())))
        return replace(
            with_own_words(pack, tighter.wording),
            bases=tuple(self._basis(basis) for basis in pack.bases if basis.code not in tighter.bases_off),
            sensitive=replace(
                sensitive,
                classes=tuple(own_classes),
                hidden_always=tuple(dict.fromkeys((*sensitive.hidden_always, *sorted(tighter.hidden_always)))),
                other_viewers=OtherViewers.HIDDEN if tighter.hides_masked else sensitive.other_viewers,
                consent_days=_least(sensitive.consent_days, tighter.sensitive_consent_days),
                override_days=_least(sensitive.override_days, tighter.override_days),
            ),
            standard_consent_days=_least(pack.standard_consent_days, tighter.standard_consent_days),
            freshness_days=_least(pack.freshness_days, tighter.freshness_days),
        )

    def _basis(self, basis: Basis) -> Basis:
        more = self.tightening.more_fields.get(basis.code, ())
        days = self.tightening.review_days.get(basis.code)
        if not more and days is None:
            return basis
        fields = tuple(dict.fromkeys((*basis.fields, *more)))
        return replace(basis, fields=fields, review_days=_least(basis.review_days, days))

    def class_of(self, type_code: str, own_class: str) -> str:
        """The class of a service: its type's own, or where that is `standard` the one this council gave the type."""
        return self.tightening.classes.get(type_code, own_class) if own_class == STANDARD_CLASS else own_class

    @property
    def kept_close(self) -> frozenset[str]:
        """Codes of the service types that are sensitive by this council's policy and not by their own class."""
        return frozenset(self.tightening.classes)

    def in_force(self, on: date) -> frozenset[str]:
        """Codes of the bases that a publication may rest on, on a day."""
        return frozenset(basis.code for basis in self.rules.bases if basis.is_in_force(on))


def starting_policy(pack: Pack) -> Policy:
    """A new council's policy: the pack, without the bases that wait for its information-governance lead to sign."""
    return Policy(pack, Tightening(bases_off=frozenset(pack.conversation.off_until_signed)))


def tightening_from(stored: Mapping[str, object]) -> Tightening:
    """A tightening as it was stored. Raises ValueError for a key or a value that no release ever wrote."""
    unknown = stored.keys() - _READERS.keys()
    if unknown:
        raise ValueError(f"A stored policy holds what this release does not know: {', '.join(sorted(unknown))}.")
    return Tightening(**{name: _READERS[name](value) for name, value in stored.items()})  # type: ignore[arg-type]


def stored_tightening(tighter: Tightening) -> dict[str, object]:
    """A tightening as plain values for a record, without what was left as the pack has it."""
    plain: dict[str, object] = {}
    for name in _READERS:
        value = getattr(tighter, name)
        if not value:
            continue
        if isinstance(value, frozenset):
            value = sorted(value)
        elif isinstance(value, Mapping):
            value = {key: list(one) if isinstance(one, tuple) else one for key, one in sorted(value.items())}
        plain[name] = value
    return plain


def _least(law: int, own: int | None) -> int:
    return law if own is None else min(law, own)


def _codes(value: object) -> frozenset[str]:
    return frozenset(_texts(value))


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, Iterable) or isinstance(value, str):
        raise ValueError("A stored policy holds something else where a list of codes belongs.")  # noqa: TRY004  # one kind of error for one kind of damage
    return tuple(str(one) for one in value)


def _number(value: object) -> int:
    return int(str(value))


def _flag(value: object) -> bool:
    return value is True


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("A stored policy holds something else where a table belongs.")  # noqa: TRY004  # as above
    return value


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "bases_off": _codes,
    "bases_signed": _codes,
    "review_days": lambda value: MappingProxyType({key: _number(one) for key, one in _table(value).items()}),
    "more_fields": lambda value: MappingProxyType({key: _texts(one) for key, one in _table(value).items()}),
    "classes": lambda value: MappingProxyType({key: str(one) for key, one in _table(value).items()}),
    "hidden_always": _codes,
    "hides_masked": _flag,
    "standard_consent_days": _number,
    "sensitive_consent_days": _number,
    "override_days": _number,
    "freshness_days": _number,
    "two_people_for": _codes,
    "wording": lambda value: MappingProxyType({key: str(one) for key, one in _table(value).items()}),
}
