"""What can go wrong with a client's details, in sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

from core.people.records import ClientDetails, ClientRecord


class ClientNotFound(Exception):
    """There is no such client, or none this viewer may see: the two look the same."""


class DetailsInvalid(Exception):
    """Some of what was typed can't be kept. `errors` holds a sentence by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class ClientChanged(Exception):
    """Somebody else saved these details in the meantime. Nothing was overwritten."""

    def __init__(self, theirs: ClientRecord, yours: ClientDetails) -> None:
        super().__init__("Somebody else changed these details while you were typing.")
        self.theirs = theirs
        self.yours = yours


class TooLateToUndo(Exception):
    """An added client can be taken back for ten minutes, by who added them, while nobody else is involved."""
