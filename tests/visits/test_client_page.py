"""The client page through its door: the three wishes, what each viewer sees, how many statements it takes."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.network.models import Involvement
from core.people.models import RecentClient
from core.visits.actions import log_contact, plan_visit
from core.visits.choices import ContactKind
from core.visits.models import Contact, Visit
from tenants.context import inside
from tests.factories import (
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
    make_viewer,
)
from tests.factories.counting import own_statements


def address(client, more=""):
    return f"/clients/{client.id}{more}"


def network_of(size, client):
    """People on a client's network who all see each other."""
    viewers = [make_viewer(given_name=f"Worker{n}") for n in range(size)]
    lines = [make_involvement(client, viewer) for viewer in viewers]
    for line in lines:
        make_publication(line)
    return viewers, lines


def test_it_shows_who_supports_who_visits_and_who_was_in_contact(amber, site):
    with inside(amber):
        amy = make_client("Amy", "Evans")
        (me, other), (_mine, theirs) = network_of(2, amy)
        plan_visit(involvement_id=theirs.id, on=clock.today() + timedelta(days=1), starts_at=time(14, 30), by=other)
        log_contact(involvement_id=theirs.id, kind=ContactKind.PHONE, on=clock.today(), by=other)
    page = site.sign_in(me).get(address(amy)).content.decode()
    for words in (
        "Evans",
        other.name,
        "tel:+447",
        "mailto:",
        "tomorrow, 2:30pm",
        "Today, phone",
        "2 people you can see",
    ):
        assert words in page
    assert "I no longer support this client" in page


def test_opening_it_is_written_down_with_the_lines_that_were_on_it(amber, site):
    with inside(amber):
        amy = make_client()
        (me, _other), lines = network_of(2, amy)
    site.sign_in(me).get(address(amy))
    with inside(amber):
        event = Event.objects.get(slug="network.client.opened")
        assert set(event.detail["lines"]) == {str(line.id) for line in lines}
        assert (event.client_id, event.actor_id) == (amy.id, me.id)
        assert RecentClient.objects.filter(client=amy, user_id=me.user_id).exists()


@pytest.mark.parametrize("headers", [{"HX-Preloaded": "true"}, {"Sec-Purpose": "prefetch"}])
def test_a_page_fetched_ahead_shows_nothing_and_is_not_written_down(amber, site, headers):
    with inside(amber):
        amy = make_client()
        (me,), _lines = network_of(1, amy)
    ahead = site.sign_in(me).get(address(amy), headers=headers)
    assert (ahead.status_code, ahead.content) == (204, b"")
    with inside(amber):
        assert not Event.objects.filter(slug="network.client.opened").exists()


def test_someone_not_on_the_network_sees_who_it_is_and_how_to_join_and_no_one_else(amber, site):
    with inside(amber):
        amy = make_client("Amy", "Evans")
        (other,), _lines = network_of(1, amy)
        stranger = make_viewer()
    page = site.sign_in(stranger).get(address(amy)).content.decode()
    assert other.name not in page
    assert "person you can see" not in page
    assert "Not known to you" in page
    assert "I am supporting this client" in page
    assert "Have you talked to them about this?" in page


def test_an_unpublished_line_is_marked_for_its_own_practitioner_and_hidden_from_others(amber, site):
    with inside(amber):
        amy = make_client()
        (other,), _lines = network_of(1, amy)
        me = make_viewer(family_name="Waiting")
        make_involvement(amy, me)
    page = site.sign_in(me).get(address(amy)).content.decode()
    assert "not shown to others yet" in page
    assert "Consent: not yet discussed." in page
    assert "record it now" in page
    assert "Waiting" not in site.sign_in(other).get(address(amy)).content.decode()


@pytest.mark.parametrize("kind", ["shielded", "removed", "missing"])
def test_what_may_not_be_seen_answers_as_what_is_not_there(amber, site, kind):
    with inside(amber):
        fields = {"shielded": {"shield": "shielded"}, "removed": {"removed_at": clock.now()}}.get(kind, {})
        amy = make_client(**fields)
        me = make_viewer()
        if kind == "missing":
            amy.id = me.id
    answer = site.sign_in(me).get(address(amy))
    nothing = site.get("/clients/00000000-0000-4000-8000-000000000000")
    assert answer.status_code == nothing.status_code == 404
    assert answer.content == nothing.content


def test_another_councils_practitioner_finds_nothing(amber, birch):
    from tests.factories.site import Site

    with inside(amber):
        amy = make_client()
    with inside(birch):
        me = make_viewer()
    assert Site(birch).sign_in(me).get(address(amy)).status_code == 404


