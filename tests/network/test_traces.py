"""What could give a line away to those who may not see it, and what has to leave a trace: refusals and sights."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.consent.conversation import ConversationAnswers
from core.consent.wording import Consenter, Outcome, Talked
from core.council.queries import notices_shown_to
from core.network import errors
from core.network.actions import (
    confirm_involvement,
    end_involvement,
    invite_colleague,
    join_network,
    offer_lead,
    record_conversation_for,
    take_lead,
)
from core.network.choices import EndReason
from core.network.models import Involvement, Publication
from core.network.policies import can_see
from core.network.queries.show import network_for
from core.notices.models import Notice
from core.people.models import ClientIdentifier
from tenants.context import inside
from tests.factories import (
    make_agency,
    make_client,
    make_involvement,
    make_publication,
    make_service,
    make_service_type,
    make_viewer,
)

AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)


def join(client, viewer, answers=AGREED):
    return join_network(client_id=client.id, service_id=viewer.service_ids[0], answers=answers, by=viewer)


def end(line, by):
    return end_involvement(involvement_id=line.id, on=clock.today(), reason=EndReason.NEED_MET, by=by)


@pytest.fixture
def pair(in_amber):
    """A client, two people of two agencies on the network, and their lines."""
    amy, first, second = make_client(), make_viewer(), make_viewer()
    return amy, first, second, join(amy, first), join(amy, second)


# Identifiers


def test_the_client_page_shows_a_number_only_to_agencies_that_the_pack_lets_see_it(in_amber):
    amy = make_client()
    health, school = make_viewer(make_service(statuses=("health_asc",))), make_viewer(make_service(statuses=("s16e",)))
    for viewer in (health, school):
        make_involvement(amy, viewer)
    for kind, value in (("nhs_number", "9990000018"), ("upn", "H801200001001"), ("local_ref", "L-1")):
        ClientIdentifier.objects.create(client=amy, kind=kind, value=value)
    assert [kind for kind, _value in network_for(health, amy.id).client.identifiers] == ["nhs_number"]
    assert [kind for kind, _value in network_for(school, amy.id).client.identifiers] == ["upn"]


# Being told of an end


@pytest.mark.parametrize("hidden_by", ["review day", "sensitivity", "shield"])
def test_the_end_of_a_line_that_is_seen_no_more_is_told_to_nobody(pair, hidden_by):
    amy, first, second, one, _other = pair
    assert can_see(second, one)
    if hidden_by == "review day":
        Publication.objects.filter(involvement=one).update(review_by=clock.today() - timedelta(days=1))
    elif hidden_by == "sensitivity":
        sensitive = make_service_type("made.sensitive", sensitivity="mental_health")
        one.service.service_type = sensitive
        one.service.save()
    else:
        amy.shield = "shielded"
        amy.save()
    assert not can_see(second, one)
    end(one, first)
    assert not Notice.objects.filter(slug="network.member.ended", user_id=second.user_id).exists()


def test_the_end_of_a_line_is_not_put_in_words_for_someone_whose_clearance_ran_out(pair):
    from core.accounts.models import User
    from core.directory.models import Practitioner
    from core.directory.viewers import viewer_of

    _amy, first, second, one, _other = pair
    end(one, first)
    user = User.objects.get(id=second.user_id)
    assert any(first.name in told.text for told in notices_shown_to(second, user))
    Practitioner.objects.filter(id=second.id).update(cleared_until=clock.today() - timedelta(days=1))
    assert not any(first.name in told.text for told in notices_shown_to(viewer_of(user), user))


# Leading


def test_a_lead_that_someone_may_not_see_is_not_told_by_a_refusal(in_amber):
    amy, first, second = make_client(), make_viewer(), make_viewer()
    one, other = make_involvement(amy, first), make_involvement(amy, second)
    make_publication(one, make_agency())
    make_publication(other)
    take_lead(involvement_id=one.id, by=first)
    assert network_for(second, amy.id).lead is None
    with pytest.raises(errors.CannotLead):
        take_lead(involvement_id=other.id, by=second)


def test_a_lead_whose_line_is_shown_no_more_leads_no_more(pair):
    _amy, first, second, one, other = pair
    take_lead(involvement_id=one.id, by=first)
    Publication.objects.filter(involvement=one).update(review_by=clock.today() - timedelta(days=1))
    take_lead(involvement_id=other.id, by=second)
    assert Involvement.objects.get(is_lead=True).id == other.id
    assert Event.objects.get(slug="network.lead.lapsed").subject_id == one.id
    with pytest.raises(errors.CannotLead):
        take_lead(involvement_id=one.id, by=first)


# A consent whose review day passed


def test_a_line_whose_review_day_passed_is_shown_again_by_a_new_conversation(pair):
    _amy, first, second, one, _other = pair
    Publication.objects.filter(involvement=one).update(review_by=clock.today() - timedelta(days=1))
    assert not can_see(second, one)
    assert record_conversation_for(involvement_id=one.id, answers=AGREED, by=first)
    assert can_see(second, one)
    assert sorted(Publication.objects.filter(involvement=one).values_list("end_reason", flat=True)) == ["", "expired"]


def test_nobody_invites_on_a_publication_whose_review_day_passed(pair):
    amy, first, _second, one, _other = pair
    Publication.objects.filter(involvement=one).update(review_by=clock.today() - timedelta(days=1))
    with pytest.raises(errors.NotShownYet):
        invite_colleague(client_id=amy.id, practitioner_id=make_viewer().id, by=first)


# Inviting


def test_inviting_answers_alike_whether_a_hidden_line_of_the_same_agency_is_there_or_not(pair):
    amy, first, _second, _one, _other = pair
    agency = make_agency()
    outside = make_viewer(make_service(agency, code="made.outside", statuses=("cda_ra",)))
    with pytest.raises(errors.ConsentDoesNotReach):
        invite_colleague(client_id=amy.id, practitioner_id=outside.id, by=first)
    make_involvement(amy, make_viewer(make_service(agency, code="made.inside", statuses=("s11",))))
    with pytest.raises(errors.ConsentDoesNotReach):
        invite_colleague(client_id=amy.id, practitioner_id=outside.id, by=first)


# Refusals leave a trace


def test_what_is_refused_on_someone_elses_line_is_recorded(amber):
    with inside(amber):
        amy, first, second = make_client(), make_viewer(), make_viewer()
        one = join(amy, first)
    for attempt in (
        lambda: end(one, second),
        lambda: confirm_involvement(involvement_id=one.id, by=second),
        lambda: record_conversation_for(involvement_id=one.id, answers=AGREED, by=second),
        lambda: take_lead(involvement_id=one.id, by=second),
        lambda: offer_lead(to_involvement_id=one.id, by=second),
    ):
        with pytest.raises(errors.InvolvementNotFound), inside(amber):
            attempt()
    with inside(amber):
        refused = Event.objects.filter(outcome="refused", subject_id=one.id, actor_id=second.id)
        assert refused.count() == 5


def test_every_address_of_someone_elses_line_visit_and_contact_records_the_refusal(amber, site):
    from core.visits.actions import log_contact, plan_visit
    from core.visits.choices import ContactKind

    with inside(amber):
        amy, first, second = make_client(), make_viewer(), make_viewer()
        one = join(amy, first)
        visit = plan_visit(involvement_id=one.id, on=clock.today(), by=first)
        contact = log_contact(involvement_id=one.id, kind=ContactKind.PHONE, on=clock.today(), by=first)
    site.sign_in(second)
    addresses = (
        *(f"/lines/{one.id}/{more}" for more in ("contacts", "visits", "end", "end/undo", "join/undo", "confirm")),
        *(f"/lines/{one.id}/{more}" for more in ("conversation", "lead", "lead/offer")),
        *(f"/visits/{visit.id}{more}" for more in ("", "/cancel", "/cancel/undo")),
        f"/contacts/{contact.id}/undo",
    )
    for address in addresses:
        with inside(amber):
            before = Event.objects.filter(outcome="refused").count()
        assert site.post(address).status_code == 404, address
        with inside(amber):
            assert Event.objects.filter(outcome="refused").count() == before + 1, address


# Sights leave a trace


def test_asking_to_join_is_a_sight_of_who_the_client_is(amber, site):
    with inside(amber):
        amy, stranger = make_client(), make_viewer()
    assert site.sign_in(stranger).get(f"/clients/{amy.id}/join").status_code == 200
    with inside(amber):
        assert Event.objects.get(outcome="seen", client_id=amy.id).actor_id == stranger.id


def test_a_client_shown_as_a_likely_duplicate_is_a_sight(amber, site):
    with inside(amber):
        amy, me = make_client("Amelia", "Hartwell"), make_viewer()
    typed = {
        "client_id": "6a0b0d1e-0000-4000-8000-000000000001", "given_name": "Amelia", "family_name": "Hartwell",
        "birth_date_day": "3", "birth_date_month": "4", "birth_date_year": "2018",
        "service": str(me.service_ids[0]), "talk-agreed": "not_yet",
    }  # fmt: skip
    site.sign_in(me)
    assert "Hartwell" in site.post("/clients/add/check", typed).content.decode()
    with inside(amber):
        assert Event.objects.get(slug="people.client.compared").detail["listed"] == [str(amy.id)]
    assert site.post("/clients/add", typed).status_code == 409
    with inside(amber):
        assert Event.objects.filter(slug="people.client.compared").count() == 2
