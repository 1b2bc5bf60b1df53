"""Every address, asked with another council's ids, by every role: 404 (or refused at the door), and not a word of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from config.access import RULES
from core import clock
from core.accounts.choices import Role
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.site import Site

CANARY = "Zzyzxcanary"
REFUSED = {403, 404, 405}
WITHOUT_IDS = {"theme", "accounts:join", "accounts:choose_password", "network:results"}
"""Addresses whose variable part is no id of ours: a fingerprint, a secret token, the random key of one's own search."""


@dataclass(frozen=True)
class World:
    """One council with one of everything."""

    ids: tuple[UUID, ...]
    viewer: object
    client_id: UUID


def make_world(name: str) -> World:
    """One of every kind of thing that an address could name, with `name` in every text that a page could show."""
    from core.consent.models import PolicyDraft, PolicyVersion
    from core.exchange.models import ExitCopy
    from core.network.models import Involvement, LeadOffer, NetworkInvitation
    from core.notices.models import Notice
    from core.rights.models import DutyRecord, RetentionHold, RightsRequest
    from core.visits.models import Contact, Visit

    service = make_service()
    viewer = make_viewer(service, family_name=name)
    other = make_viewer(make_service(code="education.school"), family_name=name)
    client = make_client(name, name)
    line = make_involvement(client, viewer, service=service)
    theirs = make_involvement(client, other)
    publication = make_publication(line)
    make_publication(theirs)
    invitation = NetworkInvitation.objects.create(
        client=client, practitioner_id=other.id, invited_by_id=viewer.id, created_at=clock.now()
    )
    offer = LeadOffer.objects.create(
        client=client, to_involvement=theirs, offered_by_id=viewer.id, created_at=clock.now()
    )
    visit = Visit.objects.create(
        client=client, involvement=line, on=clock.today() + timedelta(days=3), created_at=clock.now()
    )
    contact = Contact.objects.create(
        client=client, involvement=line, on=clock.today(), kind="phone", created_at=clock.now()
    )
    notice = Notice.objects.create(
        user_id=viewer.user_id, slug="network.member.joined", client_id=client.id, by_name=name, at=clock.now()
    )
    assert Involvement.objects.count() == 2
    draft = PolicyDraft.objects.create(
        created_at=clock.now(), updated_at=clock.now(), updated_by_id=viewer.user_id, rehearsed_at=clock.now()
    )
    policy = PolicyVersion.objects.create(
        pack_id=name[:40], effective_from=clock.today() + timedelta(days=9), created_at=clock.now()
    )
    asked = RightsRequest.objects.create(
        client=client, wish="access", asked_by="self", received_on=clock.today(), identity_proved_on=clock.today(),
        taken_in_by_id=viewer.id, taken_in_at=clock.now(), pack="x", pack_checksum="x",
    )  # fmt: skip
    hold = RetentionHold.objects.create(client=client, reason="court", placed_at=clock.now(), placed_by_id=viewer.id)
    noted = DutyRecord.objects.create(
        client=client, kind="not_shared", on=clock.today(), fields={"why_not_shared": name}, by_id=viewer.id,
        pack="x", pack_checksum="x", recorded_at=clock.now(),
    )  # fmt: skip
    copy = ExitCopy.objects.create(
        state="ready", asked_at=clock.now(), ready_at=clock.now(), expires_at=clock.now() + timedelta(days=14)
    )
    things = (
        copy,
        *make_what_operators_sent(name),
        asked,
        hold,
        noted,
        draft,
        policy,
        client,
        line,
        theirs,
        publication,
        invitation,
        offer,
        visit,
        contact,
        notice,
        service,
        service.agency,
    )
    ids = (
        *(thing.id for thing in (*things, *make_safeguards(client, line, other))),
        viewer.id,
        other.id,
        viewer.user_id,
    )
    return World(ids, viewer, client.id)


def make_what_operators_sent(name: str) -> tuple[object, ...]:
    """A request for support access and a release on offer."""
    from core.council.models import ReleaseOffer, SupportGrant

    sent = {"request_id": uuid4(), "operator_name": name, "approved_by_name": name, "reason": name}
    return (
        SupportGrant.objects.create(**sent, operator_email="o@operators.example", hours=1, asked_at=clock.now()),
        ReleaseOffer.objects.create(
            release_id=uuid4(), kind="template", slug="x", version="1", title=name, received_at=clock.now()
        ),
    )


def make_safeguards(client, line, other) -> tuple[object, ...]:
    """One of everything that waits for, or was decided by, a lead, an officer or a broker."""
    from core.consent.models import DecisionRecord
    from core.network.models import (
        Approval,
        BrokeredPass,
        BrokerMessage,
        Conflict,
        LimitedSight,
        ShieldAssignment,
        ShieldPeriod,
        StandIn,
    )

    now, today = clock.now(), clock.today()
    asked = {"client": client, "asked_by_id": other.id, "asked_at": now}
    approval = {"approver_role": "safeguarding_lead", "due_on": today, **asked}
    message = BrokerMessage.objects.create(ask="call_me", **asked)
    stranger = make_viewer()
    return (
        Approval.objects.create(kind="publication", involvement=line, ground="en.s47", **approval),
        Approval.objects.create(kind="shield", ground="witness", **{**approval, "approver_role": "ig_officer"}),
        StandIn.objects.create(
            role="safeguarding_lead", practitioner_id=other.id, starts_on=today, ends_on=today, named_by_id=other.id,
            named_at=now,
        ),
        ShieldPeriod.objects.create(
            client=client, level="shielded", reason="witness", placed_at=now, placed_by_id=other.id, review_by=today
        ),
        ShieldAssignment.objects.create(
            client=client, practitioner_id=other.id, assigned_at=now, assigned_by_id=other.id
        ),
        Conflict.objects.create(
            client=client, practitioner_id=stranger.id, declared_at=now, declared_by_id=stranger.id
        ),
        LimitedSight.objects.create(
            client=client, practitioner_id=other.id, decision=DecisionRecord.objects.first(), reason="missing",
            reason_text=CANARY, was_shielded=False, opened_at=now, expires_at=now, review_due_at=now,
        ),
        message,
        BrokeredPass.objects.create(message=message, involvement=line, passed_at=now, passed_by_id=other.id),
    )  # fmt: skip


