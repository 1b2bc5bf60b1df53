"""What a REVIEW asks for: raised, decided by other people, asked again on a yes, and taken back when it is not needed."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.audit.models import Event
from core.consent.conversation import ConversationAnswers
from core.consent.models import DecisionRecord, PolicyVersion
from core.consent.packs_in_use import forget_policy, policy_in_force
from core.consent.policy import Tightening, stored_tightening
from core.consent.request import Recipient
from core.consent.wording import Consenter, Outcome, Talked
from core.consent.working_days import working_days
from core.directory.viewers import viewer_of
from core.network import errors
from core.network.actions import end_involvement, join_network, record_conversation_for, take_back, undo_join
from core.network.actions.approvals import approve_publication, ask_publication_back, refuse_publication
from core.network.actions.conflicts import declare_conflict
from core.network.actions.stand_ins import end_stand_in, name_stand_in
from core.network.choices import EndReason, VoiceReason, WithdrawalScope
from core.network.models import Approval, ApprovalVoice, Publication, PublicationRecipient, StandIn
from core.network.policies import visible_to
from core.network.queries.approvals import approval_for, approvals_for
from core.network.queries.show import network_for
from core.notices.models import Notice
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer

HARM = {
    "talked": Talked.CANNOT,
    "outcome": Outcome.NOT_SAFE_TO_RAISE,
    "why_anyway": "en.significant_harm",
    "facts": frozenset({"significant_harm_suspected"}),
    "picked": {
        "reason": "protect_this_person",
        "why_no_consent": "would_prejudice_protection",
        "informed_status": "not_safe_to_tell",
    },
}


def harm(*agencies):
    return ConversationAnswers(**HARM, named=tuple(Recipient(agency=str(one)) for one in agencies))


def make_lead(**fields):
    return make_viewer(roles=("practitioner", "safeguarding_lead"), **fields)


def with_roles(viewer):
    from core.accounts.models import User

    return viewer_of(User.objects.get(id=viewer.user_id))


@pytest.fixture
def scene(in_amber):
    """A clinic's worker asks to show their line to one colleague's agency without the client's consent; two leads."""
    return make_scene()


def make_scene():
    clinic = make_service(code="sensitive.sexual_health", sensitivity="sexual_health")
    asker, colleague, other = make_viewer(clinic, family_name="Asker"), make_viewer(), make_viewer()
    amy = make_client(born=clock.today() - timedelta(days=15 * 365))
    for one in (colleague, other):
        line = make_involvement(amy, one)
    make_publication(line)
    line = join_network(client_id=amy.id, service_id=clinic.id, answers=harm(colleague.agency_id), by=asker)
    return {
        "client": amy, "asker": asker, "colleague": colleague, "other": other, "line": line,
        "lead": make_lead(), "second": make_lead(), "approval": Approval.objects.get(involvement=line),
    }  # fmt: skip


def sees(viewer, line):
    return visible_to(viewer).filter(id=line.id).exists()


def state_of(scene):
    page = network_for(scene["asker"], scene["client"].id)
    return next(member.state for member in page.own if member.involvement_id == scene["line"].id)


def test_a_review_waits_for_the_lead_and_shows_nothing(scene):
    approval = scene["approval"]
    assert (approval.state, approval.ground, approval.approver_role) == (
        "waiting", "en.significant_harm", "safeguarding_lead",
    )  # fmt: skip
    assert approval.asked_by_id == scene["asker"].id
    assert approval.due_on == working_days("GB-ENG").after(clock.today(), 1)
    assert not Publication.objects.filter(involvement=scene["line"]).exists()
    assert not sees(scene["colleague"], scene["line"])
    assert "waiting for your safeguarding lead" in state_of(scene).text


def test_the_leads_are_told_without_a_name_and_a_refused_conversation_asks_nobody(in_amber):
    lead = make_lead()
    made = make_scene()
    notice = Notice.objects.get(user_id=lead.user_id)
    assert (notice.slug, notice.client_id) == ("network.approval.asked", None)
    before = Approval.objects.count()
    record_conversation_for(
        involvement_id=made["line"].id,
        answers=ConversationAnswers(talked=Talked.CANNOT, outcome=Outcome.NOT_SAFE_TO_RAISE),
        by=made["asker"],
    )
    assert Approval.objects.count() == before
    assert set(Approval.objects.filter(involvement=made["line"]).values_list("state", flat=True)) == {"lapsed"}


