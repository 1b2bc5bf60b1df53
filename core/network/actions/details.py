"""Changing a client's details, by somebody who supports them; identifiers only where the pack lets this agency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import refuse
from core.consent.decision import decide
from core.consent.packs_in_use import policy_in_force
from core.consent.request import Action, Request
from core.directory.viewers import Viewer
from core.network.errors import ClientNotFound, NotPermitted
from core.network.queries.details import supports
from core.network.queries.find import searcher
from core.people.actions import change_client, set_identifiers
from core.people.errors import ClientNotFound as NoSuchClient
from core.people.records import ClientDetails

CHANGE_REFUSED: Final = "network.details.refused"


class IdentifierNotAllowed(NotPermitted):
    """The law keeps this kind of number out of here, or to other agencies."""

    slug = "identifier_not_allowed"
    sentence = "This kind of number may not be kept here by your agency."


@transaction.atomic
def change_details(
    *, client_id: UUID, version: int, details: ClientDetails, identifiers: Mapping[str, str], by: Viewer
) -> None:
    """Keep other details, and identifiers by kind ("" takes one away); kinds that are not named stay as they are.

    Raises ClientNotFound for anybody who does not support the client, IdentifierNotAllowed, and people's
    ClientChanged when somebody else saved in the meantime.
    """
    if not supports(by, client_id):
        refuse(CHANGE_REFUSED, by=by, reason="not_involved", subject_id=client_id)
        raise ClientNotFound
    if identifiers:
        _require_identifiers(client_id, identifiers, by)
    try:
        client = change_client(client_id=client_id, version=version, details=details, by=by)
    except NoSuchClient as error:
        raise ClientNotFound from error
    set_identifiers(client=client, values=identifiers, by=by)


def _require_identifiers(client_id: UUID, identifiers: Mapping[str, str], by: Viewer) -> None:
    today = clock.today()
    policy = policy_in_force(today)
    for kind in identifiers:
        request = Request(on=today, action=Action.SET_IDENTIFIER, actor=searcher(by), identifier=kind)
        decision = decide(policy, request)
        if not decision.is_permitted:
            refuse(CHANGE_REFUSED, by=by, reason=decision.reason, client_id=client_id, detail={"kind": kind[:24]})
            raise IdentifierNotAllowed
