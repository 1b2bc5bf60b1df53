"""“I am supporting this client”: what it needs, what it writes, who is told, and what it never says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.consent.conversation import ConversationAnswers
from core.consent.models import Conversation, DecisionRecord
from core.consent.wording import Consenter, Outcome, Talked
from core.network import errors
from core.network.actions import join_network, record_conversation_for
from core.network.models import Involvement, Publication, PublicationRecipient, Reminder
from core.network.policies import visible_to
from core.notices.models import Notice
from core.people.choices import Shield
from tests.factories import make_agency, make_client, make_involvement, make_practitioner, make_service, make_viewer

NOT_YET = ConversationAnswers()
PARENT_AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)
PARENT_REFUSED = replace(PARENT_AGREED, outcome=Outcome.REFUSED)


def join(client, viewer, answers=PARENT_AGREED, **more):
    return join_network(
        client_id=client.id, service_id=more.get("service_id", viewer.service_ids[0]), answers=answers, by=viewer
    )


def seen_by(viewer):
    return set(visible_to(viewer).values_list("id", flat=True))


def test_agreed_lines_are_seen_by_both_sides_and_told_once(in_amber):
    amy, first, second = make_client(), make_viewer(), make_viewer()
    one = join(amy, first)
    other = join(amy, second)
    assert seen_by(first) == seen_by(second) == {one.id, other.id}
    assert [str(notice.user_id) for notice in Notice.objects.filter(slug="network.member.joined")] == [
        str(first.user_id)
    ]
    assert Event.objects.filter(slug="network.member.joined", client_id=amy.id).count() == 2
    assert Conversation.objects.filter(client=amy).count() == 2


def test_not_yet_discussed_is_kept_back_with_a_reminder_and_nobody_is_told(in_amber):
    amy, first, second = make_client(), make_viewer(), make_viewer()
    join(amy, first)
    line = join(amy, second, NOT_YET)
    assert line.id not in seen_by(first)
    assert line.id in seen_by(second)
    assert Reminder.objects.get(involvement=line).due_on == clock.today() + timedelta(days=7)
    assert not Publication.objects.filter(involvement=line).exists()
    assert not Notice.objects.exists()
    assert DecisionRecord.objects.get(involvement_id=line.id).outcome == "DENY"
    assert not Conversation.objects.filter(by_id=second.id).exists()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (PARENT_REFUSED, "refused"),
        (replace(PARENT_AGREED, with_whom=Consenter.ATTORNEY_OR_DEPUTY), "wrong_consenter"),
        (replace(PARENT_AGREED, with_whom=Consenter.SELF, competent=True), "competence_below_assess_age"),
        (replace(PARENT_AGREED, given_on=date(2020, 1, 1)), "consent_expired"),
    ],
)
def test_what_policy_stops_stays_unpublished_with_the_reason_on_record(in_amber, answers, reason):
    amy, viewer = make_client(born=clock.today() - timedelta(days=8 * 365)), make_viewer()
    line = join(amy, viewer, answers)
    assert DecisionRecord.objects.get(involvement_id=line.id).reason == reason
    assert not Publication.objects.exists()
    assert Reminder.objects.filter(involvement=line, done_at=None).exists()


def test_its_manager_sees_an_unpublished_line_and_a_colleague_of_the_agency_does_not(in_amber):
    service = make_service()
    own, manager, colleague = make_viewer(service), make_viewer(service, roles=("manager",)), make_viewer(service)
    amy = make_client()
    line = join(amy, own, NOT_YET)
    join(amy, colleague)
    assert line.id in seen_by(manager)
    assert line.id not in seen_by(colleague)


def test_the_conversation_recorded_later_shows_the_line_and_ends_the_reminder(in_amber):
    amy, first, second = make_client(), make_viewer(), make_viewer()
    join(amy, first)
    line = join(amy, second, NOT_YET)
    assert record_conversation_for(involvement_id=line.id, answers=PARENT_AGREED, by=second)
    assert line.id in seen_by(first)
    assert Reminder.objects.get(involvement=line).done_at is not None
    with pytest.raises(errors.AlreadyShown):
        record_conversation_for(involvement_id=line.id, answers=PARENT_AGREED, by=second)


def test_a_manager_does_not_record_a_conversation_they_did_not_have(in_amber):
    service = make_service()
    own, manager = make_viewer(service), make_viewer(service, roles=("manager",))
    line = join(make_client(), own, NOT_YET)
    with pytest.raises(errors.InvolvementNotFound):
        record_conversation_for(involvement_id=line.id, answers=PARENT_AGREED, by=manager)


def test_an_agency_that_joins_later_is_decided_for_and_one_the_basis_cannot_reach_sees_nothing(in_amber):
    amy = make_client()
    first = make_viewer(make_service(statuses=("s11",)))
    line = join(amy, first)
    reached, not_reached = (
        make_viewer(make_service(statuses=("s16e",))),
        make_viewer(make_service(statuses=("cda_ra",))),
    )
    join(amy, reached)
    join(amy, not_reached, NOT_YET)
    assert line.id in seen_by(reached)
    assert line.id not in seen_by(not_reached)
    reasons = dict(DecisionRecord.objects.filter(involvement_id=line.id).values_list("actor_id", "reason"))
    assert reasons[not_reached.id] == "recipient_status"
    agencies = set(
        PublicationRecipient.objects.filter(publication__involvement=line).values_list("agency_id", flat=True)
    )
    assert not_reached.agency_id not in agencies


def test_a_sensitive_line_reaches_named_agencies_alone_and_leaves_no_trace_for_others(in_amber):
    amy, named, other = make_client(born=clock.today() - timedelta(days=17 * 365)), make_viewer(), make_viewer()
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health", statuses=("s11",)))
    agreed = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.SELF, outcome=Outcome.AGREED)
    join(amy, named, agreed)
    join(amy, other, agreed)
    from core.consent.request import Recipient

    chosen = replace(agreed, named=(Recipient(agency=str(named.agency_id)),), picked={"withdrawal_explained": "yes"})
    line = join(amy, clinic, chosen)
    assert Publication.objects.get(involvement=line).visibility == "named_only"
    assert line.id in seen_by(named)
    assert line.id not in seen_by(other)
    told = set(Notice.objects.filter(detail__involvement=str(line.id)).values_list("user_id", flat=True))
    assert told == {named.user_id}
    newcomer = make_viewer()
    join(amy, newcomer, agreed)
    assert line.id not in seen_by(newcomer)


def test_statuses_named_by_the_caller_are_not_believed(in_amber):
    from core.consent.request import Recipient

    amy = make_client(born=clock.today() - timedelta(days=17 * 365))
    outside = make_service(statuses=("cda_ra",))
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health", statuses=("s11",)))
    forged = Recipient(agency=str(outside.agency_id), status=frozenset({"s11"}))
    answers = ConversationAnswers(
        talked=Talked.YES, with_whom=Consenter.SELF, outcome=Outcome.AGREED, named=(forged,),
        picked={"withdrawal_explained": "yes"},
    )  # fmt: skip
    line = join(amy, clinic, answers)
    assert DecisionRecord.objects.get(involvement_id=line.id).reason == "recipient_status"
    assert not Publication.objects.exists()


def test_joining_twice_is_refused_with_a_sentence_and_one_line_stays(in_amber):
    amy, viewer = make_client(), make_viewer()
    join(amy, viewer)
    with pytest.raises(errors.AlreadyInvolved, match="already on this client's network"):
        join(amy, viewer)
    assert Involvement.objects.filter(client=amy, ended_on=None).count() == 1


@pytest.mark.parametrize("agreement", [False, True])
def test_join_is_refused_without_agreement(amber, agreement):
    from tenants.context import inside

    with inside(amber):
        amy, viewer = make_client(), make_viewer(make_service(make_agency(agreement=agreement)))
        line = make_involvement(amy, make_practitioner(make_service()))
        if agreement:
            join(amy, viewer)
        else:
            make_involvement(
                amy, viewer_card(viewer), service=make_service(make_agency(agreement=False), code="youth.work")
            )
            with pytest.raises(errors.AgreementMissing):
                join(amy, viewer)
        assert line.id not in seen_by(viewer)
    with inside(amber):
        refusals = Event.objects.filter(slug="network.join.refused", reason="agency_agreement_missing").count()
    assert refusals == (0 if agreement else 1)


def viewer_card(viewer):
    from core.directory.models import Practitioner

    return Practitioner.objects.get(id=viewer.id)


def test_join_is_refused_without_clearance_and_for_someone_elses_service(in_amber):
    amy, viewer = make_client(), make_viewer()
    with pytest.raises(errors.NotYourService):
        join(amy, viewer, service_id=make_service().id)
    with pytest.raises(errors.ClientNotFound):
        join(amy, replace(viewer, is_cleared=False))


@pytest.mark.parametrize("fields", [{"shield": Shield.SHIELDED}, {"removed_at": "now"}])
def test_a_shielded_or_removed_client_answers_as_one_that_is_not_there(in_amber, fields):
    given = {name: clock.now() if value == "now" else value for name, value in fields.items()}
    with pytest.raises(errors.ClientNotFound) as hidden:
        join(make_client(**given), make_viewer())
    with pytest.raises(errors.ClientNotFound) as missing:
        join_network(client_id=make_agency().id, service_id=make_service().id, answers=NOT_YET, by=make_viewer())
    assert str(hidden.value) == str(missing.value)
    assert not Involvement.objects.exists()


def test_a_no_to_one_agency_counts_also_where_what_was_asked_anew_is_not_shown(in_amber):
    amy, first, second, third = make_client(), make_viewer(), make_viewer(), make_viewer()
    line, *_others = (join(amy, viewer) for viewer in (first, second, third))
    Publication.objects.filter(involvement=line).update(review_by=clock.today() + timedelta(days=10))
    but_for = replace(
        PARENT_AGREED, outcome=Outcome.AGREED_WITH_EXCEPTIONS, exceptions=frozenset({str(second.agency_id)})
    )
    assert not record_conversation_for(involvement_id=line.id, answers=but_for, by=first)
    assert line.id not in seen_by(second)
    assert line.id in seen_by(third), "what was agreed before goes on until its day"
    assert Event.objects.get(slug="network.yes.taken_back").reason == "agency"
    join(amy, make_viewer(make_service(agency_of(second), code="education.school")))
    assert line.id not in seen_by(second), "and it comes back with nobody who joins"
    all_of_them = replace(but_for, exceptions=frozenset(str(one.agency_id) for one in (first, second, third)))
    record_conversation_for(involvement_id=line.id, answers=all_of_them, by=first)
    assert line.id not in seen_by(third)


def agency_of(viewer):
    from core.directory.models import Agency

    return Agency.objects.get(id=viewer.agency_id)
