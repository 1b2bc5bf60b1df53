"""Finding clients: who is found by whom, what a list says, and that nobody who is hidden leaves a trace in it."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.audit.models import Event
from core.consent.packs_in_use import forget_policy
from core.network.errors import AgreementMissing, NotCleared
from core.network.models import Conflict, NetworkInvitation
from core.network.policies import forget_standing
from core.network.queries.find import recent_for, search_clients
from core.people.actions import remember_opened
from core.people.models import ClientIdentifier
from tenants.context import inside
from tests.factories import make_agency, make_client, make_involvement, make_practitioner, make_service, make_viewer

BORN = date(2015, 4, 3)


def statements(captured):
    """The view's own statements: scope, savepoints, session, user and audit are counted apart."""
    apart = re.compile(
        r"set_config|SAVEPOINT|django_session|(FROM|INTO|UPDATE) .accounts_|audit_event|otp_|directory_practitioner|notices_notice|directory_membership"
    )
    now = re.compile(r"'[0-9-]{10} [0-9:.+]+'::timestamptz")
    return [now.sub("now", query["sql"]) for query in captured if not apart.search(query["sql"])]


def without_ids(body: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|value=\"[A-Za-z0-9]{64}\"|[A-Za-z0-9]{64}", "", body)


def names(page):
    return [line.name for line in page.results]


def test_an_open_search_finds_anybodys_client_with_little_said_of_them(in_amber):
    viewer = make_viewer()
    client = make_client(
        "Amelia", "Smith", born=BORN, known_as="Amy", address="1 High Street, Lichfield", postcode="WS13 8PJ"
    )
    (line,) = search_clients(viewer, "amy smith").results
    assert (line.id, line.name, line.is_yours, line.is_match_only) == (client.id, "SMITH, Amelia (Amy)", False, False)
    assert line.born.startswith("Born 3 April 2015, ")
    assert line.place == ""


def test_the_place_is_said_only_where_names_do_not_tell_two_apart(in_amber):
    viewer = make_viewer()
    make_client("Amy", "Smith", address="1 High Street, Lichfield", postcode="WS13 8PJ")
    make_client("Amy", "Smith", address="2 Low Road, Burntwood", postcode="WS7 1AA")
    assert {line.place for line in search_clients(viewer, "amy smith").results} == {"Lichfield WS13", "Burntwood WS7"}


def test_ones_own_client_is_marked(in_amber):
    card = make_practitioner()
    client = make_client("Amy", "Smith")
    make_involvement(client, card)
    from core.directory.viewers import viewer_of

    (line,) = search_clients(viewer_of(card.user), "amy smith").results
    assert line.is_yours


def test_the_sight_is_recorded_with_the_ids_and_without_what_was_typed(in_amber):
    viewer, client = make_viewer(), make_client("Amy", "Smith", born=BORN)
    search_clients(viewer, "amy smith 3/4/2015")
    event = Event.objects.get(slug="people.client.searched")
    assert event.outcome == "seen"
    assert event.actor_id == viewer.id
    assert event.detail == {"fields": ["given_name", "family_name", "dob"], "listed": [str(client.id)]}


HIDDEN = ({"shield": "shielded"}, {"shield": "new_identity"}, {"removed_at": "now"}, {"closed_on": date(2026, 1, 5)})
NOT_ENOUGH = (
    "amy smith", "smith 3/4/2015", "amy smith 2015", "amy smith 4/4/2015", "ami smith 3/4/2015", "smtih", "ws13 8pj",
    "amy smith 3/4/2015 ws13 8pj", "amy smith 07700 900123",
)  # fmt: skip


@pytest.mark.parametrize("typed", NOT_ENOUGH)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_person_gives_the_same_answer_and_statements_as_nobody(in_amber, typed, hidden):
    viewer = make_viewer()
    with CaptureQueriesContext(connection) as without:
        nobody = search_clients(viewer, typed)
    fields = {name: clock.now() if value == "now" else value for name, value in hidden.items()}
    make_client("Amy", "Smith", born=BORN, postcode="WS13 8PJ", **fields)
    forget_policy(), forget_standing()  # as in a request of its own
    with CaptureQueriesContext(connection) as with_one:
        somebody = search_clients(viewer, typed)
    assert somebody == nobody
    assert statements(with_one) == statements(without)


