"""Lots for a demonstration: chance that falls alike every time, told by who somebody is and not by their random id."""

from __future__ import annotations

import hashlib

from core.network.models import Involvement
from core.people.models import Client


def lot_of_client(client: Client) -> int:
    """A number for an invented client."""
    return _lot(client.search_key, str(client.birth_date))


def lot_of_line(line: Involvement) -> int:
    """A number for a line, whose client, practitioner and service are loaded."""
    card, service = line.practitioner, line.service
    return _lot(line.client.search_key, str(line.client.birth_date), card.full_name, service.service_type.code)


def _lot(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:8], "big")