def test_a_yes_shows_the_line_to_the_agency_named_and_to_no_other(scene):
    approve_publication(approval_id=scene["approval"].id, by=scene["lead"])
    assert sees(scene["colleague"], scene["line"])
    assert not sees(scene["other"], scene["line"])
    publication = Publication.objects.get(involvement=scene["line"])
    assert publication.visibility == "named_only"
    assert publication.decision.request["approval"] == "safeguarding_lead"
    assert set(PublicationRecipient.objects.filter(publication=publication).values_list("agency_id", flat=True)) == {
        scene["colleague"].agency_id
    }
    assert Notice.objects.filter(user_id=scene["asker"].user_id, slug="network.approval.approved").exists()
    assert state_of(scene).is_shown
    assert Event.objects.filter(slug="network.approval.approved", actor_id=scene["lead"].id).exists()


@pytest.mark.parametrize(("decide", "words"), [(refuse_publication, "said no"), (ask_publication_back, "asks back")])
def test_a_no_or_a_question_says_why_on_the_line(scene, decide, words):
    decide(approval_id=scene["approval"].id, reason=VoiceReason.TOO_MANY_NAMED, by=scene["lead"])
    assert not sees(scene["colleague"], scene["line"])
    text = state_of(scene).text
    assert words in text
    assert "fewer agencies would do" in text
    with pytest.raises(errors.AlreadyDecided):
        approve_publication(approval_id=scene["approval"].id, by=scene["second"])


def test_nobody_decides_their_own_request(in_amber):
    made = make_scene()
    approval = made["approval"]
    approval.asked_by_id = made["lead"].id
    approval.save(update_fields=["asked_by"])
    for decide in (
        lambda: approve_publication(approval_id=approval.id, by=made["lead"]),
        lambda: refuse_publication(approval_id=approval.id, reason=VoiceReason.EVIDENCE, by=made["lead"]),
    ):
        with pytest.raises(errors.OwnRequest):
            decide()
    assert not approval_for(made["lead"], approval.id).may_decide
    assert approval_for(made["second"], approval.id).may_decide


def test_for_somebody_who_is_no_lead_there_is_no_queue_and_no_request(scene):
    for stranger in (scene["asker"], scene["colleague"], make_viewer(roles=("manager",))):
        with pytest.raises(errors.ApprovalNotFound):
            approvals_for(stranger)
        with pytest.raises(errors.ApprovalNotFound):
            approval_for(stranger, scene["approval"].id)
        with pytest.raises(errors.ApprovalNotFound):
            approve_publication(approval_id=scene["approval"].id, by=stranger)
    assert [one.id for one in approvals_for(scene["lead"]).waiting] == [scene["approval"].id]


def test_a_lead_who_knows_the_client_privately_has_no_such_request(scene):
    declare_conflict(client_id=scene["client"].id, by=scene["lead"])
    assert approvals_for(scene["lead"]).waiting == ()
    with pytest.raises(errors.ApprovalNotFound):
        approve_publication(approval_id=scene["approval"].id, by=scene["lead"])
    approve_publication(approval_id=scene["approval"].id, by=scene["second"])


def test_two_different_people_must_say_yes_where_the_policy_says_so(in_amber, monkeypatch):
    from core.network.actions import approval_asks

    monkeypatch.setattr(approval_asks, "people_needed", lambda policy, *codes: 2)
    made = make_scene()
    approval = made["approval"]
    assert approve_publication(approval_id=approval.id, by=made["lead"]).state == "waiting"
    assert not sees(made["colleague"], made["line"])
    with pytest.raises(errors.AlreadySaid):
        approve_publication(approval_id=approval.id, by=made["lead"])
    assert approve_publication(approval_id=approval.id, by=made["second"]).state == "approved"
    assert sees(made["colleague"], made["line"])
    assert ApprovalVoice.objects.filter(approval=approval).count() == 2


def test_a_council_that_wants_two_people_gets_two(in_amber):
    from dataclasses import replace

    from core.network.actions.approval_asks import people_needed

    policy = policy_in_force(clock.today())
    assert people_needed(policy, "publication") == 1
    tighter = replace(policy, tightening=replace(policy.tightening, two_people_for=frozenset({"publication"})))
    assert people_needed(tighter, "publication") == 2
    assert people_needed(tighter, "shield", "shielded") == 1