@pytest.mark.parametrize("shield", ["shielded", "new_identity"])
def test_every_searchable_field_and_no_other_finds_that_a_person_is_protected(in_amber, shield):
    """Otherwise whoever looks for the child would list them anew, without the shield."""
    make_client("Amy", "Smith", born=BORN, postcode="WS13 8PJ", shield=shield)
    make_client("Amy", "Smith", born=BORN, shield=shield)
    (line,) = search_clients(make_viewer(), "smith, amy 3/4/2015").results
    assert line.is_protected
    assert (line.name, line.place, line.because) == ("Amy Smith", "", ())


@pytest.mark.parametrize("hidden", HIDDEN[2:])
def test_someone_removed_or_closed_is_not_found_by_every_field_either(in_amber, hidden):
    fields = {name: clock.now() if value == "now" else value for name, value in hidden.items()}
    make_client("Amy", "Smith", born=BORN, **fields)
    assert search_clients(make_viewer(), "amy smith 3/4/2015").results == ()


def test_a_relative_of_the_client_finds_nobody(in_amber):
    viewer, client = make_viewer(), make_client("Amy", "Smith", born=BORN)
    Conflict.objects.create(client=client, practitioner_id=viewer.id, declared_at=clock.now(), declared_by_id=viewer.id)
    assert search_clients(viewer, "amy smith 3/4/2015").results == ()


def test_a_shielded_person_is_hidden_from_who_supports_them_too(in_amber):
    from core.directory.viewers import viewer_of

    card, client = make_practitioner(), make_client("Amy", "Smith", shield="shielded")
    make_involvement(client, card)
    assert search_clients(viewer_of(card.user), "amy smith").results == ()


@pytest.mark.parametrize("typed", ["amy smith 3/4/2015", "smith", "ws13 8pj", "07700 900123", "943 476 5919"])
def test_a_search_takes_at_most_three_statements(in_amber, typed):
    viewer = make_viewer()
    for _ in range(30):
        make_client("Amy", "Smith", born=BORN, postcode="WS13 8PJ", phone="+447700900123")
    with CaptureQueriesContext(connection) as captured:
        assert search_clients(viewer, typed).is_empty is False
    assert len(statements(captured)) == 3


def test_who_is_not_cleared_or_has_no_agreement_finds_nobody_and_the_refusal_stays(amber):
    with inside(amber):
        make_client("Amy", "Smith")
        lapsed = make_viewer(cleared_until=date(2020, 1, 1))
        outside = make_viewer(make_service(make_agency(agreement=False)))
    for viewer, error in ((lapsed, NotCleared), (outside, AgreementMissing)):
        with pytest.raises(error), inside(amber):
            search_clients(viewer, "amy smith")
    with inside(amber):
        refused = Event.objects.filter(slug="people.client.searched", outcome="refused")
        assert {event.reason for event in refused} == {"actor_not_cleared", "agency_agreement_missing"}


def test_an_identifier_is_searched_by_only_where_it_may_be_shown(in_amber):
    client = make_client("Amy", "Smith")
    ClientIdentifier.objects.create(client=client, kind="nhs_number", value="9434765919")
    council, charity = make_viewer(make_service(statuses=["s11"])), make_viewer(make_service(statuses=["voluntary"]))
    assert [line.id for line in search_clients(council, "943 476 5919").results] == [client.id]
    assert search_clients(charity, "943 476 5919").results == ()


# A closed search


@pytest.fixture
def in_coral(coral):
    with inside(coral, actor="test"):
        yield coral


def test_a_closed_search_finds_ones_own_and_those_one_is_invited_to(in_coral):
    from core.directory.viewers import viewer_of

    card, other = make_practitioner(), make_practitioner()
    own, invited, strange = (make_client("Amy", name) for name in ("Smith", "Smithers", "Smithson"))
    make_involvement(own, card)
    NetworkInvitation.objects.create(client=invited, practitioner=card, invited_by=other, created_at=clock.now())
    page = search_clients(viewer_of(card.user), "amy smith")
    assert page.is_closed
    assert {line.id for line in page.results} == {own.id, invited.id}
    assert strange.id not in {line.id for line in page.results}


def test_a_closed_search_says_of_a_stranger_only_what_was_typed(in_coral):
    viewer = make_viewer()
    client = make_client(
        "Amelia", "Smith", born=BORN, known_as="Amy", postcode="3065", address="1 High Street, Fitzroy"
    )
    for too_little in ("amy smith", "smith 3/4/2015", "3/4/2015", "amy smith 4/3/2015", "amy smit 3/4/2015", "3065"):
        assert search_clients(viewer, too_little).results == (), too_little
    (line,) = search_clients(viewer, "amy smith 3/4/2015").results
    assert (line.id, line.name, line.born, line.place) == (client.id, "Amy Smith", "Born 3 April 2015", "")
    assert line.is_match_only


