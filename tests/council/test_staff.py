"""The council admin's people and agencies: listed, invited, given roles, gone; and never a client on the way."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.accounts.choices import Role
from core.accounts.models import Invitation, OpenSession, User
from core.audit.models import Event
from core.council.actions import staff as actions
from core.council.actions.staff import PersonDetails, link_card
from core.council.staff_errors import AddressInUse, LastAdministrator, NotYourself, StillSupporting
from core.council.staff_queries import accounts_without_card, agencies, person, staff_page
from core.directory.models import Agency, Membership, Practitioner, Service
from core.notices.models import OutboxItem
from tenants.context import inside
from tests.factories import make_agency, make_client, make_involvement, make_service, make_user, make_viewer
from tests.factories.site import Site


@pytest.fixture
def admin(in_amber):
    return make_user(roles=("council_admin",))


def details(service, **values):
    plain = {
        "given_name": "Nia", "family_name": "Newcomer", "job_title": "Health visitor", "mobile": "+447700900111",
        "desk_phone": "", "email": "nia.newcomer@agency.example", "agency_id": service.agency_id, "employment": "staff",
        "cleared_until": None, "services": frozenset({service.id}), "managed": frozenset(),
    }  # fmt: skip
    return PersonDetails(**{**plain, **values})


def test_someone_listed_is_invited_joins_and_has_their_card(admin):
    service = make_service()
    card = actions.add_person(details=details(service), by=admin)
    assert person(card.id).sign_in.state == "none"
    actions.invite_to_sign_in(practitioner_id=card.id, roles=[Role.PRACTITIONER], by=admin)
    assert person(card.id).sign_in.state == "invited"
    assert OutboxItem.objects.filter(kind="mail", payload__to="nia.newcomer@agency.example").count() == 1
    joined = User.objects.create(email="Nia.Newcomer@agency.example", roles=["practitioner"])
    link_card(joined)
    assert Practitioner.objects.get(id=card.id).user_id == joined.id
    assert person(card.id).sign_in.state == "open"
    assert Membership.objects.get(practitioner=card).service_id == service.id
    slugs = set(Event.objects.filter(subject_id=card.id).values_list("slug", flat=True))
    assert {"directory.person.added", "directory.person.linked"} <= slugs


def test_accepting_an_invitation_gives_the_card_that_waits(amber):
    from core.accounts.actions.people import accept_invitation

    with inside(amber, actor="test"):
        admin = make_user(roles=("council_admin",))
        card = actions.add_person(details=details(make_service()), by=admin)
        actions.invite_to_sign_in(practitioner_id=card.id, roles=[Role.PRACTITIONER], by=admin)
        user = User.objects.create(email="nia.newcomer@agency.example", roles=["practitioner"])
        Invitation.objects.update(user=user)
        accept_invitation(user=user)
        assert Practitioner.objects.get(id=card.id).user_id == user.id


def test_an_address_is_one_person_s(admin):
    service = make_service()
    actions.add_person(details=details(service), by=admin)
    with pytest.raises(AddressInUse):
        actions.add_person(details=details(service, email="NIA.newcomer@agency.example"), by=admin)
    assert Practitioner.objects.filter(family_name="Newcomer").count() == 1


def test_a_service_is_kept_while_clients_are_supported_for_it(admin):
    viewer = make_viewer()
    line = make_involvement(make_client("Amy", "Able"), viewer)
    card = Practitioner.objects.get(id=viewer.id)
    without = details(
        Service.objects.get(id=line.service_id), given_name=card.given_name, family_name=card.family_name,
        email=card.email, services=frozenset(),
    )  # fmt: skip
    with pytest.raises(StillSupporting) as refused:
        actions.change_person(practitioner_id=card.id, version=card.version, details=without, by=admin)
    assert "1 client" in refused.value.sentence()
    line.ended_on, line.end_reason = line.started_on, "need_met"
    line.save()
    actions.change_person(practitioner_id=card.id, version=card.version, details=without, by=admin)
    assert not Membership.objects.filter(practitioner=card).exists()


def test_whoever_leaves_is_signed_out_everywhere_at_once(amber):
    with inside(amber, actor="test"):
        admin, viewer = make_user(roles=("council_admin",)), make_viewer()
    browser = Site(amber).sign_in(viewer)
    assert browser.get("/").status_code == 200
    answer = Site(amber).sign_in(admin).post(f"/staff/{viewer.id}/left")
    assert answer.status_code == 302
    assert browser.get("/").status_code == 302, "their next page is a stranger's"
    with inside(amber, actor="test"):
        assert not OpenSession.objects.filter(user_id=viewer.user_id).exists()
        assert person(viewer.id).left_on is not None
        assert viewer.id not in {line.id for line in staff_page("", "here", 1).lines}
        assert viewer.id in {line.id for line in staff_page("", "left", 1).lines}


def test_nobody_changes_their_own_roles_and_one_administrator_stays(admin):
    User.objects.exclude(id=admin.id).filter(roles__contains=["council_admin"]).update(is_active=False)
    other = make_user(roles=("practitioner",))
    with pytest.raises(NotYourself):
        actions.give_roles(user_id=admin.id, roles=[Role.IG_OFFICER], by=admin)
    with pytest.raises(LastAdministrator):
        actions.close_sign_in(user_id=admin.id, by=other)
    actions.give_roles(user_id=other.id, roles=[Role.COUNCIL_ADMIN], by=admin)
    actions.close_sign_in(user_id=admin.id, by=other)
    assert not User.objects.get(id=admin.id).is_active


def test_support_is_no_role_to_give(amber):
    with inside(amber, actor="test"):
        admin, viewer = make_user(roles=("council_admin",)), make_viewer()
    answer = Site(amber).sign_in(admin).post(f"/staff/{viewer.id}/roles", {"roles": ["practitioner", "support"]})
    assert answer.status_code == 422
    with inside(amber, actor="test"):
        assert User.objects.get(id=viewer.user_id).roles == ["practitioner"]


def test_the_pages_do_the_whole_of_it(amber):
    with inside(amber, actor="test"):
        admin = make_user(roles=("council_admin",))
        make_service()
    site = Site(amber).sign_in(admin)
    added = site.post("/agencies/add", {"name": "Kestrel Housing", "kind": "housing", "phone": "01632 960123"})
    assert added.status_code == 302
    with inside(amber, actor="test"):
        agency = Agency.objects.get(name="Kestrel Housing")
    typed = {
        "given_name": "Nia", "family_name": "Newcomer", "job_title": "Housing officer", "employment": "staff",
        "email": "nia@kestrel.example", "agency_id": str(agency.id),
    }  # fmt: skip
    answer = site.post("/staff/add", typed)
    assert answer.status_code == 302
    shown = site.get(answer["Location"])
    assert b"Nia Newcomer" in shown.content
    invited = site.post(answer["Location"] + "/invite", {"roles": ["practitioner"]})
    assert invited.status_code == 302
    assert b"invited and have not joined" in site.get(answer["Location"]).content
    again = site.post("/staff/add", typed)
    assert again.status_code == 422
    assert b"this e-mail address already" in again.content
    assert b"Housing officer" in again.content


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"given_name": "\u200b"}, "Enter their first name."),
        ({"agency_id": ""}, "Choose the agency they work for."),
        ({"email": "nia@"}, "Enter an e-mail address"),
        ({"email": "", "mobile": ""}, "Give at least one way to reach them"),
        ({"mobile": "12"}, "This is not a phone number"),
        ({"job_title": "x" * 101}, "This is too long"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(amber, changed, sentence):
    with inside(amber, actor="test"):
        admin, agency = make_user(roles=("council_admin",)), make_agency()
    typed = {
        "given_name": "Nia", "family_name": "Newcomer", "job_title": "Nurse", "employment": "staff",
        "email": "nia@agency.example", "agency_id": str(agency.id), **changed,
    }  # fmt: skip
    answer = Site(amber).sign_in(admin).post("/staff/add", typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Newcomer" in answer.content.decode()


def test_a_second_save_is_shown_beside_what_was_typed(amber):
    with inside(amber, actor="test"):
        admin, viewer = make_user(roles=("council_admin",)), make_viewer()
        shown = person(viewer.id)
    typed = {
        "given_name": "Ada", "family_name": shown.family_name, "job_title": "Midwife", "employment": "staff",
        "email": shown.email or "ada@agency.example", "agency_id": str(shown.agency_id),
        "services": [str(value) for value in shown.services], "version": shown.version,
    }  # fmt: skip
    site = Site(amber).sign_in(admin)
    assert site.post(f"/staff/{viewer.id}/change", typed).status_code == 302
    late = site.post(f"/staff/{viewer.id}/change", {**typed, "job_title": "Doula"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "Midwife" in page
    assert "Doula" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert (
        site.post(f"/staff/{viewer.id}/change", {**typed, "job_title": "Doula", "version": version[1]}).status_code
        == 302
    )


def test_a_practitioner_reaches_none_of_these_pages(amber):
    with inside(amber, actor="test"):
        viewer = make_viewer()
    site = Site(amber).sign_in(viewer)
    for path in ("/staff", "/staff/add", "/staff/accounts", "/agencies", f"/staff/{viewer.id}"):
        assert site.get(path).status_code == 403


def test_a_service_in_use_stays_with_its_agency_and_an_unused_one_goes(amber):
    with inside(amber, actor="test"):
        admin, viewer = make_user(roles=("council_admin",)), make_viewer()
        service = Service.objects.get(id=viewer.services[0].id)
        agency = Agency.objects.get(id=service.agency_id)
    site = Site(amber).sign_in(admin)
    refused = site.post(f"/agencies/{agency.id}", {"name": agency.name, "kind": agency.kind})
    assert refused.status_code == 422
    assert "taken away" in refused.content.decode()
    with inside(amber, actor="test"):
        Membership.objects.filter(service=service).delete()
    assert site.post(f"/agencies/{agency.id}", {"name": agency.name, "kind": agency.kind}).status_code == 302


def test_the_lists_cost_the_same_however_many_there_are(admin):
    def cost():
        counts = []
        for read in (lambda: staff_page("", "here", 1), lambda: accounts_without_card(admin), agencies):
            with CaptureQueriesContext(connection) as captured:
                read()
            counts.append(len(captured))
        return counts

    make_viewer()
    few = cost()
    for _more in range(12):
        make_viewer()
        make_user(roles=("auditor",))
    assert cost() == few


def test_only_the_services_of_the_chosen_agency_are_offered(amber):
    with inside(amber, actor="test"):
        admin, theirs, other = make_user(roles=("council_admin",)), make_service(), make_service(code="community.fire")
    site = Site(amber).sign_in(admin)
    assert "Which agency do they work for?" in site.get("/staff/add").content.decode()
    page = site.get(f"/staff/add?agency={theirs.agency_id}").content.decode()
    assert str(theirs.id) in page
    assert str(other.id) not in page
    assert site.get("/staff/add?agency=nonsense").status_code == 200
    typed = {
        "given_name": "Nia", "family_name": "Newcomer", "job_title": "Nurse", "employment": "staff",
        "email": "nia@agency.example", "agency_id": str(theirs.agency_id), "services": [str(other.id)],
    }  # fmt: skip
    refused = site.post("/staff/add", typed)
    assert refused.status_code == 422
    assert "Choose services of the agency they work for." in refused.content.decode()