@pytest.mark.parametrize("change", ["clearance", "agreement", "left", "conflict", "closed_basis"])
def test_the_facts_of_today_count_and_not_those_of_then(scene, change):
    from core.directory.models import Agency, Practitioner

    asker, past = scene["asker"], clock.today() - timedelta(days=1)
    if change == "clearance":
        Practitioner.objects.filter(id=asker.id).update(cleared_until=past)
    elif change == "agreement":
        Agency.objects.filter(id=asker.agency_id).update(agreement_expires_on=past)
    elif change == "left":
        Practitioner.objects.filter(id=asker.id).update(left_on=past)
    elif change == "conflict":
        declare_conflict(client_id=scene["client"].id, by=asker)
    else:
        Approval.objects.update(answers={**scene["approval"].answers, "why_anyway": "en.no_such_route"})
    with pytest.raises(errors.CannotBeApproved):
        approve_publication(approval_id=scene["approval"].id, by=scene["lead"])
    assert not Publication.objects.filter(involvement=scene["line"]).exists()
    assert not sees(scene["colleague"], scene["line"])
    refuse_publication(approval_id=scene["approval"].id, reason=VoiceReason.GROUND_NOT_MET, by=scene["lead"])


@pytest.mark.parametrize("how", ["anew", "end", "undo"])
def test_what_waits_lapses_with_what_it_was_about(scene, how):
    line, asker = scene["line"], scene["asker"]
    if how == "anew":
        record_conversation_for(involvement_id=line.id, answers=harm(scene["other"].agency_id), by=asker)
    elif how == "end":
        end_involvement(involvement_id=line.id, on=clock.today(), reason=EndReason.NEED_MET, by=asker)
    else:
        undo_join(involvement_id=line.id, by=asker)
    scene["approval"].refresh_from_db()
    assert scene["approval"].state == "lapsed"
    with pytest.raises(errors.AlreadyDecided):
        approve_publication(approval_id=scene["approval"].id, by=scene["lead"])
    waiting = Approval.objects.filter(involvement=line, state="waiting").count()
    assert waiting == (1 if how == "anew" else 0)
    assert not sees(scene["colleague"], line)


def test_recorded_anew_after_a_question_the_line_waits_again(scene):
    ask_publication_back(approval_id=scene["approval"].id, reason=VoiceReason.TOO_MANY_NAMED, by=scene["lead"])
    record_conversation_for(
        involvement_id=scene["line"].id, answers=harm(scene["colleague"].agency_id), by=scene["asker"]
    )
    assert "waiting for your safeguarding lead" in state_of(scene).text
    again = Approval.objects.get(involvement=scene["line"], state="waiting")
    approve_publication(approval_id=again.id, by=scene["lead"])
    assert sees(scene["colleague"], scene["line"])


def test_a_newcomer_who_was_not_named_does_not_see_an_approved_line(scene):
    approve_publication(approval_id=scene["approval"].id, by=scene["lead"])
    newcomer = make_viewer()
    join_network(
        client_id=scene["client"].id, service_id=newcomer.service_ids[0], answers=ConversationAnswers(), by=newcomer
    )
    assert not sees(newcomer, scene["line"])
    assert sees(scene["colleague"], scene["line"])
    assert network_for(newcomer, scene["client"].id).member_count == 2  # their own, and the one shown to the network


# Stand-ins


def name(scene, standing_in, start, end):
    today = clock.today()
    return name_stand_in(
        practitioner_id=standing_in.id, starts_on=today + timedelta(days=start), ends_on=today + timedelta(days=end),
        by=scene["lead"],
    )  # fmt: skip


def test_a_stand_in_decides_on_their_days_and_on_no_other(scene):
    deputy = make_viewer()
    name(scene, deputy, 1, 2)
    days = {}
    for day in range(4):
        with time_machine.travel(clock.now() + timedelta(days=day), tick=False):
            try:
                days[day] = len(approvals_for(deputy).waiting)
            except errors.ApprovalNotFound:
                days[day] = None
    assert days == {0: None, 1: 1, 2: 1, 3: None}


