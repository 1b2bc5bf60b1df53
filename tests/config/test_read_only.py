"""A suspended council takes nothing in, says whom to ring, and loses nothing that was typed; looking goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from config.access import RULES
from config.read_only import GOES_ON, GOES_ON_WHERE
from core.accounts.choices import Role
from tenants.context import inside
from tenants.routing import hosts
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.site import Site
from tests.isolation.test_every_address import addresses, filled

CONTACT = "Dana Okoro, 020 7946 0123"

WAITS = frozenset({
    "accounts:draft", "accounts:join", "council:cancel_policy", "council:discard_policy_draft", "council:home",
    "council:notices", "council:offer", "council:offers", "council:policy", "council:policy_draft",
    "council:policy_section", "council:publish_policy", "council:rehearse_client", "council:rehearse_policy",
    "council:sign_policy_route", "council:start_policy_draft", "council:support", "council:support_request", "council:support_agencies",
    "council:support_log", "directory:card", "directory:people", "directory:practitioner", "gallery", "network:add",
    "network:answer_invitation", "network:answer_lead", "network:approval", "network:approvals",
    "network:broker_ask", "network:broker_message", "network:broker_queue",
    "network:confirm", "network:conflicts", "network:conversation", "network:duplicates",
    "network:edit_details", "network:end", "network:end_stand_in", "network:invite",
    "network:join", "network:lift_conflict", "network:lift_shield",
    "network:limited_sights", "network:material_pdf", "network:materials",
    "network:name_for_shield", "network:offer_lead", "network:passed_message_done", "network:past", "network:shield",
    "network:shields", "network:stand_ins", "network:take_lead", "network:talk",
    "network:undo_add", "network:undo_conflict", "network:undo_end", "network:undo_join",
    "rights:client_records", "rights:end_hold",
    "rights:queue", "rights:records", "rights:request",
    "council:account", "council:account_document", "staff:accounts", "staff:add", "staff:add_agency",
    "staff:agencies", "staff:agency", "staff:back", "staff:change", "staff:invite", "staff:open", "staff:open_account",
    "staff:people", "staff:person", "staff:roles", "theme", "visits:cancel", "visits:change", "visits:client",
    "visits:log", "visits:plan", "visits:undo_cancel", "visits:undo_contact",
})  # fmt: skip
"""Addresses that a suspended council refuses to be sent anything: what they take in changes it for somebody else."""


@pytest.fixture
def suspended(amber, monkeypatch):
    council = replace(
        amber, state="suspended", suspended_from="training", suspended_contact=CONTACT, leaves_on=date(2027, 1, 31)
    )
    monkeypatch.setattr(hosts, "council", lambda _host: council)
    return council


@pytest.fixture
def practitioner(amber):
    with inside(amber):
        service = make_service()
        viewer = make_viewer(service)
        client = make_client("Amy", "Pond")
        line = make_involvement(client, viewer, service=service)
        make_publication(line)
    return viewer, client, line


def test_every_address_is_either_taken_in_or_refused_while_a_council_is_suspended():
    both = set(GOES_ON) & WAITS
    assert both == set()
    assert set(RULES) - GOES_ON - WAITS == set(), (
        "Decide: does it change anything that somebody else of the council sees?"
    )
    assert (set(GOES_ON) | WAITS) - set(RULES) == set()


@pytest.mark.parametrize("role", list(Role))
def test_no_address_but_the_listed_ones_takes_anything_in(amber, suspended, role):
    with inside(amber):
        viewer = make_viewer(roles=(role.value,))
    site = Site(amber).sign_in(viewer)
    asked = 0
    for name, route in addresses().items():
        rule = RULES[name]
        if name in GOES_ON or (rule.any_role is not None and role.value not in rule.any_role):
            continue
        answer = site.post(filled(route, uuid4()), {"words": "typed"})
        assert answer.status_code == 403, (name, answer.status_code)
        assert b"Nothing can be changed for now" in answer.content or role is Role.SUPPORT, name
        asked += 1
    assert asked or role is Role.SUPPORT


def test_nothing_is_changed_and_what_was_typed_is_kept_for_the_one_who_typed_it(amber, suspended, practitioner):
    from core.accounts.models import Draft
    from core.visits.models import Visit

    viewer, _client, line = practitioner
    site = Site(amber).sign_in(viewer)
    answer = site.post(reverse("visits:plan", args=[line.id]), {"on": "1 March 2027", "note": "Zzyzxtyped"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert CONTACT in page
    assert "31 January 2027" in page
    assert "What you typed is kept" in page
    with inside(amber):
        assert Visit.objects.count() == 0
        [kept] = Draft.objects.all()
        assert kept.user_id == viewer.user_id
        assert "Zzyzxtyped" not in str(kept.fields), "sealed"
    shown = site.get(f"/drafts/{kept.id}", follow=True)
    assert b"Zzyzxtyped" in shown.content


def test_looking_and_searching_go_on_and_every_page_says_whom_to_ring(amber, suspended, practitioner):
    viewer, client, _line = practitioner
    site = Site(amber).sign_in(viewer)
    for address in ("/", f"/clients/{client.id}"):
        page = site.get(address)
        assert page.status_code == 200, address
        assert CONTACT in page.content.decode()
        assert "read only for now" in page.content.decode()
    found = site.post(reverse("network:search"), {"q": "Pond"}, follow=True)
    assert found.status_code == 200
    assert "Pond" in found.content.decode()


def test_a_council_that_is_not_suspended_takes_the_same_request_in(amber, practitioner):
    viewer, _client, line = practitioner
    answer = Site(amber).sign_in(viewer).post(reverse("visits:plan", args=[line.id]), {"on": "nonsense"})
    assert answer.status_code == 422


def test_a_part_of_a_page_gives_way_to_the_whole_notice(amber, suspended, practitioner):
    viewer, _client, _line = practitioner
    answer = Site(amber).sign_in(viewer).post(reverse("network:duplicates"), {}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "body"


def test_a_visitor_may_still_sign_in(amber, suspended):
    answer = Site(amber).post("/sign-in", {"email": "nobody@amber.example", "password": "wrong"})
    assert answer.status_code == 422


def test_a_yes_is_taken_back_and_limited_sight_opens_while_suspended(amber, suspended, practitioner):
    """What protects a person does not wait for a council's return: these doors answer for themselves."""
    viewer, client, _line = practitioner
    site = Site(amber).sign_in(viewer)
    taken_back = site.post(reverse("network:withdraw", args=[client.id]), {})
    assert taken_back.status_code == 422, "it asks what is taken back"
    assert b"Nothing can be changed for now" not in taken_back.content
    opened = site.post(reverse("network:limited_sight", args=[client.id]), {})
    assert b"Nothing can be changed for now" not in opened.content


