"""Who may not be seen is not there: the same bytes and the same statements as without them, at every address.

Bytes are compared once the form's token, the page's nonce, random ids and what was typed are masked; statements once
their values are. Each look has its control: the same world with nothing to hide has to show.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.site import Site
from tests.isolation.test_every_address import addresses, filled, with_ids

BORN = date(2012, 5, 6)
TYPED = (
    "Quilla Zephyrine", "Zephyrine 6/5/2012", "Quilla Zephyrine 2012", "Quilla Zephyrine 5/6/2012", "WS13 8PJ",
    "Quilla Zephyrine 6/5/2012 WS13 8PJ", "Quilla Zephyrine 07700 900123", "07700 900123", "Kwilla Zefyrine",
)  # fmt: skip
FITS = tuple(text for text in TYPED if "5/6/2012" not in text and "Kwilla" not in text)
NOT_WALKED = {"accounts:sign_out", "accounts:draft", "accounts:extend", "network:results"}
"""They end or stretch one's own session, or name a search of one's own."""

MASKS = (
    (re.compile(rb'(csrfmiddlewaretoken" value="|X-CSRFToken[^:]*:\s*[^\w]*)\w+'), rb"\1"),
    (re.compile(rb'nonce="[^"]+"'), b""),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), b"an-id"),
)
VALUES = re.compile(r"'[^']*'(::\w+)?|\b\d+(\.\d+)?\b|\"s\d+_x\d+\"")


@dataclass(frozen=True)
class Ids:
    """What the hidden things are called, in both worlds: an address can be guessed."""

    client: UUID
    line: UUID
    visit: UUID
    contact: UUID
    invitation: UUID

    @classmethod
    def new(cls) -> Ids:
        return cls(*(uuid4() for _ in range(5)))

    def fill(self, route: str) -> str:
        """An address with the id of the kind it takes."""
        kinds = {"client_id": self.client, "involvement_id": self.line, "visit_id": self.visit}
        kinds["contact_id"] = self.contact
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(kinds.get(found[1], self.invitation)), route)


def look(site: Site, ids: Ids) -> dict[str, tuple[int, bytes, tuple[str, ...]]]:
    """Every address as this browser sees it: status, bytes and statements, masked."""
    seen = {}

    def note(name: str, ask: Callable[[], object]) -> None:
        with CaptureQueriesContext(connection) as captured:
            answer = ask()
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for pattern, plain in MASKS:
            content = pattern.sub(plain, content)
        statements = tuple(VALUES.sub("?", query["sql"]) for query in captured)
        seen[name] = (answer.status_code, content, statements)

    for name, route in addresses().items():
        if "<" not in route and name not in NOT_WALKED:
            note(name, lambda route=route: site.get(route))
    for name in with_ids():
        route = ids.fill(addresses()[name])
        note(f"GET {name}", lambda route=route: site.get(route))
    for text in TYPED:
        where = site.post("/search", {"q": text})["Location"]
        note(f"results of {text}", lambda where=where: site.get(where))
        note(f"while typing {text}", lambda text=text: site.post("/search/suggest", {"q": text}))
    for name in with_ids():  # last, since one of these may change what stands
        route = ids.fill(addresses()[name])
        note(f"POST {name}", lambda route=route: site.post(route))
    return seen


def settle(site: Site) -> None:
    """What a session remembers of its own searches and pages is then the same in every look."""
    for name, route in addresses().items():
        if "<" not in route and name not in NOT_WALKED:
            site.get(route)
    for text in TYPED:
        site.post("/search", {"q": text})
        site.post("/search/suggest", {"q": text})


def differing(one: dict, other: dict) -> list[str]:
    """The addresses that answer differently, and in what."""
    found = []
    for name, (status, content, statements) in one.items():
        status_2, content_2, statements_2 = other[name]
        if status != status_2:
            found.append(f"{name}: status {status} and {status_2}")
        elif content != content_2:
            found.append(f"{name}: bytes")
        elif statements != statements_2:
            found.append(f"{name}: statements {len(statements)} and {len(statements_2)}")
    return found


def make_hidden(ids: Ids, worker, *, shield: str, **fields) -> None:
    """A client with a whole life on Patchwork, under the ids given."""
    from core.visits.models import Contact, Visit

    client = make_client(
        "Quilla", "Zephyrine", born=BORN, id=ids.client, shield=shield,
        address="1 High Street, Lichfield", postcode="WS13 8PJ", phone="+447700900123", **fields,
    )  # fmt: skip
    line = make_involvement(client, worker, id=ids.line)
    make_publication(line)
    live(line, ids)
    assert Visit.objects.filter(id=ids.visit).exists()
    assert Contact.objects.filter(id=ids.contact).exists()


def live(line, ids: Ids) -> None:
    from core.visits.models import Contact, Visit

    soon = clock.today() + timedelta(days=2)
    of_line = {"client_id": line.client_id, "involvement": line, "created_at": clock.now()}
    Visit.objects.create(id=ids.visit, on=soon, **of_line)
    Contact.objects.create(id=ids.contact, on=clock.today(), kind="phone", **of_line)


@pytest.fixture(autouse=True)
def _time_stands_still():
    """Activity is written down every few seconds: no request may differ from another by that."""
    with time_machine.travel(clock.now(), tick=False):
        yield


LINE_PAGES = frozenset(name for name in with_ids() if "clients/<" not in addresses()[name])
LOOKERS = {
    "practitioner": {"roles": ("practitioner",)},
    "manager and safeguarding lead": {"roles": ("manager", "safeguarding_lead")},
    "duty": {"roles": ("practitioner",), "functions": ["s47_lead"]},
}


@pytest.mark.parametrize(
    ("looker", "shield"),
    [
        ("manager and safeguarding lead", "shielded"),
        pytest.param("practitioner", "new_identity", marks=pytest.mark.slow),
        pytest.param("duty", "shielded", marks=pytest.mark.slow),
    ],
)
def test_a_shielded_person_is_not_there(amber, looker, shield):
    with inside(amber):
        viewer, worker = make_viewer(**LOOKERS[looker]), make_viewer(make_service(code="education.school"))
    site, ids = Site(amber).sign_in(viewer), Ids.new()
    settle(site)
    without = look(site, ids)
    with inside(amber):
        make_hidden(ids, worker, shield=shield)
    assert differing(without, look(site, ids)) == []


@pytest.mark.slow
def test_someone_invited_before_the_shield_finds_nothing_left_of_it(amber):
    """An invitation, a lead offer and notices stay as rows: none of them may say that there is somebody."""
    from core.network.models import NetworkInvitation
    from core.notices.actions import tell

    with inside(amber):
        viewer, worker = make_viewer(), make_viewer(make_service(code="education.school"))
    site, ids = Site(amber).sign_in(viewer), Ids.new()
    settle(site)
    without = look(site, ids)
    with inside(amber):
        make_hidden(ids, worker, shield="shielded")
        NetworkInvitation.objects.create(
            id=ids.invitation, client_id=ids.client, practitioner_id=viewer.id, invited_by_id=worker.id,
            created_at=clock.now(),
        )  # fmt: skip
    assert differing(without, look(site, ids)) == []
    with inside(amber):
        tell([viewer.user_id], "network.colleague.invited", client_id=ids.client, by=worker)
    body = site.get("/notices").content
    assert b"Quilla" not in body
    assert b"Zephyrine" not in body
    assert str(ids.client).encode() not in body


@pytest.mark.slow
def test_control_the_same_person_without_a_shield_is_found(amber):
    with inside(amber):
        viewer, worker = make_viewer(), make_viewer(make_service(code="education.school"))
    site, ids = Site(amber).sign_in(viewer), Ids.new()
    settle(site)
    without = look(site, ids)
    with inside(amber):
        make_hidden(ids, worker, shield="none")
    found = differing(without, look(site, ids))
    assert "GET visits:client: status 404 and 200" in found
    assert {f"results of {text}: bytes" for text in FITS} <= set(found)


def around_a_client(amber, **published):
    """A looker on a network, before and after a sensitive line is added to it."""
    with inside(amber):
        viewer, lead = make_viewer(), make_viewer(make_service(code="education.school"))
        clinician = make_viewer(make_service(code="made.mind", sensitivity="mental_health"))
        amy = make_client("Amy", "Lane")
        for member in (viewer, lead):
            make_publication(make_involvement(amy, member))
    site, ids = Site(amber).sign_in(viewer), Ids.new()
    of_amy = Ids(amy.id, ids.line, ids.visit, ids.contact, ids.invitation)
    look_at_amy(site, amy.id)
    before = look_at_amy(site, amy.id) | look_at_line(site, of_amy)
    with inside(amber):
        line = make_involvement(amy, clinician, id=ids.line)
        named = Agency(viewer.agency_id if published["to_looker"] else lead.agency_id)
        make_publication(line, named, visibility="named_only", basis="en.consent_explicit")
        live(line, ids)
    return before, look_at_amy(site, amy.id) | look_at_line(site, of_amy)


class Agency:
    """What `make_publication` needs of an agency."""

    def __init__(self, agency_id):
        self.id = agency_id


def look_at_amy(site: Site, client_id: UUID) -> dict:
    """Every page about the client whom the looker supports, and those about nobody."""
    pages = [
        filled(route, client_id)
        for name, route in addresses().items()
        if name not in NOT_WALKED and ("<" not in route or "clients/<" in route)
    ]
    return walk(site, pages)


def look_at_line(site: Site, ids: Ids) -> dict:
    return walk(site, [ids.fill(route) for name, route in addresses().items() if name in LINE_PAGES])


def walk(site: Site, pages: list[str]) -> dict:
    seen = {}
    for page in pages:
        with CaptureQueriesContext(connection) as captured:
            answer = site.get(page)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for pattern, plain in MASKS:
            content = pattern.sub(plain, content)
        seen[page] = (answer.status_code, content, tuple(VALUES.sub("?", query["sql"]) for query in captured))
    return seen


@pytest.mark.slow
def test_a_sensitive_service_leaves_no_trace_for_those_who_were_not_named(amber):
    before, after = around_a_client(amber, to_looker=False)
    assert differing(before, after) == []


@pytest.mark.slow
def test_control_the_same_service_shows_to_those_who_were_named(amber):
    before, after = around_a_client(amber, to_looker=True)
    assert any("clients/" in one and "bytes" in one for one in differing(before, after))