def test_a_stand_in_approves_in_the_leads_place_and_names_nobody(scene):
    deputy = make_viewer()
    made = name(scene, deputy, 0, 0)
    name(scene, deputy, 0, 5)  # overlapping is allowed
    with pytest.raises(errors.ApprovalNotFound):
        name_stand_in(practitioner_id=make_viewer().id, starts_on=clock.today(), ends_on=clock.today(), by=deputy)
    approve_publication(approval_id=scene["approval"].id, by=deputy)
    assert sees(scene["colleague"], scene["line"])
    end_stand_in(stand_in_id=made.id, by=scene["lead"])
    assert StandIn.objects.get(id=made.id).ended_at is not None


@pytest.mark.parametrize(("start", "end"), [(2, 1), (-3, -1)])
def test_a_stand_in_with_impossible_days_is_refused_in_a_sentence(scene, start, end):
    with pytest.raises(errors.StandInDatesWrong):
        name(scene, make_viewer(), start, end)


# Two at once

AT_ONCE = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connections
from core.network.actions.approvals import approve_publication, refuse_publication
from core.network.choices import VoiceReason
from core.network.models import Approval, ApprovalVoice, Publication
from tenants.context import inside
from tenants.queries import council_at
from tests.network.test_approvals import make_lead, make_scene

amber = council_at("amber.localhost")
with inside(amber):
    made = make_scene()
    leads = [made["lead"], made["second"], make_lead(), make_lead()]
together = Barrier(4)

def decide(number):
    together.wait(20)
    try:
        with inside(amber):
            if number % 2:
                refuse_publication(
                    approval_id=made["approval"].id, reason=VoiceReason.MORE_HARM, by=leads[number]
                )
            else:
                approve_publication(approval_id=made["approval"].id, by=leads[number])
    except Exception as error:
        return type(error).__name__
    finally:
        connections.close_all()
    return "decided"

with ThreadPoolExecutor(4) as pool:
    said = sorted(pool.map(decide, range(4)))
with inside(amber):
    approval = Approval.objects.get(id=made["approval"].id)
    voices = ApprovalVoice.objects.filter(approval=approval).count()
    shown = Publication.objects.filter(involvement=made["line"]).count()