@pytest.mark.parametrize("size", [1, 8])
def test_it_takes_at_most_ten_statements_however_many_people(amber, site, size):
    with inside(amber):
        amy = make_client()
        viewers, lines = network_of(size, amy)
        for line in lines:
            Visit.objects.create(client=amy, involvement=line, on=clock.today(), created_at=clock.now())
            Contact.objects.create(client=amy, involvement=line, on=clock.today(), kind="phone", created_at=clock.now())
        Involvement.objects.filter(id=lines[0].id).update(is_lead=True)
    site.sign_in(viewers[0])
    with own_statements() as own:
        assert site.get(address(amy)).status_code == 200
    assert len(own) <= 10, "\n".join(own)
    assert len(own) == 10, "\n".join(own)


def test_the_page_of_someone_not_on_the_network_takes_at_most_ten(amber, site):
    with inside(amber):
        amy = make_client(born=clock.today() - timedelta(days=40 * 365))
        me = make_viewer()
    site.sign_in(me)
    with own_statements() as own:
        assert site.get(address(amy)).status_code == 200
    assert len(own) <= 10, "\n".join(own)


def test_one_tap_logs_a_contact_of_today_and_the_next_page_offers_to_undo_it(amber, site):
    with inside(amber):
        amy = make_client()
        (me,), (line,) = network_of(1, amy)
    site.sign_in(me)
    answer = site.post(f"/lines/{line.id}/contacts", {"kind": "visit", "day": "today"}, follow=True)
    page = answer.content.decode()
    assert "Contact noted: visit, today." in page
    assert "Undo" in page
    with inside(amber):
        contact = Contact.objects.get()
    assert "not noted" in site.post(f"/contacts/{contact.id}/undo", follow=True).content.decode()
    with inside(amber):
        assert Contact.objects.get().removed_at is not None


def test_another_day_is_asked_for_where_it_was_chosen_and_kept_where_it_was_wrong(amber, site):
    with inside(amber):
        amy = make_client()
        (me,), (line,) = network_of(1, amy)
    site.sign_in(me)
    asked = site.post(f"/lines/{line.id}/contacts", {"kind": "phone", "day": "other"})
    assert asked.status_code == 422
    assert "Enter the day" in asked.content.decode()
    ahead = {"kind": "phone", "day": "other", "other_day": "31", "other_month": "12", "other_year": "2090"}
    kept = site.post(f"/lines/{line.id}/contacts", ahead)
    assert kept.status_code == 422
    assert "2090" in kept.content.decode()


def test_a_visit_is_planned_changed_and_the_later_of_two_changes_sees_the_earlier(amber, site):
    with inside(amber):
        amy = make_client()
        (me,), (line,) = network_of(1, amy)
    site.sign_in(me)
    day = clock.today() + timedelta(days=5)
    typed = {"on": day.isoformat(), "starts_at": "2:30pm", "ends_at": "3.30pm"}
    assert "Visit planned" in site.post(f"/lines/{line.id}/visits", typed, follow=True).content.decode()
    with inside(amber):
        visit = Visit.objects.get()
    assert (visit.starts_at, visit.ends_at) == (time(14, 30), time(15, 30))
    later = {**typed, "starts_at": "3pm", "ends_at": "4pm", "version": "1"}
    assert site.post(f"/visits/{visit.id}", later).status_code == 302
    stale = site.post(f"/visits/{visit.id}", {**typed, "starts_at": "9am", "ends_at": "10am", "version": "1"})
    page = stale.content.decode()
    assert stale.status_code == 409
    assert "3pm to 4pm" in page
    assert 'value="9am"' in page
    again = site.post(f"/visits/{visit.id}", {**typed, "starts_at": "9am", "ends_at": "10am", "version": "2"})
    assert again.status_code == 302


@pytest.mark.parametrize("typed", ["25:00", "half past", "13pm", "99"])
def test_a_time_that_is_none_is_refused_with_a_sentence(amber, site, typed):
    with inside(amber):
        amy = make_client()
        (me,), (line,) = network_of(1, amy)
    site.sign_in(me)
    answer = site.post(f"/lines/{line.id}/visits", {"on": clock.today().isoformat(), "starts_at": typed})
    assert answer.status_code == 422
    assert "Enter a time, such as 2:30pm" in answer.content.decode()


def test_someone_without_an_account_is_listed_with_number_and_said_to_have_none(amber, site):
    with inside(amber):
        amy = make_client()
        (me,), _lines = network_of(1, amy)
        line = make_involvement(amy, make_practitioner(make_service(), account=False, family_name="Offline"))
        make_publication(line)
    page = site.sign_in(me).get(address(amy)).content.decode()
    assert "Offline" in page
    assert "no account" in page


def test_the_page_holds_no_name_in_its_address_or_title_and_is_kept_nowhere(amber, site):
    with inside(amber):
        amy = make_client("Amyrose", "Evansworth")
        (me,), _lines = network_of(1, amy)
    answer = site.sign_in(me).get(address(amy))
    page = answer.content.decode()
    assert "Evansworth" not in page[: page.index("</head>")]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in page
