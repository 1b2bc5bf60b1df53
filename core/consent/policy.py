"""A council's policy: a regime pack, and what that council tightened.

A council may only tighten; loosening needs a new version of the pack. Which policy holds on which day is a record;
this is the policy itself, and the rules that follow from it.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from core.consent.pack import Pack


@dataclass(frozen=True, kw_only=True)
class Tightening:
    """What a council made stricter than its pack: so far, the bases it does not use."""

    bases_off: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    """A pack as one council applies it."""

    pack: Pack
    tightening: Tightening = field(default_factory=Tightening)

    @cached_property
    def rules(self) -> Pack:
        """The pack with the tightening applied: what every decision reads."""
        off = self.tightening.bases_off
        return replace(self.pack, bases=tuple(basis for basis in self.pack.bases if basis.code not in off))


def starting_policy(pack: Pack) -> Policy:
    """A new council's policy: the pack, without the bases that wait for its information-governance lead to sign."""
    return Policy(pack, Tightening(bases_off=frozenset(pack.conversation.off_until_signed)))