print(json.dumps([said, approval.state, voices, shown]))
"""


@pytest.mark.slow
def test_of_four_leads_who_decide_at_once_one_wins_and_the_others_read_that_it_is_decided(own_database):
    said, state, voices, shown = json.loads(own_database.python(AT_ONCE).stdout.splitlines()[-1])
    assert said == ["AlreadyDecided", "AlreadyDecided", "AlreadyDecided", "decided"]
    assert state in {"approved", "refused"}
    assert voices == 1
    assert shown == (1 if state == "approved" else 0)


# Working days


@settings(max_examples=60, deadline=None)
@given(start=st.dates(date(2020, 1, 1), date(2035, 12, 31)), number=st.integers(0, 12))
def test_so_many_working_days_later_is_a_working_day_with_exactly_as_many_in_between(start, number):
    end = working_days("GB-ENG").after(start, number)
    between = [start + timedelta(days=one) for one in range(1, (end - start).days + 1)]
    assert sum(day in working_days("GB-ENG") for day in between) == number
    assert number == 0 or end in working_days("GB-ENG")


def test_christmas_is_no_working_day_and_melbourne_cup_day_only_in_victoria():
    assert working_days("GB-ENG").after(date(2026, 12, 24), 1) == date(2026, 12, 29)
    assert date(2026, 11, 3) in working_days("GB-ENG")
    assert date(2026, 11, 3) not in working_days("AU-VIC")


# The pages


def test_the_queue_and_the_request_say_what_is_asked_by_whom_and_on_which_ground(amber, site):
    with inside(amber):
        made = make_scene()
    site.sign_in(made["lead"])
    queue = site.get("/approvals").content.decode()
    assert "Asker" in queue
    assert made["client"].family_name not in queue
    page = site.get(f"/approvals/{made['approval'].id}").content.decode()
    for words in (made["client"].full_name, "Asker", made["colleague"].agency_name, "significant harm"):
        assert words.lower() in page.lower(), words
    assert "would_prejudice_protection" not in page, "codes are told in words"
    with inside(amber):
        assert Event.objects.filter(slug="network.approval.opened", client_id=made["client"].id).exists()


def test_a_decision_through_the_page_and_a_second_one_too_late(amber, site):
    with inside(amber):
        made = make_scene()
    where = f"/approvals/{made['approval'].id}"
    site.sign_in(made["lead"])
    for typed, sentence in (({}, "Choose what you decide"), ({"answer": "refuse"}, "Say why: choose a reason")):
        refused = site.post(where, typed)
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
    assert site.post(where, {"answer": "approve"}).status_code == 302
    site.sign_in(made["second"])
    late = site.post(where, {"answer": "refuse", "reason": "evidence"})
    assert late.status_code == 409
    assert "decided this in the meantime" in late.content.decode()
    with inside(amber):
        assert Approval.objects.get(id=made["approval"].id).state == "approved"
        assert DecisionRecord.objects.filter(involvement_id=made["line"].id, outcome="PERMIT").exists()


def test_the_lead_names_a_stand_in_through_the_page(amber, site):
    with inside(amber):
        made = make_scene()
        deputy = make_viewer(family_name="Deputyson")
    site.sign_in(made["lead"])
    found = site.post("/stand-ins", {"q": "Deputyson"}).content.decode()
    assert str(deputy.id) in found
    day = clock.today() + timedelta(days=3)
    typed = {"practitioner": deputy.id, "ends_on_day": day.day, "ends_on_month": day.month, "ends_on_year": day.year}
    wrong = site.post("/stand-ins", {**typed, "ends_on_year": day.year - 1})
    assert wrong.status_code == 422
    assert str(deputy.id) in wrong.content.decode(), "what was chosen is kept"
    assert site.post("/stand-ins", typed).status_code == 302
    assert "Deputyson" in site.get("/stand-ins").content.decode()
    assert site.get("/approvals").status_code == 200
    site.sign_in(deputy)
    assert site.get("/approvals").status_code == 200
    assert "Approvals that wait" in site.get("/").content.decode()
    assert site.get("/stand-ins").status_code == 404
    site.sign_in(made["colleague"])
    assert site.get("/approvals").status_code == 404
    assert "Approvals that wait" not in site.get("/").content.decode()


BOTH = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connections
from core import clock
from core.network.actions import end_involvement
from core.network.actions.approvals import approve_publication
from core.network.choices import EndReason
from core.network.models import Approval, Publication
from tenants.context import inside
from tenants.queries import council_at
from tests.network.test_approvals import make_scene

amber = council_at("amber.localhost")
said = []
for _time in range(3):
    with inside(amber):
        made = make_scene()
    together = Barrier(2)

    def work(ends):
        together.wait(20)
        try:
            with inside(amber):
                if ends:
                    end_involvement(
                        involvement_id=made["line"].id, on=clock.today(), reason=EndReason.NEED_MET, by=made["asker"]
                    )
                else:
                    approve_publication(approval_id=made["approval"].id, by=made["lead"])
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ended, approved = pool.map(work, (True, False))
    with inside(amber):
        live = Publication.objects.filter(involvement=made["line"], ended_at=None).count()
        waiting = Approval.objects.filter(involvement=made["line"], state="waiting").count()
    said.append([ended, approved, live, waiting])
print(json.dumps(said))
"""


@pytest.mark.slow
def test_a_line_ended_while_a_lead_approves_is_never_shown_and_neither_waits_for_the_other(own_database):
    for ended, approved, live, waiting in json.loads(own_database.python(BOTH).stdout.splitlines()[-1]):
        assert ended == "done"
        assert approved in {"done", "AlreadyDecided"}
        assert (live, waiting) == (0, 0)


# What the client says meanwhile


def make_young_scene():
    """A child's own yes to a clinic's line, below the age of the policy: it waits for a lead, and rests on the yes."""
    clinic = make_service(code="sensitive.sexual_health", sensitivity="sexual_health")
    asker, colleague, other = make_viewer(clinic), make_viewer(), make_viewer()
    amy = make_client(born=clock.today() - timedelta(days=11 * 365))
    for one in (colleague, other):
        make_publication(make_involvement(amy, one))
    answers = ConversationAnswers(
        talked=Talked.YES, with_whom=Consenter.SELF, outcome=Outcome.AGREED, competent=True,
        named=tuple(Recipient(agency=str(one.agency_id)) for one in (colleague, other)),
        picked={"withdrawal_explained": "yes", "consent_form": "verbal"},
    )  # fmt: skip
    line = join_network(client_id=amy.id, service_id=clinic.id, answers=answers, by=asker)
    return {
        "client": amy, "asker": asker, "colleague": colleague, "other": other, "line": line, "lead": make_lead(),
        "approval": Approval.objects.get(involvement=line),
    }  # fmt: skip


