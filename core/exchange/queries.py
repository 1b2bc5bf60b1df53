"""What a council remembers of earlier imports: its people as the matching rules take them, and every row taken."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings

from core.exchange.models import ImportedRow, RowOutcome
from core.exchange.roster.clustering import KnownPerson
from core.exchange.roster.planning import Memory
from core.people.models import Client, ClientIdentifier
from core.people.queries import record_of
from tenants.context import require_current

RowKey = tuple[str, int, str]
"""A row as it is remembered: its file, its number, and the keyed hash of its content."""


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Turns a row's digest into what is stored: without the key, nobody can try out whose row it may be."""

    council: str

    def kept(self, fingerprint: str) -> str:
        """The keyed hash of a digest."""
        text = f"roster:{self.council}:{fingerprint}".encode()
        return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()

    def of(self, content: object) -> str:
        """The keyed hash of anything with a steady text form."""
        return self.kept(hashlib.sha256(repr(content).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class RememberedRow:
    """A row as an earlier import left it."""

    id: UUID
    outcome: RowOutcome
    problem: str
    sentence: str
    client_id: UUID | None
    involvement_id: UUID | None

    @property
    def is_settled(self) -> bool:
        """Whether it was taken, so that nothing is left to do for it."""
        return self.outcome in {RowOutcome.CREATED, RowOutcome.MATCHED}


@dataclass(frozen=True, slots=True)
class Remembered:
    """All that an import needs to know of the ones before it."""

    memory: Memory
    rows: Mapping[RowKey, RememberedRow]
    fingerprints: Fingerprints


class _ByFingerprint(Mapping[str, str]):
    """The person of each row taken before, asked for by the row's own digest."""

    def __init__(self, kept: Mapping[str, str], fingerprints: Fingerprints) -> None:
        self._kept, self._fingerprints = kept, fingerprints

    def __getitem__(self, fingerprint: str) -> str:
        return self._kept[self._fingerprints.kept(fingerprint)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def remembered() -> Remembered:
    """What the present council remembers. Three queries."""
    fingerprints = Fingerprints(require_current().schema_name)
    rows: dict[RowKey, RememberedRow] = {}
    persons: dict[str, str] = {}
    listed = ImportedRow.objects.values_list(
        "file", "row_number", "fingerprint", "id", "outcome", "problem", "sentence", "client_id", "involvement_id",
        "client__removed_at",
    )  # fmt: skip
    for file, number, fingerprint, row_id, outcome, problem, sentence, client_id, involvement_id, removed in listed:
        rows[file, number, fingerprint] = RememberedRow(
            row_id, RowOutcome(outcome), problem, sentence, client_id, involvement_id
        )
        if client_id is not None and removed is None:
            persons[fingerprint] = str(client_id)
    return Remembered(Memory(_known_people(), _ByFingerprint(persons, fingerprints)), rows, fingerprints)


def _known_people() -> tuple[KnownPerson, ...]:
    numbers: dict[UUID, dict[str, str]] = defaultdict(dict)
    for client_id, kind, value in ClientIdentifier.objects.values_list("client_id", "kind", "value"):
        numbers[client_id][kind] = value
    clients = Client.objects.filter(removed_at=None).order_by("id")
    records = (record_of(client, numbers.get(client.id, {})) for client in clients)
    return tuple(KnownPerson(str(one.id), (replace(one.identity, references={}),)) for one in records)
