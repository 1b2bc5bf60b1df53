"""What the bar at the top of a client's pages says: SURNAME, First (known as), born, age, identifiers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.network.queries.show import ClientIdentity
from core.people.identity import whole_years
from ui.filters import age, long_date, nhs_number

NHS = "nhs"


def bar(client: ClientIdentity) -> dict[str, Any]:
    """The parameters of the `identity_bar` macro."""
    return {
        "surname": client.family_name,
        "first_names": " ".join(name for name in (client.given_name, client.middle_names) if name),
        "known_as": client.known_as if client.known_as != client.given_name else "",
        "born": long_date(client.birth_date),
        "age": age(client.birth_date) if client.birth_date else _about(client),
        "identifiers": [{"label": _label(kind), "value": nhs_number(value)} for kind, value in client.identifiers],
    }


def _label(kind: str) -> str:
    words = {"nhs": _("NHS number"), "upn": _("UPN"), "local_ref": _("Reference")}
    return next((word for start, word in words.items() if kind.startswith(start)), kind.replace("_", " ").capitalize())


def _about(client: ClientIdentity) -> str:
    if client.age_from is None or client.age_to is None or client.age_noted_on is None:
        return ""
    passed = whole_years(client.age_noted_on, clock.today())
    youngest, oldest = client.age_from + passed, client.age_to + passed
    if youngest == oldest:
        return _("about %(age)d") % {"age": youngest}
    return _("about %(youngest)d to %(oldest)d") % {"youngest": youngest, "oldest": oldest}
