"""A client's details as somebody who supports them may see and change them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core import clock
from core.audit.actions import record_sight, refuse
from core.consent.packs_in_use import policy_in_force
from core.directory.viewers import Viewer
from core.network.errors import ClientNotFound
from core.network.policies import changeable_by
from core.network.queries.find import country_of, may_see_identifier
from core.people.errors import ClientNotFound as NoSuchClient
from core.people.queries import client_record
from core.people.records import ClientRecord

DETAILS_OPENED = "network.details.opened"


@dataclass(frozen=True, slots=True)
class IdentifierField:
    """One kind of number that this viewer may see and set: its form and check as the pack gives them."""

    kind: str
    value: str
    form: str | None
    check: str


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """What the page for changing details shows."""

    record: ClientRecord
    country: str
    identifiers: tuple[IdentifierField, ...]


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """An address to be used again for somebody else in the same home."""

    address: str
    postcode: str


def supports(viewer: Viewer, client_id: UUID) -> bool:
    """Whether the viewer answers for a line on the client's network: never for somebody they know. Two statements."""
    return changeable_by(viewer).filter(client_id=client_id, ended_on=None).exists()


def details_for(viewer: Viewer, client_id: UUID) -> DetailsPage:
    """A client's details, in four statements; the sight is recorded.

    Raises ClientNotFound for anybody who does not support them.
    """
    record = _supported(viewer, client_id, with_identifiers=True)
    policy = policy_in_force(clock.today())
    kinds = [one for one in policy.rules.identifiers if may_see_identifier(viewer, policy, one.code)]
    record_sight(DETAILS_OPENED, by=viewer, client_id=client_id)
    return DetailsPage(
        record=record,
        country=country_of(policy),
        identifiers=tuple(
            IdentifierField(one.code, record.identifiers.get(one.code, ""), one.format, one.check.value)
            for one in kinds
        ),
    )


def address_to_share(viewer: Viewer, client_id: UUID) -> SharedAddress:
    """The address of a client whom the viewer supports, for adding another person who lives there."""
    record = _supported(viewer, client_id)
    record_sight(DETAILS_OPENED, by=viewer, client_id=client_id)
    return SharedAddress(record.details.address, record.details.postcode)


def _supported(viewer: Viewer, client_id: UUID, *, with_identifiers: bool = False) -> ClientRecord:
    if not supports(viewer, client_id):
        refuse(DETAILS_OPENED, by=viewer, reason="not_involved", subject_id=client_id)
        raise ClientNotFound
    try:
        return client_record(client_id, with_identifiers=with_identifiers)
    except NoSuchClient as error:
        raise ClientNotFound from error
