"""Taking a yes back: at once, in every door, with what was queued; and what the law goes on with is weighed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.accounts.actions.drafts import keep_draft
from core.accounts.models import Draft, User
from core.audit.models import Event
from core.consent.conversation import ConversationAnswers
from core.consent.models import Conversation, DecisionRecord
from core.consent.packs_in_use import forget_policy
from core.consent.request import Recipient
from core.consent.wording import Consenter, Outcome, Talked
from core.council.queries import notices_shown_to
from core.directory.models import Agency
from core.network import errors
from core.network.actions import (
    answer_lead,
    end_involvement,
    invite_colleague,
    join_network,
    offer_lead,
    record_conversation_for,
    take_back,
    take_lead,
    undo_end,
)
from core.network.choices import (
    Answer,
    ApprovalState,
    BrokerAsk,
    EndReason,
    PublicationEnd,
    WithdrawalScope,
)
from core.network.models import (
    Approval,
    BrokeredPass,
    BrokerMessage,
    Involvement,
    LeadOffer,
    NetworkInvitation,
    Publication,
    Reminder,
    Withdrawal,
)
from core.network.policies import can_see, forget_standing, visible_to
from core.network.policies.withdrawing import can_be_told
from core.network.queries.show import network_for
from core.notices.models import Notice
from core.people.choices import Shield
from core.visits.actions import plan_visit
from tenants.context import inside
from tests.factories import make_agency, make_client, make_involvement, make_publication, make_service, make_viewer

AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)
DUTY = ConversationAnswers(
    talked=Talked.CANNOT,
    outcome=Outcome.NOT_SAFE_TO_RAISE,
    why_anyway="en.significant_harm",
    facts=frozenset({"significant_harm_suspected"}),
    picked={
        "reason": "protect_this_person",
        "why_no_consent": "would_prejudice_protection",
        "informed_status": "not_safe_to_tell",
    },
)
CARE = ConversationAnswers(
    talked=Talked.CANNOT,
    outcome=Outcome.NOT_REASONABLY_POSSIBLE,
    why_anyway="en.direct_care_251b",
    facts=frozenset({"facilitates_care", "best_interests"}),
)
PICKED = {"withdrawal_explained": "yes", "consent_form": "verbal"}
LINE, AGENCY, EVERYTHING = WithdrawalScope.LINE, WithdrawalScope.AGENCY, WithdrawalScope.EVERYTHING


def join(client, viewer, answers=AGREED):
    return join_network(client_id=client.id, service_id=viewer.service_ids[0], answers=answers, by=viewer)


def say_no(client, by, scope=EVERYTHING, said_by=Consenter.PARENT, **which):
    return take_back(client_id=client.id, scope=scope, said_by=said_by, by=by, **which)


def naming(*viewers, said_by=Consenter.SELF, competent=True):
    """A young person's explicit yes, to these colleagues' agencies alone."""
    return ConversationAnswers(
        talked=Talked.YES,
        with_whom=said_by,
        outcome=Outcome.AGREED,
        competent=competent,
        named=tuple(Recipient(agency=str(viewer.agency_id)) for viewer in viewers),
        picked=PICKED,
    )


def end_of(line):
    return (
        Publication.objects.filter(involvement=line).order_by("-published_at").values_list("end_reason", flat=True)[0]
    )


@dataclass
class Trio:
    """A client with three workers of three agencies, who all see each other."""

    amy: object
    first: object
    second: object
    third: object
    one: object
    two: object
    three: object


@pytest.fixture
def trio(in_amber):
    amy = make_client()
    people = [make_viewer(given_name=name) for name in ("Ada", "Bea", "Cid")]
    return Trio(amy, *people, *(join(amy, viewer) for viewer in people))


# One line


def test_a_line_taken_back_is_seen_by_its_own_practitioner_alone_from_that_moment(trio):
    assert can_see(trio.second, trio.one)
    say_no(trio.amy, trio.second, LINE, involvement_id=trio.one.id)
    assert not can_see(trio.second, trio.one)
    assert not can_see(trio.third, trio.one)
    assert can_see(trio.first, trio.one)
    assert can_see(trio.third, trio.two), "another's line is left as it is"
    assert end_of(trio.one) == PublicationEnd.WITHDRAWN


def test_any_worker_can_be_told_of_their_own_line_or_anothers(trio):
    say_no(trio.amy, trio.first, LINE, involvement_id=trio.one.id)
    say_no(trio.amy, trio.third, LINE, involvement_id=trio.two.id)
    assert set(visible_to(trio.third).values_list("id", flat=True)) == {trio.three.id}


def test_what_is_kept_for_good_says_who_said_it_to_whom_and_that_it_is_hidden_now(trio):
    kept = say_no(trio.amy, trio.second, LINE, involvement_id=trio.one.id).withdrawal
    assert (kept.scope, kept.said_by, kept.told_to_id) == (LINE, "parent", trio.second.id)
    decision = DecisionRecord.objects.filter(involvement_id=trio.one.id).latest("at")
    assert (decision.action, decision.outcome, decision.reason, decision.visibility) == (
        "view", "PERMIT", "withdrawn", "hidden",
    )  # fmt: skip
    assert decision.obligations == ["retain_audit"]
    assert Conversation.objects.latest("recorded_at").outcome == Outcome.REFUSED
    assert Event.objects.get(slug="network.yes.taken_back").client_id == trio.amy.id


def test_its_practitioner_reads_since_when_and_what_to_do_and_the_others_are_told_nothing(trio):
    Notice.objects.all().delete()
    say_no(trio.amy, trio.second, LINE, involvement_id=trio.one.id)
    own = next(one for one in network_for(trio.first, trio.amy.id).members if one.is_own)
    day = clock.today()
    assert own.state.text == (
        f"They took their yes back on {day.day} {day:%B %Y}. Your line stays with you and your manager."
    )
    assert "30 days" in own.state.next_step
    assert list(Notice.objects.values_list("user_id", "slug")) == [(trio.first.user_id, "network.line.withdrawn")]
    told = notices_shown_to(trio.first, User.objects.get(id=trio.first.user_id))
    assert "took their yes back" in told[0].text
    assert trio.second.name not in told[0].text


def test_a_line_one_does_not_see_cannot_be_named(trio):
    hidden = make_involvement(trio.amy, make_viewer())
    make_publication(hidden, make_agency())
    with pytest.raises(errors.InvolvementNotFound):
        say_no(trio.amy, trio.second, LINE, involvement_id=hidden.id)
    elsewhere = join(make_client(), trio.second)
    with pytest.raises(errors.InvolvementNotFound):
        say_no(trio.amy, trio.second, LINE, involvement_id=elsewhere.id)


def test_a_yes_given_again_is_recorded_anew_and_the_old_one_stays_on_record(trio):
    say_no(trio.amy, trio.first, LINE, involvement_id=trio.one.id)
    assert record_conversation_for(involvement_id=trio.one.id, answers=AGREED, by=trio.first)
    assert can_see(trio.second, trio.one)
    own = next(one for one in network_for(trio.first, trio.amy.id).members if one.is_own)
    assert own.state.is_shown
    assert Withdrawal.objects.count() == 1


def test_taken_back_twice_is_kept_twice_and_ends_nothing_twice(trio):
    say_no(trio.amy, trio.first, LINE, involvement_id=trio.one.id)
    ended = Publication.objects.get(involvement=trio.one).ended_at
    say_no(trio.amy, trio.first, LINE, involvement_id=trio.one.id)
    assert Publication.objects.get(involvement=trio.one).ended_at == ended
    assert Withdrawal.objects.count() == 2


# Who may be told


def test_somebody_who_is_not_on_the_network_learns_nothing_and_it_is_recorded(amber):
    with inside(amber):
        amy, member, stranger = make_client(), make_viewer(), make_viewer()
        join(amy, member)
    with pytest.raises(errors.ClientNotFound), inside(amber):
        say_no(amy, stranger)
    with inside(amber):
        assert Event.objects.get(slug="network.withdrawal.refused").actor_id == stranger.id
        assert not Withdrawal.objects.exists()


def test_a_worker_whose_clearance_ran_out_and_a_manager_are_told_all_the_same(trio):
    late = replace(trio.first, is_cleared=False, has_agreement=False)
    assert can_be_told(late, trio.amy.id)
    say_no(trio.amy, late)
    assert end_of(trio.two) == PublicationEnd.WITHDRAWN


def test_an_invited_colleague_who_accepted_can_be_told_and_one_who_has_not_cannot(trio):
    guest = make_viewer()
    asked = NetworkInvitation.objects.create(
        client=trio.amy, practitioner_id=guest.id, invited_by_id=trio.first.id, created_at=clock.now()
    )
    assert not can_be_told(guest, trio.amy.id)
    asked.answer = Answer.ACCEPTED
    asked.save()
    assert can_be_told(guest, trio.amy.id)


def test_what_a_young_person_decided_for_themselves_no_parent_takes_back(in_amber):
    amy = make_client(born=date(clock.today().year - 16, 1, 1))
    nurse, helper = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health")), make_viewer()
    make_involvement(amy, helper)
    line = join(amy, nurse, naming(helper))
    assert can_see(helper, line)
    say_no(amy, helper, EVERYTHING, said_by=Consenter.PARENT)
    assert can_see(helper, line)
    assert DecisionRecord.objects.filter(involvement_id=line.id).latest("at").outcome == "PERMIT"
    say_no(amy, helper, EVERYTHING, said_by=Consenter.SELF)
    assert not can_see(helper, line)


# Everything, and one agency


def test_everything_that_rests_on_a_yes_ends_also_what_the_worker_does_not_see(trio):
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    hidden = join(trio.amy, clinic, naming(trio.third, said_by=Consenter.PARENT, competent=None))
    assert can_see(trio.third, hidden)
    assert not can_see(trio.second, hidden)
    say_no(trio.amy, trio.second)
    for line in (trio.one, trio.two, trio.three, hidden):
        assert end_of(line) == PublicationEnd.WITHDRAWN
    assert list(visible_to(trio.third).values_list("id", flat=True)) == [trio.three.id]
    assert Notice.objects.filter(user_id=clinic.user_id, slug="network.line.withdrawn").exists()


def shape(captured):
    """The statements, with lists of any length written as one, and of an insertion only where it goes."""
    said = []
    for query in captured.captured_queries:
        sql = re.sub(r'"s\d+_x\d+"', "…", query["sql"])
        sql = re.sub(r"'[^']*'(::\w+(\[\])?)?|\b\d+(\.\d+)?\b|NULL|true|false", "?", sql)
        said.append(re.sub(r"\((\?|\(\?[^()]*\)|[\s,?]|ARRAY\[[^\]]*\]|::\w+(\(\d*\))?(\[\])?)+\)", "(…)", sql))
    return [re.sub(r'^(INSERT INTO "\w+").*', r"\1", one, flags=re.DOTALL) for one in said]


def test_a_hidden_line_changes_neither_the_answer_nor_the_statements(in_amber):
    make_viewer(roles=("practitioner", "safeguarding_lead"))
    taken = []
    for has_hidden_line in (False, True):
        amy, first, second = make_client(), make_viewer(), make_viewer()
        join(amy, first)
        if has_hidden_line:
            join(amy, make_viewer(make_service(code="health.sexual", sensitivity="sexual_health")),
                 naming(second, said_by=Consenter.PARENT, competent=None))  # fmt: skip
            hidden = make_involvement(amy, make_viewer())
            Approval.objects.create(
                kind="publication", client=amy, involvement=hidden, ground="en.consent_explicit", due_on=clock.today(),
                approver_role="safeguarding_lead", asked_by_id=hidden.practitioner_id, asked_at=clock.now(),
            )  # fmt: skip
        forget_policy()
        forget_standing()
        with CaptureQueriesContext(connection) as captured:
            answer = say_no(amy, first)
        taken.append((answer.is_weighed, shape(captured)))
    assert taken[0] == taken[1]


def test_one_agency_sees_nothing_any_more_that_rests_on_a_yes_and_the_others_see_it_as_before(trio):
    say_no(trio.amy, trio.first, AGENCY, agency_id=trio.second.agency_id)
    assert list(visible_to(trio.second).values_list("id", flat=True)) == [trio.two.id]
    assert can_see(trio.third, trio.one)
    assert can_see(trio.third, trio.two), "its own line goes on being shown to the others"
    assert Conversation.objects.latest("recorded_at").answers["exceptions"] == [str(trio.second.agency_id)]


def test_an_agency_that_was_taken_off_stays_off_when_someone_joins_later(trio):
    say_no(trio.amy, trio.first, AGENCY, agency_id=trio.second.agency_id)
    later = make_viewer()
    line = join(trio.amy, later)
    assert not can_see(trio.second, line)
    assert can_see(trio.third, line)
    colleague = make_viewer(make_service(agency_of(trio.second), code="education.school"))
    join(trio.amy, colleague)
    assert not can_see(colleague, trio.one)


def test_an_agency_that_was_taken_off_is_shown_what_it_is_named_for_again(trio):
    say_no(trio.amy, trio.first, AGENCY, agency_id=trio.second.agency_id)
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    line = join(trio.amy, clinic, naming(trio.second, said_by=Consenter.PARENT, competent=None))
    assert can_see(trio.second, line)


def test_a_line_for_named_agencies_that_loses_the_last_of_them_ends(in_amber):
    amy, helper = make_client(), make_viewer()
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    make_involvement(amy, helper)
    line = join(amy, clinic, naming(helper, said_by=Consenter.PARENT, competent=None))
    say_no(amy, helper, AGENCY, agency_id=helper.agency_id)
    assert end_of(line) == PublicationEnd.WITHDRAWN


def test_an_agency_that_is_not_there_cannot_be_taken_off(trio):
    with pytest.raises(errors.AgencyNotFound):
        say_no(trio.amy, trio.first, AGENCY, agency_id=trio.amy.id)


def agency_of(viewer):
    return Agency.objects.get(id=viewer.agency_id)


# What the law goes on with


def test_a_line_on_a_duty_goes_on_and_the_no_is_written_down_told_and_weighed(trio):
    lead = make_viewer(roles=("practitioner", "safeguarding_lead"))
    guard = make_viewer()
    line = join(trio.amy, guard, DUTY)
    assert can_see(trio.first, line)
    answer = say_no(trio.amy, trio.first, LINE, involvement_id=line.id)
    assert answer.is_weighed
    assert can_see(trio.first, line)
    assert end_of(line) == ""
    weighed = DecisionRecord.objects.filter(involvement_id=line.id).latest("at")
    assert weighed.outcome == "PERMIT"
    assert weighed.request["consent"]["refused"]
    told = set(
        Notice.objects.filter(slug__in=("network.line.objected", "network.no.to_weigh")).values_list("user_id", "slug")
    )
    assert told == {(guard.user_id, "network.line.objected"), (lead.user_id, "network.no.to_weigh")}
    assert any("Weigh" in one.text for one in notices_shown_to(lead, User.objects.get(id=lead.user_id)))


def test_a_power_that_a_no_would_have_stopped_is_stopped_by_a_later_no(in_amber):
    amy, helper = make_client(), make_viewer(make_service(statuses=("health_asc",)))
    nurse = make_viewer(make_service(code="health.community_nursing", statuses=("health_asc",)))
    make_involvement(amy, helper)
    line = join(amy, nurse, CARE)
    assert can_see(helper, line)
    say_no(amy, helper, LINE, involvement_id=line.id)
    assert not can_see(helper, line)


# What was queued


def test_what_was_asked_on_the_strength_of_the_line_is_taken_back_without_a_trace(trio):
    guest = make_viewer()
    invite_colleague(client_id=trio.amy.id, practitioner_id=guest.id, by=trio.first)
    take_lead(involvement_id=trio.one.id, by=trio.first)
    offer = offer_lead(to_involvement_id=trio.two.id, by=trio.first)
    say_no(trio.amy, trio.third, LINE, involvement_id=trio.one.id)
    assert NetworkInvitation.objects.get(practitioner_id=guest.id).answer == Answer.TAKEN_BACK
    assert LeadOffer.objects.get(id=offer.id).answer == Answer.TAKEN_BACK
    assert not Involvement.objects.filter(client=trio.amy, is_lead=True).exists()
    assert not Notice.objects.filter(slug__in=("network.colleague.invited", "network.lead.offered")).exists()
    with pytest.raises(errors.InvitationNotFound):
        answer_lead(offer_id=offer.id, accept=True, by=trio.second)


def test_an_invitation_by_somebody_whose_own_line_still_stands_still_waits(trio):
    guest = make_viewer()
    invite_colleague(client_id=trio.amy.id, practitioner_id=guest.id, by=trio.second)
    say_no(trio.amy, trio.third, LINE, involvement_id=trio.one.id)
    assert NetworkInvitation.objects.get(practitioner_id=guest.id).answer == Answer.WAITING
    say_no(trio.amy, trio.third, AGENCY, agency_id=guest.agency_id)
    assert NetworkInvitation.objects.get(practitioner_id=guest.id).answer == Answer.TAKEN_BACK


def test_unread_notices_about_the_line_are_gone_and_those_read_say_nothing(trio):
    plan_visit(involvement_id=trio.one.id, on=clock.today() + timedelta(days=3), by=trio.first)
    plan_visit(involvement_id=trio.two.id, on=clock.today() + timedelta(days=3), by=trio.second)
    Notice.objects.filter(user_id=trio.second.user_id).update(read_at=clock.now())
    say_no(trio.amy, trio.second, LINE, involvement_id=trio.one.id)
    about_it = Notice.objects.filter(detail__involvement=str(trio.one.id))
    assert set(about_it.filter(read_at=None).values_list("user_id", flat=True)) == {trio.first.user_id}
    assert Notice.objects.filter(user_id=trio.third.user_id, detail__involvement=str(trio.two.id)).exists()
    for told in notices_shown_to(trio.second, User.objects.get(id=trio.second.user_id)):
        assert trio.first.name not in told.text


def test_drafts_typed_on_the_clients_pages_are_gone_but_for_those_of_who_was_told(trio):
    for viewer in (trio.second, trio.third):
        keep_draft(user_id=viewer.user_id, path=f"/clients/{trio.amy.id}/invite", page="", fields={"q": ["Robin"]})
    keep_draft(user_id=trio.third.user_id, path="/clients/add", page="", fields={"q": ["Robin"]})
    say_no(trio.amy, trio.second)
    assert set(Draft.objects.values_list("user_id", "path")) == {
        (trio.second.user_id, f"/clients/{trio.amy.id}/invite"), (trio.third.user_id, "/clients/add"),
    }  # fmt: skip


def test_what_waits_for_an_approver_lapses_where_a_no_stops_it_and_waits_on_where_the_law_overrides_it(trio):
    def waiting(ground):
        line = make_involvement(trio.amy, make_viewer())
        return Approval.objects.create(
            kind="publication", client=trio.amy, involvement=line, ground=ground, approver_role="safeguarding_lead",
            asked_by_id=line.practitioner_id, asked_at=clock.now(), due_on=clock.today(),
        )  # fmt: skip

    stopped, overriding = waiting("en.consent_explicit"), waiting("en.significant_harm")
    say_no(trio.amy, trio.first)
    states = {row.id: row.state for row in Approval.objects.all()}
    assert states == {stopped.id: ApprovalState.LAPSED, overriding.id: ApprovalState.WAITING}


def test_messages_on_their_way_to_confidential_services_go_no_further(trio):
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    line = join(trio.amy, clinic, naming(trio.third, said_by=Consenter.PARENT, competent=None))
    message = BrokerMessage.objects.create(
        client=trio.amy, asked_by_id=trio.first.id, ask=BrokerAsk.CALL_ME, asked_at=clock.now()
    )
    BrokeredPass.objects.create(message=message, involvement=line, passed_at=clock.now(), passed_by_id=trio.third.id)
    say_no(trio.amy, trio.first)
    assert not BrokeredPass.objects.exists()
    assert BrokerMessage.objects.get().handled_by_id == trio.first.id


def test_nobody_invites_on_what_was_taken_back(trio):
    say_no(trio.amy, trio.second, LINE, involvement_id=trio.one.id)
    with pytest.raises(errors.NotShownYet):
        invite_colleague(client_id=trio.amy.id, practitioner_id=make_viewer().id, by=trio.first)


def test_a_shielded_clients_yes_is_taken_back_too(trio):
    trio.amy.shield = Shield.SHIELDED
    trio.amy.save()
    forget_standing()
    say_no(trio.amy, trio.first)
    assert end_of(trio.two) == PublicationEnd.WITHDRAWN
    assert DecisionRecord.objects.filter(involvement_id=trio.two.id).latest("at").reason == "withdrawn"


# The page


@pytest.fixture
def shown(amber, site):
    """The same trio, set up for requests: the first of them is signed in."""
    with inside(amber):
        amy = make_client()
        people = [make_viewer(given_name=name) for name in ("Ada", "Bea", "Cid")]
        made = Trio(amy, *people, *(join(amy, viewer) for viewer in people))
    site.sign_in(made.first)
    return made


def test_the_page_is_one_click_from_the_clients_and_offers_what_is_seen_and_the_councils_agencies(amber, site, shown):
    with inside(amber):
        hidden = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"), family_name="Unseen")
        join(shown.amy, hidden, naming(shown.third, said_by=Consenter.PARENT, competent=None))
    assert f"/clients/{shown.amy.id}/withdraw" in site.get(f"/clients/{shown.amy.id}").content.decode()
    page = site.get(f"/clients/{shown.amy.id}/withdraw").content.decode()
    assert "My own line" in page
    assert shown.second.name in page
    assert "Unseen" not in page
    assert "Everything" in page
    with inside(amber):
        assert Event.objects.filter(slug="network.withdrawal.asked_about", outcome="seen").exists()


def test_a_no_is_recorded_in_one_form_and_said_plainly(amber, site, shown):
    where = f"/clients/{shown.amy.id}/withdraw"
    answer = site.post(where, {"said_by": "parent", "what": f"line-{shown.two.id}"}, follow=True)
    assert "the others do not see this line any more" in answer.content.decode()
    assert shown.second.name not in answer.content.decode().split("</header>")[-1].split("pw-network")[-1]
    with inside(amber):
        assert end_of(shown.two) == PublicationEnd.WITHDRAWN
    again = site.post(where, {"said_by": "parent", "what": f"line-{shown.two.id}"})
    assert again.status_code == 422
    assert "not shown any more" in again.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"what": "everything"}, "Choose who said it"),
        ({"said_by": "parent"}, "Choose what they take back"),
        ({"said_by": "parent", "what": "agency"}, "Choose which agency"),
        ({"said_by": "attorney_or_deputy", "what": "everything"}, "Select a valid choice"),
        ({"said_by": "parent", "what": "line-nonsense"}, "not shown any more"),
        ({"said_by": "parent", "what": "agency", "agency": "nonsense"}, "Choose an agency of the list"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_kept(amber, site, shown, typed, sentence):
    answer = site.post(f"/clients/{shown.amy.id}/withdraw", typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with inside(amber):
        assert not Withdrawal.objects.exists()


def test_one_agency_and_everything_can_be_taken_back_on_the_page(amber, site, shown):
    where = f"/clients/{shown.amy.id}/withdraw"
    answer = site.post(where, {"said_by": "parent", "what": "agency", "agency": shown.second.agency_id}, follow=True)
    assert "weighs what they said" in answer.content.decode()
    with inside(amber):
        assert not can_see(shown.second, shown.one)
    answer = site.post(where, {"said_by": "parent", "what": "everything"}, follow=True)
    assert "They took their yes back on" in answer.content.decode()
    with inside(amber):
        assert not Publication.objects.filter(ended_at=None).exists()


def test_a_stranger_finds_no_such_page(amber, site, shown):
    with inside(amber):
        stranger = make_viewer()
    site.sign_in(stranger)
    assert site.get(f"/clients/{shown.amy.id}/withdraw").status_code == 404
    assert (
        site.post(f"/clients/{shown.amy.id}/withdraw", {"said_by": "parent", "what": "everything"}).status_code == 404
    )


# A page that was open meanwhile


def test_an_invitation_on_a_page_opened_before_is_refused_with_a_sentence_and_what_was_chosen(amber, site, shown):
    with inside(amber):
        guest = make_viewer(family_name="Chosen")
        say_no(shown.amy, shown.second, LINE, involvement_id=shown.one.id)
    answer = site.post(f"/clients/{shown.amy.id}/invite", {"practitioner": str(guest.id)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is not shown to others yet" in page
    assert "Chosen" in page
    assert re.search(rf'value="{guest.id}"\s+checked', page)


def test_offering_the_lead_to_a_line_taken_back_meanwhile_is_answered_on_the_clients_page(amber, site, shown):
    with inside(amber):
        take_lead(involvement_id=shown.one.id, by=shown.first)
        say_no(shown.amy, shown.third, LINE, involvement_id=shown.two.id)
    answer = site.post(f"/lines/{shown.two.id}/lead/offer", {"client": str(shown.amy.id)}, follow=True)
    assert "not shown to you any more" in answer.content.decode()
    never = site.post(f"/lines/{shown.amy.id}/lead/offer", {"client": str(shown.amy.id)}, follow=True)
    assert "not shown to you any more" in never.content.decode()


def test_a_contact_is_logged_as_before_under_a_line_that_was_taken_back(amber, site, shown):
    with inside(amber):
        say_no(shown.amy, shown.second, LINE, involvement_id=shown.one.id)
    answer = site.post(f"/lines/{shown.one.id}/contacts", {"day": "today", "kind": "phone"}, follow=True)
    assert answer.status_code == 200
    from core.visits.models import Contact

    with inside(amber):
        assert Contact.objects.filter(involvement=shown.one).count() == 1


# A line that had ended, and what is decided from before


def end(line, by):
    return end_involvement(involvement_id=line.id, on=clock.today(), reason=EndReason.NEED_MET, by=by)


@pytest.mark.parametrize("what", ["everything", "agency"])
def test_an_end_undone_brings_nothing_back_that_was_taken_back_meanwhile(trio, what):
    end(trio.one, trio.first)
    if what == "everything":
        say_no(trio.amy, trio.second)
    else:
        say_no(trio.amy, trio.second, AGENCY, agency_id=trio.second.agency_id)
    undo_end(involvement_id=trio.one.id, by=trio.first)
    assert not can_see(trio.second, trio.one)
    assert can_see(trio.third, trio.one) is (what == "agency")
    assert end_of(trio.one) == (PublicationEnd.WITHDRAWN if what == "everything" else "")


def test_an_end_undone_brings_a_line_on_a_duty_back_in_spite_of_a_no(trio):
    guard = make_viewer()
    line = join(trio.amy, guard, DUTY)
    end(line, guard)
    say_no(trio.amy, trio.second)
    undo_end(involvement_id=line.id, by=guard)
    assert can_see(trio.second, line)


def test_an_end_undone_leaves_a_power_stopped_that_a_no_stops(in_amber):
    amy, helper = make_client(), make_viewer(make_service(statuses=("health_asc",)))
    nurse = make_viewer(make_service(code="health.community_nursing", statuses=("health_asc",)))
    make_involvement(amy, helper)
    line = join(amy, nurse, CARE)
    end(line, nurse)
    say_no(amy, helper)
    undo_end(involvement_id=line.id, by=nurse)
    assert not can_see(helper, line)


def test_an_end_undone_under_a_policy_that_does_not_permit_it_waits_for_its_conversation(trio):
    end(trio.one, trio.first)
    Agency.objects.filter(id=trio.first.agency_id).update(agreement_expires_on=clock.today() - timedelta(days=60))
    undo_end(involvement_id=trio.one.id, by=trio.first)
    assert not can_see(trio.second, trio.one)
    assert end_of(trio.one) == PublicationEnd.POLICY
    assert Reminder.objects.filter(involvement=trio.one, done_at=None).exists()


# An agency that was taken off


def test_an_agency_taken_off_comes_back_on_no_power_that_a_no_stops(in_amber):
    amy, nurse = make_client(), make_viewer(make_service(code="health.community_nursing", statuses=("health_asc",)))
    helper = make_viewer(make_service(statuses=("health_asc", "s11")))
    make_involvement(amy, helper)
    say_no(amy, helper, AGENCY, agency_id=helper.agency_id)
    line = join(amy, nurse, CARE)
    assert not can_see(helper, line)
    assert can_see(helper, join(amy, make_viewer(), DUTY)), "what overrides a no is decided as such"


def test_nobody_of_an_agency_that_was_taken_off_is_invited_on_a_yes(trio):
    colleague = make_viewer(make_service(agency_of(trio.second), code="education.school"))
    say_no(trio.amy, trio.first, AGENCY, agency_id=trio.second.agency_id)
    with pytest.raises(errors.ConsentDoesNotReach):
        invite_colleague(client_id=trio.amy.id, practitioner_id=colleague.id, by=trio.first)
    invite_colleague(client_id=trio.amy.id, practitioner_id=make_viewer().id, by=trio.first)


def test_nobody_is_invited_of_an_agency_that_was_named_and_then_taken_off(in_amber):
    amy, first, second = make_client(), make_viewer(), make_viewer()
    for viewer in (first, second):
        make_involvement(amy, viewer)
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    join(amy, clinic, naming(first, second, said_by=Consenter.PARENT, competent=None))
    colleague = make_viewer(make_service(agency_of(second), code="education.school"))
    say_no(amy, first, AGENCY, agency_id=second.agency_id)
    with pytest.raises(errors.ConsentDoesNotReach):
        invite_colleague(client_id=amy.id, practitioner_id=colleague.id, by=clinic)
