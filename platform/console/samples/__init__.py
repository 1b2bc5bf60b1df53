"""What a demonstration's money consists of: invented companies, prices, customers and counts, from `money.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

LIST: Final = Path(__file__).resolve().parent / "money.toml"


@dataclass(frozen=True, slots=True)
class SampleContract:
    """A council's contract, and its counts, oldest month first. `newest`: what its last invoice is."""

    council: str
    entity: str
    customer: Mapping[str, Any]
    contact: Mapping[str, Any]
    population: int
    counts: tuple[int, ...]
    newest: str
    payment_days: int | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class SampleMoney:
    """All of it. Prices are by currency, kind and quantity; each year's book is `dearer` by this factor."""

    how: str
    dearer: Decimal
    group_discounts: Mapping[int, Decimal]
    entities: tuple[Mapping[str, Any], ...]
    prices: Mapping[str, Mapping[str, Mapping[int, Decimal]]]
    contracts: tuple[SampleContract, ...]


def read_money() -> SampleMoney:
    """The sample as its file has it."""
    data = tomllib.loads(LIST.read_text(encoding="utf-8"))
    prices = {
        currency: {kind: _by_quantity(bands) for kind, bands in kinds.items()}
        for currency, kinds in data["prices"].items()
    }
    return SampleMoney(
        how=data["how"], dearer=Decimal(data["dearer"]), group_discounts=_by_quantity(data["group_discounts"]),
        entities=tuple(data["entity"]), prices=prices,
        contracts=tuple(SampleContract(**{**one, "counts": tuple(one["counts"])}) for one in data["contract"]),
    )  # fmt: skip


def _by_quantity(bands: Mapping[str, str]) -> dict[int, Decimal]:
    return {int(start): Decimal(amount) for start, amount in bands.items()}
