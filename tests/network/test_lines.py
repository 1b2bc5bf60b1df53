"""Ending, leading, inviting, confirming, reminding: each with its refusal beside its success."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.consent.conversation import ConversationAnswers
from core.consent.models import DecisionRecord
from core.consent.wording import Consenter, Outcome, Talked
from core.network import errors
from core.network.actions import (
    answer_invitation,
    answer_lead,
    confirm_involvement,
    end_involvement,
    invite_colleague,
    join_network,
    offer_lead,
    send_reminders,
    take_lead,
    undo_end,
    undo_join,
)
from core.network.choices import Answer, EndReason
from core.network.models import Involvement, NetworkInvitation, Publication, PublicationRecipient, Reminder
from core.network.policies import visible_to
from core.network.queries.show import network_for
from core.notices.models import Notice
from tests.factories import (
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
    make_viewer,
)

AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)


def join(client, viewer, answers=AGREED):
    return join_network(client_id=client.id, service_id=viewer.service_ids[0], answers=answers, by=viewer)


@pytest.fixture
def pair(in_amber):
    """A client, two people of two agencies on the network, and their lines."""
    amy, first, second = make_client(), make_viewer(), make_viewer()
    return amy, first, second, join(amy, first), join(amy, second)


def seen_by(viewer):
    return set(visible_to(viewer).values_list("id", flat=True))


def test_an_end_takes_the_line_out_of_sight_and_tells_the_other(pair):
    _amy, first, second, one, _other = pair
    end_involvement(involvement_id=one.id, on=clock.today(), reason=EndReason.NEED_MET, by=first)
    assert one.id not in seen_by(second)
    assert Publication.objects.get(involvement=one).end_reason == "involvement_ended"
    assert Notice.objects.filter(slug="network.member.ended", user_id=second.user_id).count() == 1
    assert Event.objects.get(slug="network.member.ended").reason == "need_met"
    with pytest.raises(errors.AlreadyEnded):
        end_involvement(involvement_id=one.id, on=clock.today(), reason=EndReason.NEED_MET, by=first)


def test_someone_else_cannot_end_a_line_nor_learn_that_it_is_there(pair):
    _amy, _first, second, one, _other = pair
    with pytest.raises(errors.InvolvementNotFound) as theirs:
        end_involvement(involvement_id=one.id, on=clock.today(), reason=EndReason.NEED_MET, by=second)
    with pytest.raises(errors.InvolvementNotFound) as missing:
        end_involvement(involvement_id=second.id, on=clock.today(), reason=EndReason.NEED_MET, by=second)
    assert str(theirs.value) == str(missing.value)


@pytest.mark.parametrize("days", [-1, 1])
def test_an_end_lies_between_the_start_and_today(pair, days):
    _amy, first, _second, one, _other = pair
    with pytest.raises(errors.EndBeforeStart):
        end_involvement(
            involvement_id=one.id, on=clock.today() + timedelta(days=days), reason=EndReason.NEED_MET, by=first
        )


def test_an_end_can_be_undone_for_ten_minutes_and_reaches_who_came_meanwhile(pair):
    amy, first, second, one, _other = pair
    end_involvement(involvement_id=one.id, on=clock.today(), reason=EndReason.NEED_MET, by=first)
    newcomer = make_viewer()
    join(amy, newcomer)
    undo_end(involvement_id=one.id, by=first)
    assert one.id in seen_by(second)
    assert one.id in seen_by(newcomer)
    end_involvement(involvement_id=one.id, on=clock.today(), reason=EndReason.NEED_MET, by=first)
    Involvement.objects.filter(id=one.id).update(ended_at=clock.now() - timedelta(minutes=11))
    with pytest.raises(errors.TooLateToUndo):
        undo_end(involvement_id=one.id, by=first)


def test_a_joining_can_be_undone_and_one_can_join_again(pair):
    amy, first, _second, one, _other = pair
    undo_join(involvement_id=one.id, by=first)
    assert Involvement.objects.get(id=one.id).end_reason == "recorded_in_error"
    assert join(amy, first).id in seen_by(first)


def test_a_lead_is_taken_once_and_passes_only_by_acceptance(pair):
    _amy, first, second, one, other = pair
    take_lead(involvement_id=one.id, by=first)
    with pytest.raises(errors.LeadTaken):
        take_lead(involvement_id=other.id, by=second)
    offer = offer_lead(to_involvement_id=other.id, by=first)
    assert Involvement.objects.get(is_lead=True).id == one.id
    with pytest.raises(errors.InvitationNotFound):
        answer_lead(offer_id=offer.id, accept=True, by=first)
    answer_lead(offer_id=offer.id, accept=True, by=second)
    assert Involvement.objects.get(is_lead=True).id == other.id
    with pytest.raises(errors.NotTheLead):
        offer_lead(to_involvement_id=other.id, by=first)


def test_a_line_that_not_everyone_sees_cannot_lead(in_amber):
    amy, viewer = make_client(), make_viewer()
    line = join(amy, viewer, ConversationAnswers())
    with pytest.raises(errors.CannotLead):
        take_lead(involvement_id=line.id, by=viewer)


def test_a_colleague_who_accepts_sees_the_network_and_joins_next(pair):
    amy, first, _second, one, other = pair
    colleague = make_viewer()
    invitation = invite_colleague(client_id=amy.id, practitioner_id=colleague.id, by=first)
    assert not seen_by(colleague)
    assert Notice.objects.filter(slug="network.colleague.invited", user_id=colleague.user_id).exists()
    assert DecisionRecord.objects.filter(action="invite", outcome="PERMIT").exists()
    answer_invitation(invitation_id=invitation.id, accept=True, by=colleague)
    assert seen_by(colleague) == {one.id, other.id}
    joined = join(amy, colleague)
    assert NetworkInvitation.objects.get(id=invitation.id).answer == Answer.JOINED
    end_involvement(involvement_id=joined.id, on=clock.today(), reason=EndReason.NEED_MET, by=colleague)
    assert not seen_by(colleague)


def test_a_declined_invitation_shows_nothing(pair):
    amy, first, _second, _one, _other = pair
    colleague = make_viewer()
    invitation = invite_colleague(client_id=amy.id, practitioner_id=colleague.id, by=first)
    answer_invitation(invitation_id=invitation.id, accept=False, by=colleague)
    assert not seen_by(colleague)
    with pytest.raises(errors.InvitationNotFound):
        answer_invitation(invitation_id=invitation.id, accept=True, by=colleague)


def test_inviting_someone_whose_line_is_hidden_answers_as_for_anyone(pair):
    amy, first, _second, _one, _other = pair
    hidden = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    make_involvement(amy, hidden)
    stranger = make_viewer()
    for colleague in (hidden, stranger, hidden, stranger):
        assert invite_colleague(client_id=amy.id, practitioner_id=colleague.id, by=first).answer == Answer.WAITING
    assert NetworkInvitation.objects.filter(client=amy).count() == 2


def test_inviting_someone_whose_line_one_sees_says_so(pair):
    amy, first, second, _one, _other = pair
    with pytest.raises(errors.AlreadyInvolved, match="already"):
        invite_colleague(client_id=amy.id, practitioner_id=second.id, by=first)


def test_nobody_invites_before_their_own_conversation_is_had(in_amber):
    amy, viewer = make_client(), make_viewer()
    join(amy, viewer, ConversationAnswers())
    with pytest.raises(errors.NotShownYet):
        invite_colleague(client_id=amy.id, practitioner_id=make_viewer().id, by=viewer)


def test_an_invitation_stops_where_the_consent_does_not_reach(pair):
    amy, first, _second, _one, _other = pair
    outside = make_viewer(make_service(statuses=("cda_ra",)))
    with pytest.raises(errors.ConsentDoesNotReach):
        invite_colleague(client_id=amy.id, practitioner_id=outside.id, by=first)
    assert not NetworkInvitation.objects.exists()
    assert not PublicationRecipient.objects.filter(agency_id=outside.agency_id).exists()


def test_someone_not_on_the_network_cannot_invite_nor_learn_of_it(pair):
    amy, *_rest = pair
    with pytest.raises(errors.ClientNotFound):
        invite_colleague(client_id=amy.id, practitioner_id=make_viewer().id, by=make_viewer())


@pytest.mark.parametrize("fields", [{"account": False}, {"left_on": "today"}])
def test_only_a_colleague_with_an_account_who_works_here_is_invited(pair, fields):
    amy, first, *_rest = pair
    given = {name: clock.today() if value == "today" else value for name, value in fields.items()}
    card = make_practitioner(**given)
    with pytest.raises(errors.PractitionerNotFound):
        invite_colleague(client_id=amy.id, practitioner_id=card.id, by=first)


def test_confirming_freshens_a_faded_line(in_amber):
    amy, viewer = make_client(), make_viewer()
    line = make_involvement(amy, viewer, started_on=clock.today() - timedelta(days=200))
    assert network_for(viewer, amy.id).own[0].stale_days == 200
    confirm_involvement(involvement_id=line.id, by=viewer)
    assert not network_for(viewer, amy.id).own[0].is_stale


def test_a_reminder_that_is_due_is_sent_once_a_day_until_the_conversation_is_had(in_amber):
    amy, viewer = make_client(), make_viewer()
    line = join(amy, viewer, ConversationAnswers())
    assert send_reminders() == 0
    Reminder.objects.filter(involvement=line).update(due_on=clock.today())
    assert send_reminders() == 1
    assert send_reminders() == 0
    assert Notice.objects.filter(slug="network.conversation.due", user_id=viewer.user_id).count() == 1
    Reminder.objects.filter(involvement=line).update(last_sent_on=None, done_at=clock.now())
    assert send_reminders() == 0


def test_no_count_gives_a_hidden_line_away(pair):
    amy, first, _second, _one, _other = pair
    before = network_for(first, amy.id)
    clinic = make_involvement(amy, make_practitioner(make_service(code="health.sexual", sensitivity="sexual_health")))
    make_publication(clinic, clinic.service.agency, visibility="named_only")
    after = network_for(first, amy.id)
    assert after.member_count == before.member_count == 2
    assert clinic.id not in {member.involvement_id for member in after.members}
