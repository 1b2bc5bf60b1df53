"""The demonstration's invented rosters: which council has which, as of which day, and who of it can sign in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
LIST: Final = HERE / "samples.toml"
MAPPINGS: Final = HERE.parent / "roster" / "mappings"


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """Somebody who can sign in: their address, what they are, and how many clients of others they come to support.

    `roles` is for somebody not in the staff file, and so without a contact card; `functions` are the law pack's own.
    """

    email: str
    what: str
    joins: int = 0
    roles: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One council's sample. `as_of` is the day its files tell of; `trains` the pack whose training councils take it."""

    council: str
    folder: Path
    mappings: Path
    as_of: date
    accounts: tuple[SampleAccount, ...]
    trains: str = ""


def read_samples() -> tuple[Sample, ...]:
    """Every sample of the list, in its order."""
    data = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return tuple(
        Sample(
            council=entry["council"],
            folder=HERE / entry["folder"],
            mappings=MAPPINGS / entry["folder"],
            as_of=entry["as_of"],
            accounts=tuple(
                SampleAccount(
                    one["email"],
                    one["what"],
                    one.get("joins", 0),
                    tuple(one.get("roles", ())),
                    tuple(one.get("functions", ())),
                )
                for one in entry["account"]
            ),
            trains=entry.get("trains", ""),
        )
        for entry in data["sample"]
    )


def sample_of(council: str) -> Sample | None:
    """The sample of the council of that name, whatever its capitals, or None."""
    return next((sample for sample in read_samples() if sample.council.casefold() == council.casefold()), None)


def sample_for_pack(pack_id: str) -> Sample | None:
    """The sample that training councils on this law pack are filled with, or None."""
    return next((sample for sample in read_samples() if sample.trains == pack_id), None)
