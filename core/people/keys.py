"""What a client is found by: derived from the kept fields whenever a client is saved, for search alone.

The search key stands between two spaces, so that one pattern finds the beginning or the end of a word anywhere in it.
"""

from __future__ import annotations

import re
from typing import Protocol

from core.people.names import NameParts, search_key


class Keyed(Protocol):
    """A client, or anything with its names, postcode and keys."""

    given_name: str
    middle_names: str
    family_name: str
    known_as: str
    former_family_name: str
    postcode: str
    search_key: str
    postcode_key: str


def derive_keys(client: Keyed) -> None:
    """Set the client's keys from its names and postcode. The phone is kept in E.164 already, and is its own key."""
    parts = NameParts(
        given=client.given_name,
        middle=client.middle_names,
        family=client.family_name,
        known_as=client.known_as,
        former_family=client.former_family_name,
    )
    client.search_key = f" {search_key(parts)} "
    client.postcode_key = postcode_key(client.postcode)


def postcode_key(postcode: str) -> str:
    """A postcode without spaces, in capitals."""
    return re.sub(r"\s", "", postcode).upper()