def test_two_who_fit_exactly_are_not_told_of_in_a_closed_search(in_coral):
    viewer = make_viewer()
    for _ in range(2):
        make_client("Amy", "Smith", born=BORN)
    assert search_clients(viewer, "amy smith 3/4/2015").results == ()


def test_a_shielded_stranger_never_matches_in_a_closed_search(in_coral):
    viewer = make_viewer()
    nobody = search_clients(viewer, "amy smith 3/4/2015 3000")
    make_client("Amy", "Smith", born=BORN, shield="shielded", postcode="3000")
    assert search_clients(viewer, "amy smith 3/4/2015 3000") == nobody
    (line,) = search_clients(viewer, "amy smith 3/4/2015").results
    assert line.is_protected
    assert not line.is_match_only


def test_a_closed_search_takes_three_statements_too(in_coral):
    viewer = make_viewer()
    make_client("Amy", "Smith", born=BORN)
    with CaptureQueriesContext(connection) as captured:
        search_clients(viewer, "amy smith 3/4/2015")
    assert len(statements(captured)) == 3


# Pages


def test_what_was_typed_is_shown_again_at_an_address_without_a_name(site, amber):
    with inside(amber):
        viewer, client = make_viewer(), make_client("Amy", "Smith")
    site.sign_in(viewer)
    sent = site.post("/search", {"q": "amy smtih"})
    assert sent.status_code == 302
    assert re.fullmatch(r"/search/[0-9a-f-]{36}", sent["Location"])
    page = site.get(sent["Location"])
    body = page.content.decode()
    assert page.status_code == 200
    assert 'value="amy smtih"' in body
    assert f"/clients/{client.id}" in body
    assert "Amy Smtih" in body  # the way to add somebody who is not listed
    assert page["Cache-Control"] == "no-store"


def test_a_search_of_another_session_is_forgotten_and_says_so(site, amber):
    with inside(amber):
        viewer = make_viewer()
    site.sign_in(viewer)
    page = site.get(f"/search/{uuid4()}")
    assert page.status_code == 200
    assert "no longer kept" in page.content.decode()


def test_the_page_for_a_shielded_person_is_byte_for_byte_the_page_for_nobody(site, amber):
    with inside(amber):
        viewer = make_viewer()
    site.sign_in(viewer)

    def bodies():
        where = site.post("/search", {"q": "amy smith ws13 8pj"})["Location"]
        return [
            without_ids(site.get(where).content.decode()),
            without_ids(site.post("/search/suggest", {"q": "amy smith"}).content.decode()),
        ]

    nobody = bodies()
    with inside(amber):
        make_client("Amy", "Smith", born=BORN, postcode="WS13 8PJ", shield="shielded")
    assert bodies() == nobody


def test_suggestions_are_a_fragment_that_says_how_many_fit(site, amber):
    with inside(amber):
        viewer = make_viewer()
        make_client("Amy", "Smith")
    site.sign_in(viewer)
    body = site.post("/search/suggest", {"q": "amy smi"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in body
    assert 'data-announce="1 client fits"' in body


def test_before_typing_the_clients_opened_last_are_listed(site, amber):
    with inside(amber):
        viewer, client = make_viewer(), make_client("Amy", "Smith")
        remember_opened(client_id=client.id, user_id=viewer.user_id)
        assert [line.id for line in recent_for(viewer)] == [client.id]
    site.sign_in(viewer)
    assert f"/clients/{client.id}" in site.get("/search").content.decode()
    assert f"/clients/{client.id}" in site.post("/search/suggest", {"q": ""}).content.decode()


def test_recent_clients_of_a_closed_search_are_ones_own(in_coral):
    viewer, client = make_viewer(), make_client("Amy", "Smith")
    remember_opened(client_id=client.id, user_id=viewer.user_id)
    assert recent_for(viewer) == ()


@pytest.mark.parametrize(
    "typed", ["x" * 10_000, "\u202e\u200b", "%_*", "'; drop table people_client; --", "31/2/2015 amy"]
)
def test_any_text_gives_a_page(site, amber, typed):
    with inside(amber):
        viewer = make_viewer()
    site.sign_in(viewer)
    sent = site.post("/search", {"q": typed}, follow=True)
    assert sent.status_code == 200


def test_who_may_not_search_is_told_why(site, amber):
    with inside(amber):
        viewer = make_viewer(cleared_until=date(2020, 1, 1))
    site.sign_in(viewer)
    page = site.post("/search", {"q": "amy"}, follow=True)
    assert page.status_code == 403
    assert "clearance" in page.content.decode()
