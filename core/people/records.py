"""A client as plain values: what queries return and what ranking and comparing read. Knows no database.

`ClientRecord` is one listed client; `ClientDetails` is what somebody types about one, checked and ready to keep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

from core.people import names
from core.people.identity import NHS, ApproximateAge, Identity, spoken, whole_years

NHS_NUMBER = "nhs_number"
"""The packs' code for the NHS number, as identifiers are stored; `identity.NHS` is the matching rules' own."""

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """What picks out one person, as it is kept: names tidied, phone in E.164, postcode in its usual writing."""

    given_name: str
    family_name: str
    middle_names: str = ""
    known_as: str = ""
    former_family_name: str = ""
    birth_date: date | None = None
    approximate_age: ApproximateAge | None = None
    address: str = ""
    postcode: str = ""
    phone: str = ""

    @property
    def identity(self) -> Identity:
        """The same, as the matching rules take it."""
        return Identity(
            given=self.given_name,
            middle=self.middle_names,
            family=self.family_name,
            known_as=self.known_as,
            former_family=self.former_family_name,
            birth_date=self.birth_date,
            approximate_age=self.approximate_age,
            address=self.address,
            postcode=self.postcode,
            phone=self.phone,
        )


@dataclass(frozen=True)
class ClientRecord:
    """One listed client, with the version that a later change must name."""

    id: UUID
    details: ClientDetails
    version: int = 1
    shield: str = "none"
    identifiers: Mapping[str, str] = field(default_factory=lambda: NOTHING, hash=False)

    @cached_property
    def identity(self) -> Identity:
        """As the matching rules take it, identifiers included."""
        numbers = {NHS if kind == NHS_NUMBER else kind: value for kind, value in self.identifiers.items()}
        described = self.details.identity
        return Identity(
            **{name: getattr(described, name) for name in described.__slots__ if name != "identifiers"},
            identifiers=numbers,
        )

    @cached_property
    def given_words(self) -> tuple[str, ...]:
        """Folded words of the names they are called by."""
        return (*names.fold_tokens(self.details.given_name), *names.fold_tokens(self.details.known_as))

    @cached_property
    def other_words(self) -> tuple[str, ...]:
        """Folded words of family, former and middle names."""
        kept = self.details
        every = (kept.family_name, kept.former_family_name, kept.middle_names)
        return tuple(word for name in every for word in names.fold_tokens(name))

    @property
    def surname(self) -> str:
        """As it stands first in a list: in capitals."""
        return self.details.family_name.upper()

    @property
    def full_name(self) -> str:
        """As people say it."""
        return f"{self.details.given_name} {self.details.family_name}"

    @property
    def listed_name(self) -> str:
        """SURNAME, First (known as)."""
        called = f" ({self.details.known_as})" if self.details.known_as else ""
        return f"{self.surname}, {self.details.given_name}{called}"

    def born_words(self, today: date) -> str:
        """“Born 3 April 2015, 11 years”, “About 14 to 16 years”, or "" where nothing is known."""
        born, guessed = self.details.birth_date, self.details.approximate_age
        if born is not None:
            return f"Born {spoken(born)}, {_years(whole_years(born, today))}"
        if guessed is None:
            return ""
        passed = today.year - guessed.as_of.year
        youngest, oldest = guessed.youngest + passed, guessed.oldest + passed
        return f"About {_years(oldest)}" if youngest == oldest else f"About {youngest} to {_years(oldest)}"

    @property
    def place(self) -> str:
        """Town and the first half of the postcode: enough to tell two people apart, and no more."""
        return " ".join(part for part in (town_of(self.details.address), self.details.postcode.split(" ")[0]) if part)


def town_of(address: str) -> str:
    """The town of an address as people write it: its last part, if that holds no number and is not all there is."""
    parts = [part.strip() for part in re.split(r"[,\n]+", address) if part.strip()]
    return parts[-1] if len(parts) > 1 and not any(sign.isdigit() for sign in parts[-1]) else ""


def _years(count: int) -> str:
    return f"{count} year" if count == 1 else f"{count} years"
