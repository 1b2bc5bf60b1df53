"""The deployment in this very installation: asked without a network, in the scope that is open or in one of its own.

It says the same words as a deployment elsewhere, and they are read by the same rules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from console.ports import reading
from console.ports.base import CouncilHere, Health, OrderHere, ReadingHere
from console.ports.errors import NotHere, OrderRefused
from tenants import here
from tenants.account import put_account, put_document
from tenants.context import in_shared, shared
from tenants.errors import AccountRefused, NoCouncil
from tenants.orders import errors, placing


class LocalPort:
    """See `DeploymentPort`. Inside `shared()` what is asked is part of the present unit of work."""

    def health(self) -> Health:
        with _asking():
            return reading.health(here.health())

    def councils(self) -> tuple[CouncilHere, ...]:
        with _asking():
            return reading.councils({"councils": here.councils()})

    def place(
        self, *, order_id: UUID, council_id: UUID, kind: str, payload: Mapping[str, Any], asked_by: str
    ) -> OrderHere:
        with _asking():
            taken = placing.place(
                order_id=order_id, council_id=council_id, kind=kind, payload=payload, asked_by=asked_by
            )
            return reading.order(here.order_said(taken), order_id=order_id, council_id=council_id)

    def order(self, order_id: UUID) -> OrderHere:
        with _asking():
            return reading.order(here.order(order_id), order_id=order_id)

    def readings(self, since: date) -> tuple[ReadingHere, ...]:
        with _asking():
            return reading.readings({"readings": here.readings(since)})

    def template(self, council_id: UUID) -> Mapping[str, Any]:
        with _asking():
            return reading.template(here.template(council_id))

    def put_account(self, council_id: UUID, account: Mapping[str, Any]) -> tuple[str, ...]:
        with _asking():
            return reading.wanted({"wanted": list(put_account(council_id, account))}, account)

    def put_document(self, council_id: UUID, checksum: str, content: bytes) -> None:
        with _asking():
            put_document(council_id, checksum, content)

    def fleet(self) -> Mapping[str, Any]:
        with _asking():
            return reading.fleet(here.fleet())

    def run_fleet(self, *, asked_by: str) -> None:
        with _asking():
            here.run_fleet(asked_by)


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """The open scope or one of its own; the kernel's refusals as the ports'."""
    try:
        if in_shared():
            yield
        else:
            with shared(actor="console"):
                yield
    except (errors.OrderRefused, AccountRefused) as refused:
        raise OrderRefused(str(refused)) from refused
    except (errors.NoOrder, NoCouncil) as missing:
        raise NotHere(str(missing)) from missing