def addresses() -> dict[str, str]:
    """Every named address with its pattern, from the resolver itself."""
    found: dict[str, str] = {}

    def walk(resolver, prefix: str, space: str) -> None:
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry, route, f"{space}{entry.namespace}:" if entry.namespace else space)
            elif isinstance(entry, URLPattern):
                found[f"{space}{entry.name}"] = route

    walk(get_resolver("config.urls.council"), "/", "")
    return found


def with_ids() -> list[str]:
    return sorted(
        name
        for name, route in addresses().items()
        if "<" in route and name not in WITHOUT_IDS and not name.startswith("otp_webauthn")
    )


def filled(route: str, value: UUID | str) -> str:
    return re.sub(r"<[^>]+>", str(value), route)


@pytest.fixture
def worlds(amber, birch):
    with inside(birch):
        theirs = make_world(CANARY)
    with inside(amber):
        ours = make_world("Ourname")
        viewers = {role: make_viewer(family_name=f"Role{role.value}", roles=(role.value,)) for role in Role}
    return ours, theirs, viewers


def test_every_address_has_a_rule_and_every_rule_an_address():
    assert set(addresses()) - set(RULES) == set(), "Give each a line in config/access.py."
    assert set(RULES) - set(addresses()) == set()


@pytest.mark.parametrize("role", list(Role))
def test_another_councils_ids_are_not_there(amber, worlds, role):
    ask_everywhere(amber, worlds, role, lambda name, ids: ids[: 2 if may_enter(role, name) else 1])


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_no_kind_of_another_councils_ids_is_there(amber, worlds, role):
    ask_everywhere(amber, worlds, role, lambda name, ids: asked_with(role, name, ids))


def ask_everywhere(amber, worlds, role, chosen) -> None:
    """Ask every address that takes an id for the foreign ids that are chosen for it."""
    _, theirs, viewers = worlds
    site = Site(amber).sign_in(viewers[role])
    asked = 0
    for name in with_ids():
        for value in chosen(name, theirs.ids):
            for ask in (site.get, site.post):
                answer = ask(filled(addresses()[name], value))
                asked += 1
                assert answer.status_code in REFUSED, f"{name} answered {answer.status_code} to another council's id"
                assert CANARY.encode() not in answer.content, name
    assert asked >= 2 * len(with_ids())


def asked_with(role: Role, name: str, ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    """The foreign ids to ask with: all of them once an address, by the first role that may enter it.

    For the other roles the kinds that most addresses take stand for all, and one where the door is closed: no id is
    ever looked at there.
    """
    if not may_enter(role, name):
        return ids[:1]
    return ids if role is next(one for one in Role if may_enter(one, name)) else ids[:3]


def may_enter(role: Role, name: str) -> bool:
    """Whether the door lets this role in at all; what is behind it is another matter."""
    wanted = RULES[name].any_role
    return wanted is None or role.value in wanted


def test_a_page_without_an_id_never_shows_another_councils_words(amber, worlds):
    _, _, viewers = worlds
    for role, viewer in viewers.items():
        site = Site(amber).sign_in(viewer)
        for name, route in addresses().items():
            if "<" not in route and name != "accounts:sign_out":
                assert CANARY.encode() not in site.get(route).content, (role, name)


def test_not_yours_is_the_same_bytes_as_not_there(amber, worlds):
    """An id of another council and an id of nobody answer alike, to the byte."""
    ours, theirs, _ = worlds
    site = Site(amber).sign_in(ours.viewer)
    for name in with_ids():
        route = addresses()[name]
        one, other = site.get(filled(route, theirs.client_id)), site.get(filled(route, uuid4()))
        assert (one.status_code, masked(one.content)) == (other.status_code, masked(other.content)), name


def masked(content: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value="|X-CSRFToken[^:]*:\s*[^\w]*)\w+', rb"\1", content)


def test_another_councils_session_is_nobody_here(amber, birch, worlds):
    _, theirs, _ = worlds
    away = Site(birch).sign_in(theirs.viewer)
    here = Site(amber)
    here.cookies = away.cookies
    answer = here.get(f"/clients/{theirs.client_id}")
    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]


def test_control_with_the_scope_opened_on_the_wrong_council_the_canary_is_found(amber, birch, worlds, monkeypatch):
    """The control: when the kernel opens another council's role and path, this very look at a page must leak."""
    import tenants.context as context

    _, theirs, _ = worlds
    monkeypatch.setattr(context, "require_council_schema", lambda _name: birch.schema_name)
    site = Site(amber).sign_in(theirs.viewer)
    answer = site.get(f"/clients/{theirs.client_id}")
    assert answer.status_code == 200
    assert CANARY.encode() in answer.content