def take(made, scope, **which):
    take_back(client_id=made["client"].id, scope=scope, said_by=Consenter.SELF, by=made["colleague"], **which)


def test_an_agency_taken_off_while_it_waits_is_not_reached_by_the_yes(in_amber):
    made = make_young_scene()
    take(made, WithdrawalScope.AGENCY, agency_id=made["other"].agency_id)
    approve_publication(approval_id=made["approval"].id, by=made["lead"])
    assert sees(made["colleague"], made["line"])
    assert not sees(made["other"], made["line"])
    assert not DecisionRecord.objects.filter(
        involvement_id=made["line"].id, outcome="PERMIT", request__recipients__contains=[
            {"agency": str(made["other"].agency_id)}
        ],
    ).exists()  # fmt: skip


def test_a_no_said_while_a_duty_waits_is_weighed_in_the_decision(scene):
    take(scene, WithdrawalScope.EVERYTHING)
    approve_publication(approval_id=scene["approval"].id, by=scene["lead"])
    decided = Publication.objects.get(involvement=scene["line"]).decision
    assert decided.request["consent"]["refused"]
    assert sees(scene["colleague"], scene["line"])


def test_a_policy_that_wants_two_people_since_wants_them_of_what_waits_already(scene):
    pack = policy_in_force(clock.today()).pack
    PolicyVersion.objects.create(
        pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, effective_from=clock.today(),
        tightening=stored_tightening(Tightening(two_people_for=frozenset({"publication"}))), created_at=clock.now(),
    )  # fmt: skip
    forget_policy()
    assert approve_publication(approval_id=scene["approval"].id, by=scene["lead"]).state == "waiting"
    assert not sees(scene["colleague"], scene["line"])
    assert approve_publication(approval_id=scene["approval"].id, by=scene["second"]).state == "approved"


WITHDRAWN_MEANWHILE = """
import json
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from threading import Event
from django.db import connections
from core.consent.wording import Consenter
from core.network.actions import take_back
from core.network.actions import approvals
from core.network.choices import WithdrawalScope
from core.network.models import Approval, Publication
from tenants.context import inside
from tenants.queries import council_at
from tests.network.test_approvals import make_young_scene

amber = council_at("amber.localhost")
with inside(amber):
    made = make_young_scene()
decided, publish = Event(), approvals.publish_approved

def slowly(*given, **named):
    # The lead has the decision in hand; the client takes everything back; only then does the lead's work end.
    answer = publish(*given, **named)
    decided.set()
    waits(1.5)
    return answer

def waits(seconds):
    try:
        taking.result(seconds)
    except TimeoutError:
        pass

def approve():
    try:
        with inside(amber):
            approvals.approve_publication(approval_id=made["approval"].id, by=made["lead"])
    except Exception as error:
        return type(error).__name__
    finally:
        connections.close_all()
    return "done"

def take():
    decided.wait(20)
    try:
        with inside(amber):
            take_back(
                client_id=made["client"].id, scope=WithdrawalScope.EVERYTHING, said_by=Consenter.SELF,
                by=made["colleague"],
            )
    except Exception as error:
        return type(error).__name__
    finally:
        connections.close_all()
    return "done"

approvals.publish_approved = slowly
with ThreadPoolExecutor(2) as pool:
    taking = pool.submit(take)
    approving = pool.submit(approve)
    said = [approving.result(), taking.result()]
with inside(amber):
    live = Publication.objects.filter(involvement=made["line"], ended_at=None).count()
print(json.dumps([said, live]))
"""


def test_a_yes_taken_back_while_a_lead_approves_leaves_nothing_shown(own_database):
    said, live = json.loads(own_database.python(WITHDRAWN_MEANWHILE).stdout.splitlines()[-1])
    assert said == ["done", "done"]
    assert live == 0
