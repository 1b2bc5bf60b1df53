"""Writing clients: adding, changing and, for ten minutes, taking back; and remembering who was opened last.

Who may add or change somebody is decided above, in the network, which calls these in its own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.audit.actions import Actor, record
from core.directory.viewers import Viewer
from core.people.errors import ClientChanged, ClientNotFound, TooLateToUndo
from core.people.models import Client, ClientIdentifier, RecentClient
from core.people.queries import record_of
from core.people.records import ClientDetails

CLIENT_CREATED: Final = "people.client.created"
CLIENT_CHANGED: Final = "people.client.changed"
CLIENT_REMOVED: Final = "people.client.removed"
IDENTIFIER_SET: Final = "people.identifier.set"

UNDO_FOR = timedelta(minutes=10)


@transaction.atomic
def create_client(*, client_id: UUID, details: ClientDetails, by: Viewer) -> tuple[Client, bool]:
    """List a new client under an id chosen beforehand; whether it is new, or this same person added it a moment ago.

    The id makes a repeated POST land on the client that the first one made. An id that is somebody else's is not
    used, and nothing is told by that.
    """
    client = Client(id=client_id, created_at=clock.now(), created_by_id=by.id, **_columns(details))
    try:
        with transaction.atomic():
            client.save(force_insert=True)
    except IntegrityError:
        mine = Client.objects.filter(id=client_id, created_by_id=by.id, removed_at=None).first()
        if mine is not None:
            return mine, False
        client = Client(created_at=clock.now(), created_by_id=by.id, **_columns(details))
        client.save(force_insert=True)
    record(CLIENT_CREATED, by=by, subject=client, client_id=client.id)
    return client, True


@transaction.atomic
def change_client(*, client_id: UUID, version: int, details: ClientDetails, by: Actor) -> Client:
    """Keep other details of a client. `version` is the one that was shown.

    Raises ClientNotFound, and ClientChanged when somebody else saved in the meantime.
    """
    client = Client.objects.select_for_update().filter(id=client_id, removed_at=None).first()
    if client is None:
        raise ClientNotFound
    if client.version != version:
        raise ClientChanged(record_of(client), details)
    changed = [name for name, value in _columns(details).items() if getattr(client, name) != value]
    if not changed:
        return client
    for name, value in _columns(details).items():
        setattr(client, name, value)
    client.version += 1
    client.save()
    record(CLIENT_CHANGED, by=by, subject=client, client_id=client.id, detail={"fields": sorted(changed)})
    return client


@transaction.atomic
def set_identifiers(*, client: Client, values: Mapping[str, str], by: Viewer) -> None:
    """Keep these identifiers, by kind; an empty value takes one away. Which are allowed is decided by the caller."""
    before = dict(ClientIdentifier.objects.filter(client=client, kind__in=values).values_list("kind", "value"))
    changed = {kind: value for kind, value in values.items() if before.get(kind, "") != value}
    if not changed:
        return
    ClientIdentifier.objects.filter(client=client, kind__in=changed).delete()
    ClientIdentifier.objects.bulk_create(
        ClientIdentifier(client=client, kind=kind, value=value) for kind, value in changed.items() if value
    )
    record(IDENTIFIER_SET, by=by, subject=client, client_id=client.id, detail={"kinds": sorted(changed)})


@transaction.atomic
def remove_client(*, client_id: UUID, by: Viewer) -> None:
    """Take back a client added by mistake. That nobody else is involved is the caller's to check.

    Raises TooLateToUndo after ten minutes, and for anybody but who added them; ClientNotFound.
    """
    client = Client.objects.select_for_update().filter(id=client_id, removed_at=None).first()
    if client is None:
        raise ClientNotFound
    if client.created_by_id != by.id or clock.now() - client.created_at > UNDO_FOR:
        raise TooLateToUndo
    client.removed_at = clock.now()
    client.version += 1
    client.save(update_fields=("removed_at", "version"))
    record(CLIENT_REMOVED, by=by, subject=client, client_id=client.id)


def remember_opened(*, client_id: UUID, user_id: UUID) -> None:
    """Note that this user opened this client's page, for the list shown before a search. One statement."""
    RecentClient.objects.bulk_create(
        [RecentClient(user_id=user_id, client_id=client_id, opened_at=clock.now())],
        update_conflicts=True,
        unique_fields=("user_id", "client"),
        update_fields=("opened_at",),
    )


def _columns(details: ClientDetails) -> dict[str, object]:
    age = details.approximate_age
    return {
        "given_name": details.given_name,
        "middle_names": details.middle_names,
        "family_name": details.family_name,
        "known_as": details.known_as,
        "former_family_name": details.former_family_name,
        "birth_date": details.birth_date,
        "age_from": age.youngest if age else None,
        "age_to": age.oldest if age else None,
        "age_noted_on": age.as_of if age else None,
        "address": details.address,
        "postcode": details.postcode,
        "phone": details.phone,
    }
