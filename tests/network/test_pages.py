"""Joining, recording a conversation later, ending and inviting, through their doors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.network.models import Involvement, NetworkInvitation, Publication
from core.network.policies import visible_to
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.counting import own_statements

PARENT = {"talk-talked": "yes", "talk-with_whom": "parent", "talk-outcome_yes": "agreed"}


def years(number):
    return clock.today() - timedelta(days=number * 366)


def network_of(size, client):
    viewers = [make_viewer() for _number in range(size)]
    for viewer in viewers:
        make_involvement(client, viewer)
    for line in Involvement.objects.filter(client=client):
        make_publication(line)
    return viewers


@pytest.mark.parametrize("size", [0, 6])
def test_joining_takes_at_most_fifteen_statements_however_many_people(amber, site, size):
    with inside(amber):
        amy, me = make_client(born=years(8)), make_viewer()
        others = network_of(size, amy)
    form = site.sign_in(me).get(f"/clients/{amy.id}/join").content.decode()
    carried = {**PARENT, "talk-material": form.split('name="talk-material" value="')[1].split('"')[0]}
    with own_statements() as own:
        assert site.post(f"/clients/{amy.id}/join", carried).status_code == 302
    assert len(own) <= 15, "\n".join(own)
    with inside(amber):
        line = Involvement.objects.get(practitioner_id=me.id)
        assert Publication.objects.filter(involvement=line).exists()
        assert all(line.id in set(visible_to(other).values_list("id", flat=True)) for other in others)


def test_a_double_submit_joins_once_and_says_so(amber, site):
    with inside(amber):
        amy, me = make_client(born=years(8)), make_viewer()
    site.sign_in(me).post(f"/clients/{amy.id}/join", PARENT)
    again = site.post(f"/clients/{amy.id}/join", PARENT, follow=True).content.decode()
    assert "already on this client" in again
    with inside(amber):
        assert Involvement.objects.filter(client=amy).count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Say whether you have talked to them"),
        ({"talk-talked": "yes"}, "Say who you talked to"),
        ({"talk-talked": "yes", "talk-with_whom": "parent"}, "Say what they said"),
        ({"talk-talked": "cannot"}, "Say why you could not ask"),
        ({"talk-talked": "maybe"}, "Select a valid choice"),
    ],
)
def test_a_question_left_out_is_asked_again_and_answers_are_kept(amber, site, typed, sentence):
    with inside(amber):
        amy, me = make_client(born=years(8)), make_viewer()
    answer = site.sign_in(me).post(f"/clients/{amy.id}/join", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "There is a problem" in page
    if typed.get("talk-with_whom"):
        assert 'value="parent"' in page
        assert "checked" in page
    with inside(amber):
        assert not Involvement.objects.exists()


def test_answers_that_do_not_follow_are_not_read(amber, site):
    with inside(amber):
        amy, me = make_client(born=years(8)), make_viewer()
    site.sign_in(me).post(f"/clients/{amy.id}/join", {**PARENT, "talk-talked": "not_yet"})
    with inside(amber):
        assert Involvement.objects.get(client=amy).practitioner_id == me.id
        assert not Publication.objects.exists()


def test_not_shared_yet_then_recorded_then_seen(amber, site):
    with inside(amber):
        amy, me = make_client(born=years(8)), make_viewer()
        (other,) = network_of(1, amy)
    site.sign_in(me).post(f"/clients/{amy.id}/join", {"talk-talked": "not_yet"})
    with inside(amber):
        line = Involvement.objects.get(practitioner_id=me.id)
        assert line.id not in set(visible_to(other).values_list("id", flat=True))
    assert "What to say" in site.get(f"/lines/{line.id}/conversation").content.decode()
    page = site.post(f"/lines/{line.id}/conversation", PARENT, follow=True).content.decode()
    assert "now see your line" in page
    with inside(amber):
        assert line.id in set(visible_to(other).values_list("id", flat=True))


def test_a_no_with_a_reason_in_law_is_shared_and_one_without_is_not(amber, site):
    with inside(amber):
        amy, me, other = make_client(born=years(8)), make_viewer(), make_viewer(make_service(code="education.school"))
        make_involvement(amy, other)
    refused = {"talk-talked": "yes", "talk-with_whom": "parent", "talk-outcome_yes": "refused"}
    site.sign_in(me).post(f"/clients/{amy.id}/join", refused)
    with inside(amber):
        line = Involvement.objects.get(practitioner_id=me.id)
        assert not Publication.objects.exists()
    place = "talk-refused_en_significant_harm"
    why = {
        "talk-refused_why": "en.significant_harm",
        f"{place}_facts": "significant_harm_suspected",
        f"{place}_reason": "protect_this_person",
        f"{place}_why_no_consent": "would_prejudice_protection",
        f"{place}_informed_status": "told",
    }
    site.post(f"/lines/{line.id}/conversation", {**refused, **why})
    with inside(amber):
        assert Publication.objects.get(involvement=line).basis == "en.significant_harm"
        assert line.id in set(visible_to(other).values_list("id", flat=True))


def test_a_sensitive_service_asks_which_agencies_and_shows_only_them(amber, site):
    with inside(amber):
        zoe = make_client(born=years(17))
        me = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
        named, other = network_of(2, zoe)
    page = site.sign_in(me).get(f"/clients/{zoe.id}").content.decode()
    assert "Which agencies may see it?" in page
    agreed = {"talk-talked": "yes", "talk-with_whom": "self", "talk-outcome_yes": "agreed"}
    asked = site.post(f"/clients/{zoe.id}/join", agreed)
    assert asked.status_code == 422
    assert "Tick at least one agency" in asked.content.decode()
    chosen = {"talk-agreed_named": str(named.agency_id), "talk-agreed_withdrawal_explained": "on"}
    site.post(f"/clients/{zoe.id}/join", {**agreed, **chosen})
    with inside(amber):
        line = Involvement.objects.get(practitioner_id=me.id)
        assert line.id in set(visible_to(named).values_list("id", flat=True))
        assert line.id not in set(visible_to(other).values_list("id", flat=True))


def test_ending_needs_a_reason_and_can_be_undone_from_the_next_page(amber, site):
    with inside(amber):
        amy = make_client()
        (me,) = network_of(1, amy)
        line = Involvement.objects.get()
    site.sign_in(me)
    without = site.post(f"/lines/{line.id}/end", {})
    assert without.status_code == 422
    assert "Choose why it ended" in without.content.decode()
    page = site.post(f"/lines/{line.id}/end", {"reason": "need_met"}, follow=True).content.decode()
    assert f"/lines/{line.id}/end/undo" in page
    site.post(f"/lines/{line.id}/end/undo")
    with inside(amber):
        assert Involvement.objects.get().ended_on is None


def test_a_colleague_is_found_invited_accepts_and_is_led_to_the_consent_step(amber, site):
    with inside(amber):
        amy = make_client()
        (me,) = network_of(1, amy)
        colleague = make_viewer(make_service(), given_name="Oluwaseun", family_name="Adeyemi")
        # The inviter's publication must hold a question that can be asked again.
        Involvement.objects.filter(practitioner_id=me.id).delete()
    site.sign_in(me).post(f"/clients/{amy.id}/join", PARENT)
    found = site.post(f"/clients/{amy.id}/invite", {"q": "adeyemi"}).content.decode()
    assert str(colleague.id) in found
    page = site.post(f"/clients/{amy.id}/invite", {"practitioner": str(colleague.id)}, follow=True).content.decode()
    assert "Invited." in page
    with inside(amber):
        invitation = NetworkInvitation.objects.get()
    site.sign_in(colleague)
    assert "asks you to join" in site.get(f"/clients/{amy.id}").content.decode()
    answer = site.post(f"/invitations/{invitation.id}", {"answer": "yes"})
    assert answer.url == f"/clients/{amy.id}/join"
    assert me.name in site.get(f"/clients/{amy.id}").content.decode()


def test_what_is_someone_elses_is_not_there(amber, site):
    with inside(amber):
        amy = make_client()
        network_of(1, amy)
        line, stranger = Involvement.objects.get(), make_viewer()
    site.sign_in(stranger)
    for path in ("end", "conversation", "visits", "contacts"):
        assert site.get(f"/lines/{line.id}/{path}").status_code == 404
    for path in ("end/undo", "join/undo", "confirm", "lead", "lead/offer"):
        assert site.post(f"/lines/{line.id}/{path}").status_code == 404
    assert site.get(f"/clients/{amy.id}/invite").status_code == 404
    with inside(amber):
        assert Event.objects.filter(outcome="refused", slug="network.invitation.refused").count() == 1
