"""A publication's question asked again: what has changed counts, what was recorded stays, and nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.consent.conversation import ConversationAnswers
from core.consent.models import DecisionRecord
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Tightening
from core.consent.request import Recipient
from core.consent.verdict import Reason, Verdict
from core.consent.wording import Consenter, Outcome, Talked
from core.directory.models import Agency, Practitioner, Service
from core.network.actions import join_network
from core.network.actions.again import (
    AT_ONCE,
    agencies_now,
    asked_again,
    decide_again,
    decide_again_for,
    publications_to_ask,
    still_stands,
)
from core.network.models import Conflict, Publication
from tests.factories import make_agency, make_client, make_involvement, make_service, make_viewer

AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)


def join(client, viewer, answers=AGREED):
    return join_network(client_id=client.id, service_id=viewer.service_ids[0], answers=answers, by=viewer)


@pytest.fixture
def pair(in_amber):
    """A client of eight, two people on the network, and the first one's publication."""
    amy, first, second = make_client(born=date(2018, 4, 3)), make_viewer(), make_viewer()
    line = join(amy, first)
    join(amy, second)
    return amy, first, second, publications_to_ask().get(involvement=line)


def again(publication, *, on=None, **more):
    on = on or clock.today()
    policy = more.pop("policy", None) or policy_in_force(clock.today())
    return decide_again(publication, policy=policy, on=on, **more)


def tighter(**parts):
    return replace(policy_in_force(clock.today()), tightening=Tightening(**parts))


def test_with_nothing_changed_it_is_permitted_as_it_was(pair):
    decision = again(pair[3])
    assert (decision.outcome, decision.reason, decision.visibility) == (Verdict.PERMIT, Reason.OK, "network")
    assert still_stands(pair[3], decision)


def test_it_writes_nothing(pair):
    with CaptureQueriesContext(connection) as captured:
        again(pair[3])
        decide_again_for(pair[3], Recipient(agency="x"), policy=policy_in_force(clock.today()), on=clock.today())
    assert [one["sql"] for one in captured.captured_queries if not one["sql"].startswith("SELECT")] == []


def test_a_yes_grows_old_with_the_day_it_is_asked_on(pair):
    today = clock.today()
    assert again(pair[3], on=today + timedelta(days=365)).is_permitted
    assert again(pair[3], on=today + timedelta(days=366)).reason is Reason.CONSENT_EXPIRED
    assert again(pair[3], on=today - timedelta(days=30)).is_permitted, "a day before it was given does no harm"


def test_the_client_is_as_old_as_they_are_on_that_day(pair):
    amy = pair[0]
    amy.birth_date = date(clock.today().year - 18, 1, 1)
    assert again(pair[3], client=amy).reason is Reason.BASIS_WRONG_CLIENT_TYPE
    amy.birth_date = date(clock.today().year - 17, 1, 1)
    assert again(pair[3], client=amy).reason is Reason.WRONG_CONSENTER
    amy.birth_date = None
    assert not again(pair[3], client=amy).is_permitted


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"bases_off": frozenset({"en.family_help_agreement"})}, Reason.BASIS_UNKNOWN),
        ({"more_fields": {"en.family_help_agreement": ("informed_status",)}}, Reason.EVIDENCE_INCOMPLETE),
        ({"classes": {"family.help": "mental_health"}}, Reason.SENSITIVE_NEEDS_EXPLICIT_CONSENT),
    ],
)
def test_another_policy_is_asked_as_if_it_held(pair, parts, reason):
    assert again(pair[3], policy=tighter(**parts)).reason is reason


def test_a_shorter_review_is_permitted_and_says_how_short(pair):
    decision = again(pair[3], policy=tighter(review_days={"en.family_help_agreement": 30}))
    assert decision.is_permitted
    assert decision.review_days == 30


def test_a_service_kept_closer_than_it_was_published_does_not_stand_even_where_it_is_permitted(in_amber):
    amy, helper = make_client(), make_viewer()
    make_involvement(amy, helper)
    named = ConversationAnswers(
        talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED_WITH_EXCEPTIONS,
        named=(Recipient(agency=str(helper.agency_id)),), picked={"withdrawal_explained": "yes"},
    )  # fmt: skip
    line = join(amy, make_viewer(), named)
    publication = publications_to_ask().get(involvement=line)
    assert (publication.basis, publication.visibility) == ("en.consent_explicit", "network")
    decision = again(publication, policy=tighter(classes={"family.help": "mental_health"}))
    assert (decision.is_permitted, decision.visibility) == (True, "named_only")
    assert not still_stands(publication, decision)


# The publisher's standing


