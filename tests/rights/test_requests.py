"""Requests: taken in by whoever is asked, with the law's clock; each step recorded; told of before they are due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from core import clock
from core.rights.choices import Answer, AnswerReason, AskedBy, ExtensionReason, PersonsView
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_user, make_viewer

MONDAY = date(2027, 2, 1)


@pytest.fixture
def at_work():
    """Monday 1 February 2027, at noon."""
    with time_machine.travel("2027-02-01T12:00:00Z", tick=False) as traveller:
        yield traveller


def make_officer():
    from core.accounts.models import User
    from core.network.officers import officer_of

    return officer_of(User.objects.get(id=make_viewer(roles=("ig_officer",)).user_id))


def take_in(client, by, *, key="access:access", asked_by=AskedBy.SELF, received_on=None, is_known=True):
    from core.rights.actions.requests import take_in as action

    return action(
        client_id=client.id,
        key=key,
        asked_by=asked_by,
        received_on=received_on or clock.today(),
        is_known=is_known,
        by=by,
    )


# What can be asked


def test_what_can_be_asked_follows_the_pack(packs):
    from core.rights.wishes import offers

    def keys(pack, on=MONDAY):
        return [one.key for one in offers(packs[pack], on)]

    everything = "rectification_erasure_restriction_objection"
    assert keys("gb-eng") == [
        "access:access", f"correct:{everything}", f"erase:{everything}", f"restrict:{everything}",
        f"object:{everything}", "complaint:complaint_acknowledge",
    ]  # fmt: skip
    assert "complaint:" in keys("gb-eng", date(2026, 6, 18)), "the duty to acknowledge begins on 19 June 2026"
    assert keys("au-vic")[:3] == ["access:access_foi", "access:access_ipp6_or_hra", "correct:correction"]


# Clocks


def test_a_practitioner_takes_a_request_in_and_the_clock_runs(in_amber, at_work):
    from core.accounts.models import User
    from core.consent.models import DecisionRecord
    from core.notices.models import Notice, OutboxItem

    officer, viewer = make_officer(), make_viewer()
    client = make_client()
    make_involvement(client, viewer)
    made = take_in(client, viewer, received_on=date(2027, 1, 31))
    assert (made.starts_on, made.due_on, made.answer_by) == (date(2027, 1, 31), date(2027, 3, 1), date(2027, 3, 1))
    decision = DecisionRecord.objects.get(id=made.decision_id)
    assert (decision.outcome, decision.visibility) == ("PERMIT", "full")
    (notice,) = Notice.objects.filter(user_id=officer.user_id)
    assert (notice.slug, notice.client_id) == ("rights.request.received", None)
    (mail,) = OutboxItem.objects.filter(kind="mail")
    assert mail.payload["to"] == User.objects.get(id=officer.user_id).email
    assert client.family_name not in str(mail.payload)


def test_somebody_elses_request_always_goes_to_review(in_amber, at_work):
    from core.consent.models import DecisionRecord

    viewer, client = make_viewer(), make_client()
    make_involvement(client, viewer)
    for asker in (AskedBy.PARENT, AskedBy.ATTORNEY, AskedBy.AGENCY, AskedBy.OTHER):
        made = take_in(client, viewer, asked_by=asker)
        decision = DecisionRecord.objects.get(id=made.decision_id)
        assert (decision.outcome, decision.visibility) == ("REVIEW", "standard_only")
        assert "seek_young_persons_view" in decision.obligations


def test_who_may_not_open_the_client_takes_nothing_in(in_amber, at_work):
    from core.network.errors import ClientNotFound
    from core.rights.errors import NotAllowed
    from core.rights.models import RightsRequest

    client = make_client(shield="shielded")
    with pytest.raises(ClientNotFound):
        take_in(client, make_viewer())
    lapsed = make_viewer(cleared_until=clock.today() - timedelta(days=1))
    mine = make_client()
    make_involvement(mine, lapsed)
    with pytest.raises(NotAllowed):
        take_in(mine, lapsed)
    assert RightsRequest.objects.count() == 0


def test_the_clock_waits_for_identity_and_for_what_is_meant(in_amber, at_work):
    from core.rights.actions import requests as steps

    officer, client = make_officer(), make_client()
    made = take_in(client, officer, is_known=False)
    assert (made.starts_on, made.due_on) == (None, None)
    at_work.move_to("2027-02-10T12:00:00Z")
    made = steps.note_identity(request_id=made.id, version=1, on=date(2027, 2, 8), by=officer)
    assert (made.starts_on, made.due_on) == (date(2027, 2, 8), date(2027, 3, 8))
    made = steps.ask_what_is_meant(request_id=made.id, version=2, on=date(2027, 2, 9), by=officer)
    assert made.due_on is None
    made = steps.note_what_is_meant(request_id=made.id, version=3, on=date(2027, 2, 10), by=officer)
    assert (made.starts_on, made.due_on) == (date(2027, 2, 10), date(2027, 3, 10))


def test_more_time_is_taken_once_and_in_the_first_time(in_amber, at_work):
    from core.rights.actions import requests as steps
    from core.rights.errors import TooLateToExtend

    officer = make_officer()
    late, made = take_in(make_client(), officer), take_in(make_client(), officer, received_on=date(2027, 1, 31))

    def extend(row, version=1):
        return steps.extend(request_id=row.id, version=version, number=0, reason=ExtensionReason.COMPLEX, by=officer)

    made = extend(made)
    assert (made.due_on, made.extended_to) == (date(2027, 3, 1), date(2027, 4, 30))
    with pytest.raises(TooLateToExtend):
        extend(made, version=2)
    at_work.move_to("2027-03-02T12:00:00Z")
    with pytest.raises(TooLateToExtend):
        extend(late)


def test_victorias_agreed_extension_can_be_repeated(coral, at_work):
    with inside(coral):
        from core.rights.actions import requests as steps

        officer = make_officer()
        made = take_in(make_client(), officer, key="access:access_foi", received_on=date(2027, 1, 8))
        assert made.due_on == date(2027, 2, 8)
        for version, number, last in ((1, 0, date(2027, 2, 22)), (2, 0, date(2027, 3, 24)), (3, 0, date(2027, 4, 23))):
            made = steps.extend(
                request_id=made.id, version=version, number=number, reason=ExtensionReason.AGREED, by=officer
            )
            assert made.extended_to == last
        other = take_in(make_client(), officer, key="access:access_ipp6_or_hra", received_on=date(2027, 1, 8))
        assert other.due_on == date(2027, 2, 22)


# Answers


def test_nothing_is_given_to_another_before_the_person_was_asked(in_amber, at_work):
    from core.rights.actions import requests as steps
    from core.rights.errors import AskThePersonFirst, ReasonNeeded

    officer = make_officer()
    made = take_in(make_client(), officer, asked_by=AskedBy.PARENT)
    with pytest.raises(AskThePersonFirst):
        steps.answer(request_id=made.id, version=1, answer=Answer.GIVEN, reason=None, by=officer)
    made = steps.note_persons_view(request_id=made.id, version=1, view=PersonsView.REFUSED, by=officer)
    with pytest.raises(ReasonNeeded):
        steps.answer(request_id=made.id, version=2, answer=Answer.REFUSED, reason=None, by=officer)
    made = steps.answer(
        request_id=made.id, version=2, answer=Answer.REFUSED, reason=AnswerReason.PERSONS_WISH, by=officer
    )
    assert (made.state, made.answer, made.answer_reason, made.answered_on) == (
        "answered", "refused", "persons_wish", clock.today(),
    )  # fmt: skip


def test_an_answer_is_given_once_and_never_on_an_old_page(in_amber, at_work):
    from core.audit.models import Event
    from core.rights.actions import requests as steps
    from core.rights.errors import AlreadyAnswered, NotPossible, RequestChanged

    officer = make_officer()
    everything = "rectification_erasure_restriction_objection"
    made = take_in(make_client(), officer, key=f"object:{everything}")
    with pytest.raises(RequestChanged):
        steps.answer(request_id=made.id, version=7, answer=Answer.DONE, reason=None, by=officer)
    with pytest.raises(NotPossible):
        steps.answer(request_id=made.id, version=1, answer=Answer.GIVEN, reason=None, by=officer)
    steps.answer(request_id=made.id, version=1, answer=Answer.REFUSED, reason=AnswerReason.PUBLIC_TASK, by=officer)
    with pytest.raises(AlreadyAnswered):
        steps.answer(request_id=made.id, version=2, answer=Answer.DONE, reason=None, by=officer)
    slugs = Event.objects.filter(subject_id=made.id, outcome="done").order_by("at").values_list("slug", flat=True)
    assert set(slugs) == {"rights.request.received", "rights.request.answered"}


def test_details_are_put_right_by_the_same_action_as_everybodys(in_amber, at_work):
    from core.people.errors import ClientChanged
    from core.people.models import Client
    from core.people.records import ClientDetails
    from core.rights.actions import requests as steps

    officer, client = make_officer(), make_client()
    made = take_in(client, officer, key="correct:rectification_erasure_restriction_objection")
    details = ClientDetails(given_name="Ann", family_name="Right", birth_date=date(2018, 4, 3))
    with pytest.raises(ClientChanged):
        steps.correct(request_id=made.id, version=1, client_version=9, details=details, by=officer)
    steps.correct(request_id=made.id, version=1, client_version=1, details=details, by=officer)
    assert Client.objects.get(id=client.id).family_name == "Right"


def test_an_officer_handles_nothing_about_their_own_family(in_amber, at_work):
    from core.network.models import Conflict
    from core.rights.errors import RequestNotFound
    from core.rights.queries.requests import queue_for, request_for

    officer, other, client = make_officer(), make_officer(), make_client()
    made = take_in(client, other)
    Conflict.objects.create(
        client=client, practitioner_id=officer.id, declared_at=clock.now(), declared_by_id=officer.id
    )
    assert queue_for(officer).open == ()
    assert len(queue_for(other).open) == 1
    with pytest.raises(RequestNotFound):
        request_for(officer, made.id)
    with pytest.raises(RequestNotFound):
        take_in(client, officer)


# Warnings


def test_each_request_is_told_of_once_before_and_once_after_its_day(in_amber, at_work):
    from core.notices.models import Notice
    from core.rights.actions.warn import warn_of_what_is_due

    officer = make_officer()
    take_in(make_client(), officer, received_on=date(2027, 1, 31))  # due on 1 March
    told = []
    for day in ("2027-02-21", "2027-02-22", "2027-02-23", "2027-03-01", "2027-03-02", "2027-03-03"):
        at_work.move_to(f"{day}T12:00:00Z")
        told.append(warn_of_what_is_due())
    assert told == [0, 1, 0, 0, 1, 0]
    slugs = Notice.objects.filter(user_id=officer.user_id).order_by("at").values_list("slug", flat=True)
    assert list(slugs) == ["rights.request.received", "rights.request.due_soon", "rights.request.overdue"]


def test_an_acknowledged_complaint_is_not_warned_of_and_an_extension_is_told_of_anew(in_amber, at_work):
    from core.rights.actions import requests as steps
    from core.rights.actions.warn import warn_of_what_is_due

    officer = make_officer()
    complaint = take_in(make_client(), officer, key="complaint:complaint_acknowledge", received_on=date(2027, 1, 5))
    assert complaint.due_on == date(2027, 2, 3)
    steps.acknowledge(request_id=complaint.id, version=1, on=MONDAY, by=officer)
    access = take_in(make_client(), officer, received_on=date(2027, 1, 4))
    assert warn_of_what_is_due() == 1
    steps.extend(request_id=access.id, version=1, number=0, reason=ExtensionReason.NUMEROUS, by=officer)
    assert warn_of_what_is_due() == 0
    at_work.move_to("2027-04-01T12:00:00Z")
    assert warn_of_what_is_due() == 1


# Pages


def test_the_queue_says_the_clock_in_words(amber, site, at_work):
    with inside(amber):
        officer = make_viewer(roles=("ig_officer",))
        by = make_officer()
        take_in(make_client(family_name="Early"), by, received_on=date(2027, 1, 1))
        take_in(make_client(family_name="Soon"), by, received_on=date(2027, 1, 6))
        take_in(make_client(family_name="Waiting"), by, is_known=False)
    text = " ".join(site.sign_in(officer).get("/rights").content.decode().split())
    assert "due today" in text
    assert "due in 7 days" in text or "due in 5 days" in text
    assert "waits for proof of identity" in text
    assert text.index("EARLY") < text.index("SOON") < text.index("WAITING")


def test_an_officer_without_a_card_works_too_and_nobody_else_gets_in(amber, site):
    with inside(amber):
        officer = make_user(roles=("ig_officer",))
        others = [make_viewer(roles=(role,)) for role in ("practitioner", "manager", "council_admin", "auditor")]
    assert site.sign_in(officer).get("/rights").status_code == 200
    assert site.get("/retention").status_code == 200
    for other in others:
        assert site.sign_in(other).get("/rights").status_code == 403
        assert site.get("/retention").status_code == 403


def test_a_letter_finds_nobody_by_a_part_of_a_name(amber, site):
    with inside(amber):
        officer = make_viewer(roles=("ig_officer",))
        client = make_client("Amelia", "Thornbury", born=date(2018, 4, 3))
        type(client).objects.filter(id=client.id).update(closed_on=clock.today())
    site.sign_in(officer)
    typed = {"given_name": "Amelia", "family_name": "Thorn", "birth_date": "3 April 2018"}
    assert "Not listed on Patchwork" in site.post("/rights/find", typed).content.decode()
    found = site.post("/rights/find", typed | {"family_name": "thornbury"}).content.decode()
    assert f"/rights/clients/{client.id}/request" in found
    assert "archived" in found
    sent = {"key": "access:access", "asked_by": "self", "received_on": f"{clock.today():%d/%m/%Y}", "is_known": "on"}
    answer = site.post(f"/rights/clients/{client.id}/request", sent)
    assert answer.status_code == 302
    assert site.get(answer["Location"]).status_code == 200


def test_a_stale_page_answers_409_with_what_stands_now(amber, site):
    with inside(amber):
        officer = make_viewer(roles=("ig_officer",))
        made = take_in(make_client(), make_officer(), asked_by=AskedBy.PARENT)
    site.sign_in(officer)
    where = f"/rights/{made.id}/steps/view"
    assert site.post(where, {"version": 1, "view": "agreed"}).status_code == 302
    answer = site.post(where, {"version": 1, "view": "refused"})
    assert answer.status_code == 409
    assert "Somebody else changed this request" in answer.content.decode()
    assert "They agree, confidential services included" in answer.content.decode()
    assert site.post(where, {"version": 2}).status_code == 422
    assert site.post(f"/rights/{made.id}/steps/made-up", {"version": 2}).status_code == 404


def test_the_practitioners_page_takes_a_request_in(amber, site):
    with inside(amber):
        viewer, client = make_viewer(), make_client()
        make_involvement(client, viewer)
    site.sign_in(viewer)
    assert f"/clients/{client.id}/request" in site.get(f"/clients/{client.id}").content.decode()
    assert site.post(f"/clients/{client.id}/request", {}).status_code == 422
    sent = {"key": "access:access", "asked_by": "parent", "received_on": f"{clock.today():%d/%m/%Y}"}
    assert site.post(f"/clients/{client.id}/request", sent).status_code == 302
    with inside(amber):
        from core.rights.models import RightsRequest

        made = RightsRequest.objects.get(client_id=client.id)
        assert (made.asked_by, made.identity_proved_on, made.due_on) == ("parent", None, None)


def test_another_councils_request_is_not_there_at_any_step(amber, birch, site):
    from core.rights.pages.requests import STEPS

    with inside(birch):
        theirs = take_in(make_client(), make_officer())
    with inside(amber):
        officer = make_viewer(roles=("ig_officer",))
    site.sign_in(officer)
    for name in STEPS:
        assert site.post(f"/rights/{theirs.id}/steps/{name}", {"version": 1}).status_code == 404
    for path in ("", "/correct", "/hold"):
        assert site.get(f"/rights/{theirs.id}{path}").status_code == 404
    for kind in ("pdf", "json"):
        assert site.post(f"/rights/{theirs.id}/pack.{kind}").status_code == 404