def test_every_address_that_takes_in_both_waits_but_for_what_narrows():
    assert set(GOES_ON_WHERE) <= WAITS


def test_support_is_refused_or_taken_back_while_suspended_and_granting_it_waits(amber, suspended):
    with inside(amber):
        viewer = make_viewer(roles=(Role.COUNCIL_ADMIN.value,))
    site = Site(amber).sign_in(viewer)
    address = reverse("council:support_request", args=[uuid4()])
    for said in ({"do": "refuse"}, {"do": "withdraw"}):
        assert site.post(address, said).status_code == 404, "it is looked for"
    for said in ({"do": "grant"}, {"do": ["refuse", "grant"]}, {}):
        answer = site.post(address, said)
        assert answer.status_code == 403
        assert b"Nothing can be changed for now" in answer.content


def test_a_shield_is_asked_for_and_placed_and_somebody_taken_off_while_lifting_and_naming_wait(
    amber, suspended, practitioner
):
    from core.network.models import Approval

    viewer, client, _line = practitioner
    with inside(amber):
        officer = make_viewer(roles=(Role.IG_OFFICER.value,))
    asking = reverse("network:ask_for_shield", args=[client.id])
    person, site = Site(amber).sign_in(viewer), Site(amber).sign_in(officer)
    person.post(asking, {"reason": "domestic_abuse", "level": "shielded"})
    with inside(amber):
        [asked] = Approval.objects.all()
    deciding = reverse("network:shield_request", args=[asked.id])
    site.post(deciding, {"answer": "approve", "assigned": [str(viewer.id)]})
    with inside(amber):
        client.refresh_from_db()
        assert client.shield == "shielded"
    person.post(asking, {})
    with inside(amber):
        lifting = Approval.objects.get(state="waiting")
    refused = site.post(reverse("network:shield_request", args=[lifting.id]), {"answer": "approve"})
    assert refused.status_code == 422
    assert "lifting a shield waits" in refused.content.decode()
    with inside(amber):
        lifting.refresh_from_db()
        assert lifting.state == "waiting"
    name = reverse("network:name_for_shield", args=[uuid4()])
    assert site.post(name, {"practitioner": str(uuid4())}).status_code == 403
    assert site.post(name, {"practitioner": str(uuid4()), "off": "1"}).status_code != 403
    assert site.post(reverse("network:lift_shield", args=[uuid4()])).status_code == 403


def test_what_people_ask_by_right_is_taken_in_while_suspended(amber, suspended, practitioner):
    viewer, client, _line = practitioner
    answer = Site(amber).sign_in(viewer).post(reverse("rights:take_in", args=[client.id]), {})
    assert answer.status_code == 422, "it asks what is wanted"
