"""Adding a client: prefilled, compared, saved once; corrected by two people at a time; and taken back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.audit.models import Event
from core.consent.conversation import ConversationAnswers
from core.consent.packs_in_use import forget_policy
from core.consent.wording import Consenter, Outcome, Talked
from core.network.actions.add import Apart, StronglyAlike, add_client, undo_add
from core.network.choices import DifferentPerson, EndReason
from core.network.errors import AgreementMissing, ClientNotFound, NotCleared, NotYourService, TooLateToUndo
from core.network.models import Involvement, Publication, Reminder
from core.network.policies import forget_standing
from core.network.queries.duplicates import duplicates_for
from core.people.models import Client, ClientIdentifier
from core.people.records import ClientDetails
from tenants.context import inside
from tests.factories import make_agency, make_client, make_involvement, make_practitioner, make_service, make_viewer
from tests.network.test_find import statements

BORN = date(2015, 4, 3)
AMY = ClientDetails("Amy", "Smith", birth_date=BORN)
PARENT_AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)


def add(viewer, details=AMY, *, answers=PARENT_AGREED, client_id=None, apart=None, service_id=None):
    return add_client(
        client_id=client_id or uuid4(),
        details=details,
        service_id=service_id or viewer.service_ids[0],
        answers=answers,
        apart=apart or Apart(),
        by=viewer,
    )


def typed(viewer, **fields):
    return {
        "client_id": str(uuid4()),
        "given_name": "Amy",
        "family_name": "Smith",
        "birth_date_day": "3",
        "birth_date_month": "4",
        "birth_date_year": "2015",
        "service": str(viewer.service_ids[0]),
        "talk-agreed": "agreed_parent",
        **fields,
    }


# The action


def test_a_client_is_listed_with_ones_own_line_published_as_was_agreed(in_amber):
    viewer = make_viewer()
    added = add(viewer)
    assert added.is_new
    line = Involvement.objects.get(id=added.involvement_id)
    assert (line.client_id, line.practitioner_id, line.started_on) == (added.client_id, viewer.id, clock.today())
    assert Publication.objects.filter(involvement=line, ended_at=None).exists()
    assert {"people.client.created", "network.member.joined"} <= set(
        Event.objects.filter(client_id=added.client_id).values_list("slug", flat=True)
    )


def test_not_yet_discussed_is_listed_and_kept_back_with_a_reminder(in_amber):
    added = add(make_viewer(), answers=ConversationAnswers())
    assert Reminder.objects.filter(involvement_id=added.involvement_id).exists()
    assert not Publication.objects.filter(involvement_id=added.involvement_id).exists()


def test_sending_the_same_form_twice_adds_one_client(in_amber):
    viewer, client_id = make_viewer(), uuid4()
    first, again = add(viewer, client_id=client_id), add(viewer, client_id=client_id)
    assert (again.client_id, again.is_new) == (first.client_id, False)
    assert Client.objects.filter(family_name="Smith").count() == 1
    assert Involvement.objects.filter(client_id=client_id).count() == 1


def test_somebody_who_looks_the_same_stops_the_save_and_nothing_is_written(in_amber):
    viewer, listed = make_viewer(), make_client("Amy", "Smith", born=BORN)
    with pytest.raises(StronglyAlike) as found:
        add(viewer)
    assert [one.id for one in found.value.duplicates] == [listed.id]
    assert Client.objects.count() == 1
    assert not Involvement.objects.exists()


def test_a_different_person_is_added_with_the_reason_as_a_code(in_amber):
    viewer, listed = make_viewer(), make_client("Amy", "Smith", born=BORN)
    added = add(viewer, apart=Apart(frozenset({listed.id}), DifferentPerson.NAMESAKE))
    event = Event.objects.get(slug="network.client.added_apart", client_id=added.client_id)
    assert (event.reason, event.detail) == ("namesake", {"apart_from": [str(listed.id)]})


def test_the_word_that_it_is_another_person_counts_only_for_those_who_were_compared(in_amber):
    viewer = make_viewer()
    one = make_client("Amy", "Smith", born=BORN)
    make_client("Amy", "Smith", born=BORN)
    with pytest.raises(StronglyAlike):
        add(viewer, apart=Apart(frozenset({one.id}), DifferentPerson.NAMESAKE))
    with pytest.raises(StronglyAlike):
        add(viewer, apart=Apart(frozenset({one.id}), None))


@pytest.mark.parametrize(
    ("given_name", "born", "is_strong"),
    [
        ("Amy", BORN, True),
        ("Amelia", BORN, True),
        ("Amy", None, False),
        ("Amy", date(1980, 1, 1), False),
        ("Zoe", BORN, False),
    ],
)
def test_only_strong_matches_interrupt(in_amber, given_name, born, is_strong):
    viewer = make_viewer()
    make_client(given_name, "Smith", born=born)
    assert any(one.is_strong for one in duplicates_for(viewer, AMY)) is is_strong


def test_a_duplicate_is_compared_field_by_field_and_an_address_that_differs_is_not_told(in_amber):
    viewer = make_viewer()
    make_client(
        "Amy", "Smith", born=BORN, address="1 High Street, Lichfield", postcode="WS13 8PJ", phone="+447700900123"
    )
    typed_details = ClientDetails(
        "Amy", "Smith", birth_date=BORN, address="2 Low Road, Burntwood", postcode="WS7 1AA", phone="+447700900456"
    )
    (found,) = duplicates_for(viewer, typed_details)
    rows = {row.slug: (row.theirs, row.verdict) for row in found.fields}
    assert rows["birth_date"] == ("3 April 2015", "same")
    assert rows["address"] == ("", "differs")
    assert rows["phone"] == ("", "differs")
    assert rows["postcode"] == ("WS13", "differs")


@pytest.mark.parametrize("hidden", ["shielded", "removed"])
def test_the_duplicate_check_never_hints_at_who_is_hidden(in_amber, hidden):
    viewer = make_viewer()
    with CaptureQueriesContext(connection) as without:
        assert duplicates_for(viewer, AMY) == ()
    if hidden == "shielded":
        make_client("Amy", "Smith", born=BORN, shield="shielded")
    else:
        make_client("Amy", "Smith", born=BORN, removed_at=clock.now())
    forget_policy(), forget_standing()  # as in a request of its own
    with CaptureQueriesContext(connection) as with_one:
        assert duplicates_for(viewer, AMY) == ()
    assert statements(with_one) == statements(without)
    assert add(viewer).is_new


def test_in_a_closed_search_others_clients_are_never_hinted_at(coral):
    with inside(coral):
        viewer, card = make_viewer(), make_practitioner()
        make_client("Amy", "Smith", born=BORN)
        own = make_client("Amy", "Smith", born=BORN)
        make_involvement(own, card)
        from core.directory.viewers import viewer_of

        assert duplicates_for(viewer, AMY) == ()
        assert [one.id for one in duplicates_for(viewer_of(card.user), AMY)] == [own.id]


def test_who_is_not_cleared_has_no_agreement_or_another_service_adds_nobody(in_amber):
    viewer = make_viewer()
    with pytest.raises(NotYourService):
        add(viewer, service_id=make_service(code="school.nursing").id)
    with pytest.raises(NotCleared):
        add(make_viewer(cleared_until=date(2020, 1, 1)))
    with pytest.raises(AgreementMissing):
        add(make_viewer(make_service(make_agency(agreement=False))))
    assert not Client.objects.exists()


def test_a_save_takes_at_most_fifteen_statements(in_amber):
    viewer = make_viewer()
    for _ in range(5):
        make_client("Amy", "Smithers", born=BORN)
    with CaptureQueriesContext(connection) as captured:
        add(viewer)
    own = statements(captured)
    assert len(own) <= 15, "\n".join(sql[:120] for sql in own)


# Taking it back


def test_an_added_client_is_taken_back_with_ones_own_line(in_amber):
    viewer = make_viewer()
    added = add(viewer)
    undo_add(client_id=added.client_id, by=viewer)
    assert Client.objects.get(id=added.client_id).removed_at is not None
    line = Involvement.objects.get(id=added.involvement_id)
    assert (line.ended_on, line.end_reason) == (clock.today(), EndReason.RECORDED_IN_ERROR)
    assert not Publication.objects.filter(involvement=line, ended_at=None).exists()


def test_nobody_else_and_nobody_later_takes_it_back(in_amber):
    viewer = make_viewer()
    added = add(viewer)
    with pytest.raises(ClientNotFound):
        undo_add(client_id=added.client_id, by=make_viewer())
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False), pytest.raises(TooLateToUndo):
        undo_add(client_id=added.client_id, by=viewer)
    assert Client.objects.get(id=added.client_id).removed_at is None


def test_where_somebody_else_is_involved_the_client_stays_and_the_answer_is_the_same(in_amber):
    viewer = make_viewer()
    added = add(viewer)
    make_involvement(Client.objects.get(id=added.client_id), make_practitioner())
    undo_add(client_id=added.client_id, by=viewer)
    assert Client.objects.get(id=added.client_id).removed_at is None
    assert Involvement.objects.get(id=added.involvement_id).ended_on is not None


# Pages


@pytest.fixture
def signed_in(site, amber):
    with inside(amber):
        viewer = make_viewer()
    site.sign_in(viewer)
    return site, viewer


def test_the_form_is_filled_in_from_the_search(signed_in):
    site, _viewer = signed_in
    results = site.post("/search", {"q": "zofia wójcik 3/4/2015"})["Location"]
    offered = re.search(r'href="(/clients/add\?search=[0-9a-f-]{36})"', site.get(results).content.decode())
    body = site.get(offered[1]).content.decode()
    for value in ('value="Zofia"', 'value="Wójcik"', 'name="birth_date_day" type="text" value="3"', 'value="2015"'):
        assert value in body, value


def test_one_post_lists_the_client_and_offers_the_way_back(signed_in, amber):
    site, viewer = signed_in
    form = typed(viewer, address="1 High Street, Lichfield", postcode="WS13 8PJ")
    sent = site.post("/clients/add", form)
    assert (sent.status_code, sent["Location"]) == (302, f"/clients/{form['client_id']}")
    shown = site.get(sent["Location"]).content.decode()
    assert "Amy Smith is listed" in shown
    assert f'action="/clients/{form["client_id"]}/add/undo"' in shown
    another = re.search(r'href="(/clients/add\?at=[0-9a-f-]{36})"', shown)[1]
    body = site.get(another).content.decode()
    assert 'value="1 High Street, Lichfield"' in body
    assert 'value="Amy"' not in body
    assert site.post("/clients/add", form)["Location"] == f"/clients/{form['client_id']}"
    assert site.post(f"/clients/{form['client_id']}/add/undo")["Location"] == "/search"
    with inside(amber):
        assert Client.objects.get(id=UUID(form["client_id"])).removed_at is not None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"given_name": ""}, "Enter a first name"),
        ({"given_name": "a" * 10_000}, "10,000 characters"),
        ({"family_name": "\u200b\u202e"}, "Enter a surname"),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "must be a real date"),
        ({"birth_date_year": "2090"}, "must be today or in the past"),
        ({"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}, "Enter a birth date"),
        ({"birth_date_day": "", "birth_date_month": "", "birth_date_year": "", "age": "young"}, "age in years"),
        ({"postcode": "nowhere"}, "full postcode"),
        ({"talk-agreed": "nonsense"}, "Choose one of these answers"),
        ({"service": str(uuid4())}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(signed_in, amber, wrong, said):
    site, viewer = signed_in
    page = site.post("/clients/add", typed(viewer, known_as="Mimi", **wrong))
    body = page.content.decode()
    assert page.status_code == 422
    assert said in body
    assert "There is a problem" in body
    assert 'value="Mimi"' in body
    with inside(amber):
        assert not Client.objects.exists()


def test_a_strong_match_is_shown_and_same_person_joins_in_one_click(signed_in, amber):
    site, viewer = signed_in
    with inside(amber):
        listed = make_client("Amy", "Smith", born=BORN)
    form = typed(viewer)
    page = site.post("/clients/add", form)
    body = page.content.decode()
    assert page.status_code == 409
    assert f'name="same_as" value="{listed.id}"' in body
    assert "Different person: add" in body
    joined = site.post("/clients/add", {**form, "same_as": str(listed.id)})
    assert joined["Location"] == f"/clients/{listed.id}"
    with inside(amber):
        assert Involvement.objects.filter(client=listed, practitioner_id=viewer.id).exists()
        assert Client.objects.count() == 1


def test_a_different_person_needs_a_reason(signed_in, amber):
    site, viewer = signed_in
    with inside(amber):
        listed = make_client("Amy", "Smith", born=BORN)
    form = typed(viewer, apart_from=str(listed.id))
    assert "Say why this is a different person" in site.post("/clients/add", form).content.decode()
    sent = site.post("/clients/add", {**form, "why_different": "namesake"})
    assert sent["Location"] == f"/clients/{form['client_id']}"


def test_while_typing_likely_people_are_compared_and_nothing_is_said_of_too_little(signed_in, amber):
    site, viewer = signed_in
    with inside(amber):
        make_client("Amy", "Smith", born=BORN)
    body = site.post("/clients/add/check", typed(viewer), headers={"HX-Request": "true"}).content.decode()
    assert "Same person: join" in body
    assert "<html" not in body
    assert "Same person" not in site.post("/clients/add/check", typed(viewer, family_name="")).content.decode()


def test_the_answers_about_consent_follow_the_age_that_is_typed(signed_in):
    site, viewer = signed_in
    assert 'value="agreed_parent"' not in site.get("/clients/add").content.decode()
    body = site.post("/clients/add/check", typed(viewer, offered="not_yet,more")).content.decode()
    offered = re.search(r'name="offered" value="([^"]+)"', body)[1]
    assert "agreed_parent" in offered
    assert 'hx-swap-oob="true"' in body
    assert 'name="offered"' not in site.post("/clients/add/check", typed(viewer, offered=offered)).content.decode()


def test_another_practitioners_address_is_not_offered_again(signed_in, amber):
    site, _viewer = signed_in
    with inside(amber):
        theirs = make_client("Amy", "Smith", address="1 High Street, Lichfield")
    assert site.get(f"/clients/add?at={theirs.id}").status_code == 404
    assert site.get(f"/clients/add?at={uuid4()}").status_code == 404


def test_who_works_in_no_service_is_told_whom_to_ask(site, amber):
    with inside(amber):
        viewer = make_viewer(make_service(make_agency(agreement=False)))
    site.sign_in(viewer)
    page = site.get("/clients/add")
    assert page.status_code == 403
    assert "sharing agreement" in page.content.decode()


# Changing details


@pytest.fixture
def supported(signed_in, amber):
    site, viewer = signed_in
    with inside(amber):
        from core.directory.models import Practitioner

        client = make_client("Amy", "Smith", born=BORN)
        make_involvement(client, Practitioner.objects.get(id=viewer.id))
    return site, client


def changed(**fields):
    return {
        "given_name": "Amy", "family_name": "Smith", "birth_date_day": "3", "birth_date_month": "4",
        "birth_date_year": "2015", "version": "1", **fields,
    }  # fmt: skip


def test_details_are_changed_by_who_supports_the_client_alone(supported, amber):
    site, client = supported
    with inside(amber):
        strange = make_client("Zoe", "Plumb")
    assert site.get(f"/clients/{strange.id}/details").status_code == 404
    assert site.post(f"/clients/{strange.id}/details", changed()).status_code == 404
    assert f'href="/clients/{client.id}/details"' in site.get(f"/clients/{client.id}").content.decode()
    assert 'value="Smith"' in site.get(f"/clients/{client.id}/details").content.decode()
    assert site.post(f"/clients/{client.id}/details", changed(family_name="Plumb")).status_code == 302
    with inside(amber):
        kept = Client.objects.get(id=client.id)
        assert (kept.family_name, kept.version, kept.search_key) == ("Plumb", 2, " amy plumb ")
        assert Client.objects.get(id=strange.id).given_name == "Zoe"


def test_the_second_of_two_sees_what_the_first_saved_and_loses_nothing(supported, amber):
    site, client = supported
    site.post(f"/clients/{client.id}/details", changed(given_name="Amelia"))
    page = site.post(f"/clients/{client.id}/details", changed(given_name="Aimée", address="1 High Street"))
    body = page.content.decode()
    assert page.status_code == 409
    assert "Amelia" in body
    assert 'value="Aimée"' in body
    assert 'value="1 High Street"' in body
    assert 'name="version" value="2"' in body
    assert site.post(f"/clients/{client.id}/details", changed(given_name="Aimée", version="2")).status_code == 302
    with inside(amber):
        assert Client.objects.get(id=client.id).given_name == "Aimée"


def test_a_number_is_set_where_the_pack_lets_it_and_checked(supported, amber):
    site, client = supported
    body = site.get(f"/clients/{client.id}/details").content.decode()
    assert 'name="number_nhs_number"' in body
    assert 'name="number_upn"' not in body  # for education alone
    assert 'name="number_ni_number"' not in body  # for nobody
    wrong = site.post(f"/clients/{client.id}/details", changed(number_nhs_number="943 476 5918"))
    assert (wrong.status_code, "check digit" in wrong.content.decode()) == (422, True)
    assert site.post(f"/clients/{client.id}/details", changed(number_nhs_number="943 476 5919")).status_code == 302
    with inside(amber):
        assert ClientIdentifier.objects.get(client=client).value == "9434765919"


def test_an_agency_that_may_not_see_a_number_is_not_shown_it_and_does_not_lose_it(site, amber):
    with inside(amber):
        service = make_service(statuses=["voluntary"])
        card = make_practitioner(service)
        client = make_client("Amy", "Smith", born=BORN)
        make_involvement(client, card)
        ClientIdentifier.objects.create(client=client, kind="nhs_number", value="9434765919")
    site.sign_in(card.user)
    body = site.get(f"/clients/{client.id}/details").content.decode()
    assert "number_nhs_number" not in body
    assert "9434765919" not in body
    assert site.post(f"/clients/{client.id}/details", changed(number_nhs_number="")).status_code == 302
    with inside(amber):
        assert ClientIdentifier.objects.filter(client=client).exists()


def test_a_prohibited_or_restricted_number_is_refused_and_recorded(amber):
    from core.network.actions.details import IdentifierNotAllowed, change_details

    with inside(amber):
        viewer = make_viewer()
        from core.directory.models import Practitioner

        client = make_client("Amy", "Smith", born=BORN)
        make_involvement(client, Practitioner.objects.get(id=viewer.id))
    for kind in ("ni_number", "upn", "made_up"):
        with pytest.raises(IdentifierNotAllowed), inside(amber):
            change_details(client_id=client.id, version=1, details=AMY, identifiers={kind: "1"}, by=viewer)
    with inside(amber):
        reasons = set(Event.objects.filter(slug="network.details.refused").values_list("reason", flat=True))
        assert reasons == {"identifier_prohibited", "identifier_restricted"}
