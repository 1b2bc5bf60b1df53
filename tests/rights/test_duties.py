"""Duties to record: what the pack asks is what the form asks, nothing is free text, and everyone sees their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.consent.record_wording import AskedAs, events_of
from core.rights.answers import OTHER_AGENCY, AnswersInvalid, checked
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer

TODAY = date(2027, 3, 1)


# What is asked


def test_every_event_the_law_lists_can_be_asked_and_is_never_free_text(packs):
    for pack in packs.values():
        events = events_of(pack)
        assert set(pack.record) - {"always"} <= set(events)
        assert "disclosure" in events or pack.id not in {"gb-eng", "au-vic"}
        for slug, event in events.items():
            assert set(pack.record.get(slug, ())) <= {field.slug for field in event.fields}
            for field in event.fields:
                assert bool(field.options) == (field.asked_as in {AskedAs.LIST, AskedAs.SEVERAL}), (slug, field.slug)


def test_victoria_asks_what_regulations_7_to_14_demand_of_a_disclosure(packs):
    asked = {field.slug: field for field in events_of(packs["au-vic"])["disclosure"].fields}
    assert list(asked) == [
        "scheme", "recipient_agency", "what_shared", "views_asked", "informed_status", "assessment_or_plan_ref",
    ]  # fmt: skip
    assert asked["assessment_or_plan_ref"].is_optional
    assert not asked["views_asked"].default, "a worker says it each time"


def test_england_needs_no_more_than_a_tap(packs):
    disclosure = events_of(packs["gb-eng"])["disclosure"]
    given = {
        one.slug: one.default if one.asked_as is AskedAs.SEVERAL else one.default[0]
        for one in disclosure.fields
        if one.default
    }
    kept = checked(disclosure, {**given, "recipient_agency": "a"}, agencies={"a"}, today=TODAY)
    assert kept["what_shared"] == ["name", "role", "agency", "phone", "next_visit", "last_contact"]


def test_what_is_missing_is_named_field_by_field(packs):
    refused = events_of(packs["au-vic"])["request_refused"]
    with pytest.raises(AnswersInvalid) as invalid:
        checked(refused, {"requesting_ise": OTHER_AGENCY}, agencies=(), today=TODAY)
    assert set(invalid.value.errors) == {
        "refusal_reason", "refusal_sent_in_writing_on", "information_requested", "date_of_request",
    }  # fmt: skip


@given(typed=st.text() | st.lists(st.text()) | st.booleans() | st.dates() | st.none())
def test_whatever_is_sent_only_what_was_offered_is_kept(packs, typed):
    for pack in packs.values():
        for event in events_of(pack).values():
            try:
                kept = checked(event, {field.slug: typed for field in event.fields}, agencies={"agency"}, today=TODAY)
            except AnswersInvalid:
                continue
            for field in event.fields:
                value = kept.get(field.slug)
                assert value is None or field.asked_as not in {AskedAs.LIST, AskedAs.AGENCY} or value == typed
                assert value is None or len(str(value)) <= 400


# Writing it down


@pytest.fixture
def around(in_amber):
    """Two practitioners who see each other on a client's network, and a third who is on nobody's."""
    return make_around()


def make_around(basis: str = "en.family_help_agreement"):
    ours, theirs = make_viewer(), make_viewer(make_service(code="education.school"))
    client = make_client()
    mine, other = make_involvement(client, ours), make_involvement(client, theirs)
    make_publication(mine, basis=basis)
    make_publication(other, basis=basis)
    return client, ours, theirs, mine, other, make_viewer(make_service(code="housing.support"))


def tapped(about):
    from core.rights.pages.forms import DutyForm

    shown = DutyForm(asked=about)
    return {one.slug: shown.get_initial_for_field(shown.fields[one.slug], one.slug) for one in about.event.fields}


def test_a_call_is_noted_as_it_is_filled_in(around):
    from core.rights.actions.duties import record_call
    from core.rights.queries.duties import asked_of_call, duties_for

    client, ours, theirs, _mine, other, _third = around
    about = asked_of_call(ours, other.id)
    assert theirs.name in about.told
    made = record_call(involvement_id=other.id, answers=tapped(about), on=clock.today(), by=ours)
    assert (made.kind, made.client_id, made.involvement_id, made.agency_id) == (
        "disclosure", client.id, other.id, theirs.agency_id,
    )  # fmt: skip
    assert made.pack.startswith("gb-eng@")
    (shown,) = duties_for(ours, client.id).records
    assert ("Who I told", theirs.agency_name) in shown.rows
    assert ("Do they know that you told?", "Yes, I told them") in shown.rows


def test_nobody_notes_a_call_with_a_line_they_do_not_see_or_their_own(around):
    from core.audit.models import Event
    from core.rights.errors import RecordNotFound
    from core.rights.queries.duties import asked_of_call

    client, ours, _theirs, mine, other, third = around
    for viewer, line in ((third, other), (ours, mine)):
        with pytest.raises(RecordNotFound):
            asked_of_call(viewer, line.id)
    assert asked_of_call(ours, other.id).client.id == client.id
    assert Event.objects.filter(outcome="refused").count() == 0, "written when the scope ends"


def test_a_colleague_does_not_see_my_notes_and_my_manager_sees_those_on_our_lines(around):
    from core.rights.actions.duties import record_duty
    from core.rights.queries.duties import duties_for

    client, ours, theirs, mine, _other, _third = around
    for line in (mine.id, None):
        record_duty(
            client_id=client.id, kind="not_shared", answers={"why_not_shared": "more_harm"}, on=clock.today(), by=ours,
            involvement_id=line,
        )  # fmt: skip
    manager = make_viewer(mine.service, roles=("manager",))
    seen = {viewer.name: len(duties_for(viewer, client.id).records) for viewer in (ours, theirs, manager)}
    assert seen == {ours.name: 2, theirs.name: 0, manager.name: 1}


def test_a_refusal_is_put_to_the_decision_procedure(around):
    from core.consent.models import DecisionRecord
    from core.rights.actions.duties import record_duty

    client, ours, theirs, *_ = around
    answers = {
        "why_not_shared": "no_legal_ground", "requesting_agency": str(theirs.agency_id), "date_of_request": clock.today(),
    }  # fmt: skip
    made = record_duty(client_id=client.id, kind="request_refused", answers=answers, on=clock.today(), by=ours)
    decision = DecisionRecord.objects.get(action="request_refused", client_id=client.id)
    assert (decision.outcome, decision.reason) == ("PERMIT", "refusal_recorded")
    assert made.agency_id == theirs.agency_id
    with pytest.raises(AnswersInvalid) as invalid:
        record_duty(client_id=client.id, kind="request_refused", answers={}, on=clock.today(), by=ours)
    assert "why_not_shared" in invalid.value.errors


def test_a_no_that_the_law_wants_a_reason_for_is_asked_about_until_it_is_noted(around):
    from core.consent.models import DecisionRecord
    from core.rights.actions.duties import record_duty
    from core.rights.queries.duties import duties_for

    client, ours, _theirs, mine, *_ = around
    assert duties_for(ours, client.id).waiting == ()
    DecisionRecord.objects.create(
        at=clock.now(), action="publish", client_id=client.id, involvement_id=mine.id, request={}, outcome="DENY",
        reason="refused", visibility="none", obligations=["record:why_not_shared"], pack="x", pack_checksum="x",
    )  # fmt: skip
    (waiting,) = duties_for(ours, client.id).waiting
    assert waiting.involvement_id == mine.id
    record_duty(
        client_id=client.id, kind="not_shared", answers={"why_not_shared": "they_said_no"}, on=clock.today(), by=ours,
        involvement_id=mine.id,
    )  # fmt: skip
    assert duties_for(ours, client.id).waiting == ()


def test_a_note_is_never_edited_by_the_councils_role(around):
    from django.db import DatabaseError, transaction

    from core.rights.actions.duties import record_duty
    from core.rights.models import DutyRecord

    client, ours, *_ = around
    made = record_duty(
        client_id=client.id, kind="not_shared", answers={"why_not_shared": "more_harm"}, on=clock.today(), by=ours
    )
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        DutyRecord.objects.filter(id=made.id).update(on=clock.today() - timedelta(days=1))


# Pages


def test_the_page_after_a_call_is_kept_with_one_more_tap(amber, site):
    with inside(amber):
        client, ours, _theirs, _mine, other, third = make_around()
    site.sign_in(ours)
    page = site.get(f"/clients/{client.id}")
    assert f"/lines/{other.id}/call" in page.content.decode()
    form = site.get(f"/lines/{other.id}/call").content.decode()
    assert "checked" in form
    assert "<textarea" not in form
    answer = site.post(f"/lines/{other.id}/call", sent_as_shown(form))
    assert answer.status_code == 302, answer.content.decode()
    with inside(amber):
        from core.rights.models import DutyRecord

        assert DutyRecord.objects.filter(client_id=client.id, kind="disclosure").count() == 1
    assert site.sign_in(third).get(f"/lines/{other.id}/call").status_code == 404


def sent_as_shown(html: str) -> dict[str, object]:
    """What a browser would send of a form that nobody touched."""
    import re

    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        part = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in part or part["name"] in {"csrfmiddlewaretoken", "q"}:
            continue
        if part.get("type") in {"checkbox", "radio"} and " checked" not in tag:
            continue
        found.setdefault(part["name"], []).append(part.get("value", ""))
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', inner)
        found[name] = [chosen[1] if chosen else ""]
    return found


def test_in_victoria_the_scheme_and_views_have_to_be_said(coral):
    from tests.factories.site import Site

    with inside(coral):
        client, ours, _theirs, _mine, other, _third = make_around("vic.ciss")
    site = Site(coral).sign_in(ours)
    form = site.get(f"/lines/{other.id}/call").content.decode()
    refused = site.post(f"/lines/{other.id}/call", sent_as_shown(form))
    assert refused.status_code == 422
    said = refused.content.decode()
    for question in ("Under which scheme", "Were the views", "Were they told"):
        assert question in said
    answers = sent_as_shown(form) | {"scheme": "ciss", "views_asked": "not_safe", "informed_status": "told"}
    assert site.post(f"/lines/{other.id}/call", answers).status_code == 302
    assert client.id


def test_the_register_names_no_client(amber, site):
    with inside(amber):
        from core.rights.actions.duties import record_duty

        client, ours, *_ = make_around()
        record_duty(
            client_id=client.id, kind="not_shared", answers={"why_not_shared": "more_harm"}, on=clock.today(), by=ours
        )
        officer = make_viewer(roles=("ig_officer",))
    page = site.sign_in(officer).get("/rights/register")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Sharing would do more harm than good" in text
    assert client.family_name not in text
    assert str(client.id) not in text
    assert site.get(f"/rights/clients/{client.id}/records").status_code == 404, "nobody asked for this client's record"
    assert site.sign_in(ours).get("/rights/register").status_code == 403


@pytest.mark.parametrize("kind", ["disclosure", "request_received", "request_refused", "not_shared", "not_informed"])
def test_each_event_has_a_page_and_an_unknown_one_has_none(amber, site, kind):
    with inside(amber):
        client, ours, *_ = make_around()
    site.sign_in(ours)
    assert site.get(f"/clients/{client.id}/records/{kind}").status_code == 200
    assert site.post(f"/clients/{client.id}/records/{kind}", {}).status_code == 422
    assert site.get(f"/clients/{client.id}/records/made_up").status_code == 404
