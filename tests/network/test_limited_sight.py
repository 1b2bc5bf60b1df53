"""Limited sight: who may, why, for how long; told at once, always reviewed, and for everybody else not there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.accounts.actions.sessions import forget_session, open_session
from core.accounts.models import User
from core.audit.models import Event
from core.consent.packs_in_use import policy_in_force
from core.consent.working_days import working_days
from core.directory.viewers import viewer_of
from core.network import errors
from core.network.actions.conflicts import declare_conflict
from core.network.actions.limited_sight import (
    end_limited_sight,
    escalate_unreviewed,
    open_limited_sight,
    review_due_at,
    review_limited_sight,
)
from core.network.choices import SightFinding, SightReason
from core.network.models import LimitedSight
from core.network.officers import officer_of
from core.network.policies import forget_standing, visible_to
from core.network.queries.limited_sight import limited_sight_for, limited_sights_for
from core.network.short_reason import MOST_CHARACTERS, problem_with
from core.notices.models import Notice, OutboxItem
from tenants.context import inside
from tests.factories import (
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
    make_user,
    make_viewer,
)
from tests.factories.counting import own_statements
from tests.isolation.test_every_address import masked
from tests.network.test_broker import plain

WHY = "Police at the door now and nobody on the network answers"


def with_session(viewer, key="a-browser"):
    from dataclasses import replace

    open_session(user=User.objects.get(id=viewer.user_id), session_key=key, browser="test")
    return replace(viewer, session_key=key)


def make_duty(function="social_worker", key="a-browser", **fields):
    """Somebody with a function of the pack, signed in with a session of their own."""
    return with_session(make_viewer(functions=[function], **fields), key)


def make_shielded():
    """A shielded client with a line shown to others and a confidential one; its people."""
    worker = make_viewer()
    clinic = make_service(code="sensitive.sexual_health", sensitivity="sexual_health")
    nurse = make_practitioner(clinic)
    amy = make_client("Amelia", "Thornfield", born=clock.today() - timedelta(days=15 * 366), shield="shielded")
    line, hidden = make_involvement(amy, worker), make_involvement(amy, nurse, service=clinic)
    make_publication(line)
    make_publication(hidden, worker_agency(worker), visibility="named_only", basis="en.consent_explicit")
    return amy, worker, line, hidden


def worker_agency(viewer):
    from core.directory.models import Agency

    return Agency.objects.get(id=viewer.agency_id)


def look(viewer, client, text=WHY):
    return open_limited_sight(client_id=client.id, reason=SightReason.IMMEDIATE_DANGER, text=text, by=viewer)


def seen(viewer):
    forget_standing()
    return set(visible_to(viewer).values_list("id", flat=True))


@pytest.fixture
def scene(in_amber):
    return make_shielded()


def test_it_shows_what_the_network_sees_and_nothing_confidential(scene):
    amy, _worker, line, hidden = scene
    duty = make_duty()
    assert seen(duty) == set()
    sight = look(duty, amy)
    assert seen(duty) == {line.id}
    assert hidden.id not in seen(duty)
    assert sight.expires_at - sight.opened_at == timedelta(minutes=60)
    assert look(duty, amy).id == sight.id, "opened twice, it is the same sight"


@pytest.mark.parametrize("end", ["time", "button", "sign_out", "another_browser"])
def test_it_ends_with_the_hour_the_button_and_the_session(scene, end):
    amy, _worker, line, _hidden = scene
    duty = make_duty()
    sight = look(duty, amy)
    assert seen(duty) == {line.id}
    if end == "time":
        with time_machine.travel(clock.now() + timedelta(minutes=60), tick=False):
            assert seen(duty) == set()
        return
    if end == "button":
        end_limited_sight(sight_id=sight.id, by=duty)
    elif end == "sign_out":
        forget_session("a-browser")
    else:
        duty = with_session(duty, "another")
    assert seen(duty) == set()


@pytest.mark.parametrize(
    ("function", "roles", "may"),
    [
        ("social_worker", ("practitioner",), True),
        ("mash", ("practitioner",), True),
        ("", ("practitioner", "safeguarding_lead"), False),
        ("", ("practitioner", "manager"), False),
        ("team_leader", ("practitioner",), False),
    ],
)
def test_the_packs_functions_decide_who_may_see_a_shielded_record(scene, function, roles, may):
    viewer = with_session(make_viewer(functions=[function] if function else [], roles=roles))
    if may:
        assert look(viewer, scene[0]).was_shielded
    else:
        with pytest.raises(errors.SightNotFound):
            look(viewer, scene[0])
        assert not LimitedSight.objects.exists()


def test_a_closed_record_is_opened_by_other_roles_than_a_shielded_one(in_amber):
    ben = make_client(closed_on=clock.today() - timedelta(days=30))
    lead = with_session(make_viewer(roles=("practitioner", "safeguarding_lead")))
    assert not look(lead, ben).was_shielded
    with pytest.raises(errors.SightNotFound):
        look(lead, make_client())  # neither closed nor shielded


def test_a_relative_or_somebody_whose_clearance_ran_out_may_not(scene):
    amy, worker, _line, _hidden = scene
    friend = with_session(make_viewer(functions=["social_worker"]))
    # The page of a shielded client is not theirs to open: it was said before the shield.
    type(amy).objects.filter(id=amy.id).update(shield="none")
    declare_conflict(client_id=amy.id, by=friend)
    type(amy).objects.filter(id=amy.id).update(shield="shielded")
    late = with_session(
        make_viewer(functions=["social_worker"], cleared_until=clock.today() - timedelta(days=1)), "late"
    )
    for one in (friend, late, worker):
        with pytest.raises(errors.SightNotFound):
            look(one, amy)


def test_officers_and_the_managers_concerned_are_told_at_once_and_no_mail_names_anybody(scene):
    amy, worker, _line, _hidden = scene
    service = make_service(worker_agency(worker), code="education.school")
    manager = make_viewer(service, roles=("practitioner", "manager"))
    elsewhere = make_viewer(roles=("practitioner", "manager"))
    officer = make_user(roles=("ig_officer",))
    duty = make_duty()
    look(duty, amy)
    told = set(Notice.objects.filter(slug="network.limited_sight.opened").values_list("user_id", "client_id"))
    assert told == {(manager.user_id, None), (officer.id, None)}
    assert elsewhere.user_id not in {user for user, _client in told}
    mails = [item.payload for item in OutboxItem.objects.filter(kind="mail")]
    assert {mail["to"] for mail in mails} >= {officer.email}
    words = " ".join(mail["subject"] + mail["text"] for mail in mails)
    assert not any(name in words for name in (amy.given_name, amy.family_name, duty.name, str(amy.id)))


def test_more_than_three_in_a_week_is_brought_to_the_officers(in_amber):
    officer, duty = make_user(roles=("ig_officer",)), make_duty()
    for number in range(4):
        look(duty, make_client(shield="shielded"))
        told = Notice.objects.filter(user=officer, slug="network.limited_sight.often").count()
        assert told == (1 if number == 3 else 0)
    assert all(line.is_often for line in limited_sights_for(officer_of(officer)).waiting)


def test_a_review_is_by_another_officer_and_once(scene):
    amy = scene[0]
    duty = make_duty(roles=("practitioner", "ig_officer"))
    own, other = officer_of(User.objects.get(id=duty.user_id)), officer_of(make_user(roles=("ig_officer",)))
    sight = look(duty, amy)
    with pytest.raises(errors.OwnSight):
        review_limited_sight(sight_id=sight.id, finding=SightFinding.JUSTIFIED, by=own)
    assert not limited_sight_for(own, sight.id).may_review
    page = limited_sight_for(other, sight.id)
    assert (page.client, page.text) == (amy.full_name, WHY)
    assert Event.objects.filter(slug="network.limited_sight.looked_at", client_id=amy.id, actor_id=other.id).exists()
    review_limited_sight(sight_id=sight.id, finding=SightFinding.MISTAKE, by=other)
    with pytest.raises(errors.AlreadyDecided):
        review_limited_sight(sight_id=sight.id, finding=SightFinding.JUSTIFIED, by=other)
    assert limited_sights_for(other).waiting == ()
    assert limited_sights_for(other).reviewed[0].finding == SightFinding.MISTAKE.label


def test_what_nobody_reviews_in_time_is_brought_to_those_above_once(scene):
    officer = make_user(roles=("ig_officer",))
    lead, admin = make_viewer(roles=("practitioner", "safeguarding_lead")), make_user(roles=("council_admin",))
    sight = look(make_duty(), scene[0])
    assert escalate_unreviewed() == 0
    with time_machine.travel(sight.review_due_at + timedelta(minutes=1), tick=False):
        assert escalate_unreviewed() == 1
        assert escalate_unreviewed() == 0
        assert limited_sights_for(officer_of(officer)).waiting[0].is_overdue
    told = set(Notice.objects.filter(slug="network.limited_sight.escalated").values_list("user_id", flat=True))
    assert told == {officer.id, lead.user_id, admin.id}


def test_what_was_reviewed_is_never_escalated(scene):
    sight = look(make_duty(), scene[0])
    review_limited_sight(
        sight_id=sight.id, finding=SightFinding.JUSTIFIED, by=officer_of(make_user(roles=("ig_officer",)))
    )
    with time_machine.travel(sight.review_due_at + timedelta(days=30), tick=False):
        assert escalate_unreviewed() == 0


@settings(max_examples=50, deadline=None)
@given(opened=st.dates(date(2024, 1, 1), date(2033, 12, 31)), at=st.times())
def test_a_review_is_due_at_the_end_of_the_day_the_pack_names(opened, at):
    from core.consent.packs_in_use import packs
    from core.consent.policy import Policy

    policy, opened = Policy(packs()["gb-eng"]), datetime.combine(opened, at, tzinfo=UTC)
    with timezone.override("Europe/London"):
        at_once = timezone.localtime(review_due_at(policy, opened, is_shielded=True))
        later = timezone.localtime(review_due_at(policy, opened, is_shielded=False))
        here = timezone.localtime(opened)
    assert (at_once.time(), later.time()) == (time.min, time.min)
    assert at_once.date() == here.date() + timedelta(days=1)
    last = later.date() - timedelta(days=1)
    assert last in working_days("GB-ENG")
    between = [here.date() + timedelta(days=one) for one in range(1, (last - here.date()).days)]
    assert not any(day in working_days("GB-ENG") for day in between)


# The short reason

NAMES = ("Amelia", "Thornfield", "", "Mel", "O'Brien")


@pytest.mark.parametrize(
    "text",
    [
        "amelia was left alone, somebody must go",
        "Amelia's mother rang the duty desk",
        "The THORNFIELD family cannot be reached",
        "Mel, the youngest, is missing tonight",
        "somebody called O’Brien rang the duty desk",
        "Ring 07700 900123 about this at once",
        "born on 3/4/2015 and now missing tonight",
        "born 3 April 2015 and now missing tonight",
        "born April 3rd, 2015 and missing tonight",
        "born 2015-04-03 and now missing tonight",
        "NHS number 943 476 5919 was read to me",
    ],
)
def test_a_name_a_number_or_a_date_is_asked_to_be_left_out(text):
    assert "Leave out names, numbers and dates" in problem_with(text, names=NAMES, least=20)


@pytest.mark.parametrize(
    "text",
    [WHY, "The child has not come home, and it is 3 in the morning", "Section 47 enquiry, strategy meeting today"],
)
def test_why_it_is_needed_may_be_said(text):
    assert problem_with(text, names=NAMES, least=20) == ""


@given(st.text(max_size=400), st.integers(0, 40))
def test_any_text_is_answered_and_what_passes_is_of_the_right_length(text, least):
    if not problem_with(text, names=NAMES, least=least):
        assert least <= len(" ".join(text.split())) or least == 0
        assert len(text.strip()) <= MOST_CHARACTERS * 2


@given(st.sampled_from([name for name in NAMES if name]), st.sampled_from(["{}", "({})", "{}.", "“{}”", "is {}!"]))
def test_a_name_is_found_whatever_stands_around_it(name, around):
    text = f"somebody rang the desk about {around.format(name.upper())} tonight"
    assert problem_with(text, names=NAMES, least=20)


# The pages


def sign_in(site, viewer):
    """With the session listed, as a real sign-in does."""
    from django.conf import settings as django_settings

    site.sign_in(viewer)
    with inside(site.council):
        key = site.cookies[django_settings.SESSION_COOKIE_NAME].value
        open_session(user=User.objects.get(id=viewer.user_id), session_key=key, browser="test")


def test_the_whole_way_through_the_pages(amber, site):
    with inside(amber):
        amy, worker, _line, _hidden = make_shielded()
        duty, officer = make_viewer(functions=["social_worker"]), make_user(roles=("ig_officer",))
    where = f"/clients/{amy.id}/limited-sight"
    sign_in(site, duty)
    assert site.get(f"/clients/{amy.id}").status_code == 404
    page = site.get(where).content.decode()
    assert "information-governance officers are told at once" in page
    assert amy.given_name not in page
    refused = site.post(where, {"reason": "missing", "text": "Amelia is not at home and must be found"})
    assert refused.status_code == 422
    assert "Leave out names" in refused.content.decode()
    assert "is not at home and must be found" in refused.content.decode(), "what was typed is kept"
    assert site.post(where, {"reason": "missing", "text": WHY}).status_code == 302
    shown = site.get(f"/clients/{amy.id}").content.decode()
    assert "You see this record for a limited time" in shown
    assert worker.name in shown
    assert "I am supporting this client" not in shown
    with inside(amber):
        sight = LimitedSight.objects.get()
    other = type(site)(amber)
    sign_in(other, officer_viewer(amber, officer))
    assert duty.name in other.get("/limited-sights").content.decode()
    review = f"/limited-sights/{sight.id}"
    assert WHY in other.get(review).content.decode()
    assert other.post(review, {}).status_code == 422
    assert other.post(review, {"finding": "justified"}).status_code == 302
    assert other.post(review, {"finding": "mistake"}).status_code == 409
    assert site.post(f"/limited-sights/{sight.id}/end").status_code == 302
    assert site.get(f"/clients/{amy.id}").status_code == 404


def officer_viewer(amber, user):
    class Who:
        user_id = user.id

    return Who()


def test_without_a_fresh_second_factor_it_is_asked_and_what_was_typed_comes_back(amber, site):
    from core.accounts.sessions import mark_proved

    with inside(amber):
        amy, _worker, _line, _hidden = make_shielded()
        duty = make_viewer(functions=["social_worker"])
    where = f"/clients/{amy.id}/limited-sight"
    sign_in(site, duty)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        asked = site.post(where, {"reason": "missing", "text": WHY})
        assert (asked.status_code, asked["Location"].split("?")[0]) == (302, "/my-sign-in/confirm")
        assert amy.given_name not in asked["Location"]
        with inside(amber):
            assert not LimitedSight.objects.exists()
            session = site.session
            mark_proved(session)
            session.save()
        back = site.get(where).content.decode()
        assert WHY in back
        assert site.post(where, {"reason": "missing", "text": WHY}).status_code == 302
        with inside(amber):
            assert LimitedSight.objects.count() == 1


def test_for_everybody_else_a_shielded_a_closed_and_no_record_are_the_same_bytes_and_statements(amber, site):
    from uuid import uuid4

    with inside(amber):
        amy, _worker, _line, _hidden = make_shielded()
        closed, ordinary = make_client(closed_on=clock.today()), make_client()
        nobody = make_viewer()
        lead = make_viewer(roles=("practitioner", "safeguarding_lead"))  # may open closed records, not shielded ones
    for viewer, ids in ((nobody, (amy.id, closed.id, ordinary.id, uuid4())), (lead, (amy.id, ordinary.id, uuid4()))):
        sign_in(site, viewer)
        site.get("/notices")
        answers = []
        for one in ids:
            with own_statements() as own:
                answer = site.get(f"/clients/{one}/limited-sight")
            answers.append((answer.status_code, masked(answer.content), plain(own)))
        assert answers[0][0] == 404
        for answer in answers[1:]:
            assert answer[2] == answers[0][2]
            assert answer[1] == answers[0][1]


def test_a_viewer_is_bound_to_the_session_they_signed_in_with(amber, site):
    with inside(amber):
        duty = make_viewer(functions=["social_worker"])
        amy = make_client(shield="shielded")
        user = User.objects.get(id=duty.user_id)
        assert viewer_of(user).session_key == ""
        with pytest.raises(errors.SessionNotListed):
            look(duty, amy)
        assert policy_in_force(clock.today()).rules.break_glass.reason_min_chars == 20


def test_a_search_that_names_a_shielded_person_shows_the_way_to_whoever_may_go_it(amber, site):
    with inside(amber):
        amy, _worker, _line, _hidden = make_shielded()
        duty, other = make_viewer(functions=["mash"]), make_viewer()
    typed = {"q": f"{amy.given_name} {amy.family_name} {amy.birth_date:%d/%m/%Y}"}
    for viewer, may in ((duty, True), (other, False)):
        site.sign_in(viewer)
        found = site.post("/search", typed, follow=True).content.decode()
        assert "details are protected" in found
        assert (f"/clients/{amy.id}/limited-sight" in found) is may
        assert may or str(amy.id) not in found