@pytest.mark.parametrize(("lapsed", "stands"), [(0, True), (28, True), (29, False)])
def test_a_clearance_or_an_agreement_renewed_late_ends_nothing(pair, lapsed, stands):
    _amy, first, _second, publication = pair
    until = clock.today() - timedelta(days=lapsed)
    Practitioner.objects.filter(id=first.id).update(cleared_until=until)
    assert again(publications_to_ask().get(id=publication.id)).is_permitted is stands
    Practitioner.objects.filter(id=first.id).update(cleared_until=None)
    Agency.objects.filter(id=first.agency_id).update(agreement_expires_on=until)
    assert again(publications_to_ask().get(id=publication.id)).is_permitted is stands


def test_nobody_new_is_shown_a_line_on_a_standing_that_has_lapsed(pair):
    _amy, first, _second, publication = pair
    Practitioner.objects.filter(id=first.id).update(cleared_until=clock.today() - timedelta(days=1))
    one = publications_to_ask().get(id=publication.id)
    policy = policy_in_force(clock.today())
    assert asked_again(one, policy=policy, on=clock.today()).actor.checks_ok
    assert not asked_again(one, policy=policy, on=clock.today(), late=AT_ONCE).actor.checks_ok


def test_what_the_publishers_service_is_in_law_now_counts(pair):
    _amy, first, _second, publication = pair
    Service.objects.filter(id=first.service_ids[0]).update(statuses=["cda_ra"])
    assert again(publications_to_ask().get(id=publication.id)).reason is Reason.ACTOR_STATUS


def test_a_publisher_who_turns_out_to_be_a_relative_is_a_conflict(pair):
    amy, first, _second, publication = pair
    Conflict.objects.create(client=amy, practitioner_id=first.id, declared_at=clock.now(), declared_by_id=first.id)
    assert again(publications_to_ask().get(id=publication.id)).reason is Reason.CONFLICT_OF_INTEREST


# Agencies


def test_an_agency_that_is_reached_no_more_is_decided_by_itself_and_the_rest_stands(pair):
    _amy, _first, second, publication = pair
    Service.objects.filter(id=second.service_ids[0]).update(statuses=["cda_ra"])
    one = publications_to_ask().get(id=publication.id)
    policy, today = policy_in_force(clock.today()), clock.today()
    known = agencies_now([one])[one.id]
    assert known[second.agency_id] == {"cda_ra"}
    assert again(one).is_permitted
    recipient = Recipient(agency=str(second.agency_id), status=known[second.agency_id])
    assert decide_again_for(one, recipient, policy=policy, on=today).reason is Reason.RECIPIENT_STATUS


def test_on_a_network_an_agency_is_what_its_services_there_are(pair):
    _amy, _first, second, publication = pair
    agency = Agency.objects.get(id=second.agency_id)
    make_service(agency, code="made.elsewhere", statuses=("health_asc",))
    one = publications_to_ask().get(id=publication.id)
    assert agencies_now([one])[one.id][second.agency_id] == {"s11"}


def test_a_line_for_named_agencies_of_which_none_is_left_is_incomplete(in_amber):
    amy, helper = make_client(), make_viewer()
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    make_involvement(amy, helper)
    answers = replace(AGREED, named=(Recipient(agency=str(helper.agency_id)),), picked={"withdrawal_explained": "yes"})
    publication = publications_to_ask().get(involvement=join(amy, clinic, answers))
    assert again(publication).is_permitted
    publication.recipients.all().delete()
    assert again(publications_to_ask().get(id=publication.id)).missing == ("recipients",)


def test_many_are_read_in_as_many_statements_as_few(in_amber):
    for _number in range(5):
        amy = make_client()
        join(amy, make_viewer())
        join(amy, make_viewer())
    policy, today = policy_in_force(clock.today()), clock.today()
    with CaptureQueriesContext(connection) as captured:
        lot = list(publications_to_ask())
        agencies = agencies_now(lot)
        answers = [decide_again(one, policy=policy, on=today, agencies=agencies[one.id]) for one in lot]
    assert len(answers) == 10
    assert all(answer.is_permitted for answer in answers)
    assert len(captured) == 5


# What can't be read


def test_a_question_that_cannot_be_read_any_more_is_never_a_permit(pair):
    _amy, _first, _second, publication = pair
    broken = DecisionRecord(
        at=clock.now(), action="publish", client_id=pair[0].id, request={"date": "not a day"}, outcome="PERMIT",
        reason="ok", visibility="network", obligations=[], pack="gb-eng", pack_checksum="",
    )  # fmt: skip
    broken.save(force_insert=True)
    Publication.objects.filter(id=publication.id).update(decision=broken)
    one = publications_to_ask().get(id=publication.id)
    assert again(one).missing == ("record",)
    recipient = Recipient(agency=str(make_agency().id), status=frozenset({"s11"}))
    assert not decide_again_for(one, recipient, policy=policy_in_force(clock.today()), on=clock.today()).is_permitted


def test_a_publication_read_any_other_way_is_read_again_with_what_is_needed(pair):
    plain = Publication.objects.get(id=pair[3].id)
    assert again(plain).is_permitted
