"""The access pack: everything for the person, the standard services alone for others, and no trace of what is left out."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from core import clock
from core.rights.choices import AskedBy, PersonsView
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.rights.test_requests import make_officer, take_in


def make_life(asked_by=AskedBy.SELF, *, with_clinic=True, **fields):
    """A young person with an ordinary helper and a confidential one; both talked, looked and noted something."""
    from core.audit.actions import record_sight
    from core.consent.models import Conversation
    from core.people.models import ClientIdentifier
    from core.rights.models import DutyRecord

    officer = make_officer()
    school = make_viewer(make_service(code="education.school"), family_name="Schoolnurse")
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"), family_name="Clinicnurse")
    client = make_client("Jo", "Marsh", born=date(2011, 1, 5), address="4 Orchard Road", postcode="WS13 6AA", **fields)
    ClientIdentifier.objects.create(client=client, kind="nhs_number", value="9434765919")
    lines = {}
    for viewer, visibility in ((school, "network"), (clinic, "named_only"))[: 2 if with_clinic else 1]:
        line = make_involvement(client, viewer)
        make_publication(line, visibility=visibility)
        Conversation.objects.create(
            client=client, by_id=viewer.id, held_on=clock.today(), with_whom="self", outcome="agreed",
            material_version="2026.11", recorded_at=clock.now(),
        )  # fmt: skip
        record_sight("network.client.opened", by=viewer, client_id=client.id)
        DutyRecord.objects.create(
            client=client, kind="not_shared", involvement_id=line.id, on=clock.today(), pack="x", pack_checksum="x",
            fields={"why_not_shared": "more_harm"}, by_id=viewer.id, recorded_at=clock.now(),
        )  # fmt: skip
        lines[viewer.name] = line
    return officer, client, take_in(client, officer, asked_by=asked_by), school, clinic


def give_view(made, view, officer):
    from core.rights.actions.requests import note_persons_view

    return note_persons_view(request_id=made.id, version=made.version, view=view, by=officer)


def test_the_person_gets_everything_that_is_held(in_amber):
    from core.rights.actions.pack import make_pack

    officer, client, made, school, clinic = make_life()
    pack = make_pack(request_id=made.id, by=officer)
    assert not pack.is_standard_only
    assert {one.name for one in pack.lines} == {school.name, clinic.name}
    assert {(one.by, one.with_whom, one.outcome) for one in pack.talks} == {
        (viewer.name, "The person themselves", "They agreed") for viewer in (school, clinic)
    }
    opened = [one for one in pack.looks if one.what == "Opened the page"]
    assert {(one.name, one.agency) for one in opened} == {(v.name, v.agency_name) for v in (school, clinic)}
    assert len(pack.notes) == 2
    held = {one.label: one.value for one in pack.details}
    assert held["Address"] == "4 Orchard Road"
    assert held["Nhs number"] == "9434765919"
    assert (pack.made_by, pack.council) == (officer.name, "Amber")
    assert client.id


@pytest.mark.parametrize("view", [PersonsView.STANDARD_ONLY, PersonsView.REFUSED, PersonsView.NOT_SAFE])
def test_another_gets_the_standard_services_and_no_trace_of_the_others(in_amber, view):
    from dataclasses import asdict

    from core.rights.actions.pack import make_pack

    officer, _client, made, school, clinic = make_life(AskedBy.PARENT)
    give_view(made, view, officer)
    pack = make_pack(request_id=made.id, by=officer)
    assert pack.is_standard_only
    assert [one.name for one in pack.lines] == [school.name]
    said = json.dumps(asdict(pack), default=str)
    for trace in ("Clinicnurse", "sexual", clinic.agency_name, "Orchard", "9434765919"):
        assert trace not in said, trace
    assert school.name in said


@pytest.mark.parametrize("slug", ["network.approval.opened", "network.broker.opened", "network.limited_sight.reviewed"])
def test_another_is_not_told_of_looks_that_only_something_confidential_brings(in_amber, slug):
    from core.audit.actions import record_sight
    from core.rights.actions.pack import make_pack

    officer, client, made, _school, _clinic = make_life(AskedBy.PARENT)
    lead = make_viewer(family_name="Leadwell", roles=("safeguarding_lead",))
    record_sight(slug, by=lead, client_id=client.id)
    give_view(made, PersonsView.STANDARD_ONLY, officer)
    assert lead.name not in {one.name for one in make_pack(request_id=made.id, by=officer).looks}


def test_the_pack_of_somebody_with_nothing_to_hide_reads_alike(in_amber):
    """The same person without any confidential service: only names, agencies and times differ."""
    from dataclasses import asdict

    from core.rights.actions.pack import make_pack

    counts, sentences = [], []
    for is_hiding in (True, False):
        officer, _client, made, _school, _clinic = make_life(AskedBy.PARENT, with_clinic=is_hiding)
        give_view(made, PersonsView.STANDARD_ONLY, officer)
        pack = asdict(make_pack(request_id=made.id, by=officer))
        counts.append({name: len(value) for name, value in pack.items() if isinstance(value, tuple)})
        sentences.append((pack["is_standard_only"], pack["asked_by"], pack["kept"], pack["details"]))
    assert counts[0] == counts[1]
    assert sentences[0] == sentences[1]


def test_another_gets_all_where_the_person_agrees(in_amber):
    from core.rights.actions.pack import make_pack

    officer, _client, made, school, clinic = make_life(AskedBy.AGENCY)
    give_view(made, PersonsView.AGREED, officer)
    assert {one.name for one in make_pack(request_id=made.id, by=officer).lines} == {school.name, clinic.name}


def test_no_pack_before_the_person_was_asked_nor_before_anyone_knows_who_asks(in_amber):
    from core.rights.actions.pack import make_pack
    from core.rights.errors import AskThePersonFirst, NotPossible, ProveIdentityFirst

    officer, client, made, _school, _clinic = make_life(AskedBy.PARENT)
    with pytest.raises(AskThePersonFirst):
        make_pack(request_id=made.id, by=officer)
    unknown = take_in(client, officer, is_known=False)
    with pytest.raises(ProveIdentityFirst):
        make_pack(request_id=unknown.id, by=officer)
    objection = take_in(client, officer, key="object:rectification_erasure_restriction_objection")
    with pytest.raises(NotPossible):
        make_pack(request_id=objection.id, by=officer)


def test_nothing_of_a_shielded_person_is_given_to_anybody_else(in_amber):
    from core.rights.actions.pack import make_pack
    from core.rights.errors import ShieldedFromOthers

    officer, client, made, _school, _clinic = make_life(AskedBy.PARENT, shield="shielded")
    give_view(made, PersonsView.AGREED, officer)
    with pytest.raises(ShieldedFromOthers):
        make_pack(request_id=made.id, by=officer)
    own = take_in(client, officer)
    assert len(make_pack(request_id=own.id, by=officer).lines) == 2


def test_a_line_the_council_keeps_close_and_one_that_was_never_shown_are_left_out(in_amber):
    from core.network.models import Publication
    from core.rights.actions.pack import make_pack

    officer, client, made, school, _clinic = make_life(AskedBy.PARENT)
    give_view(made, PersonsView.STANDARD_ONLY, officer)
    waiting = make_viewer(make_service(code="housing.support"))
    make_involvement(client, waiting)
    assert [one.name for one in make_pack(request_id=made.id, by=officer).lines] == [school.name]
    Publication.objects.filter(involvement__practitioner_id=school.id).update(
        ended_at=clock.now(), end_reason="withdrawn"
    )
    assert make_pack(request_id=made.id, by=officer).lines == ()


def test_making_a_pack_is_recorded_and_shown_in_the_next_one(in_amber):
    from core.audit.models import Event
    from core.consent.models import DecisionRecord
    from core.rights.actions.pack import make_pack

    officer, client, made, _school, _clinic = make_life()
    make_pack(request_id=made.id, by=officer)
    event = Event.objects.get(slug="rights.pack.made", outcome="done")
    assert (event.client_id, event.detail["lines"], event.detail["standard_only"]) == (client.id, 2, False)
    assert DecisionRecord.objects.filter(client_id=client.id, action="data_subject_access").count() == 2
    assert "Made a copy for a request" in {one.what for one in make_pack(request_id=made.id, by=officer).looks}


def test_a_closed_record_says_until_when_each_part_is_kept(in_amber):
    from core.people.models import Client
    from core.rights.actions.pack import make_pack

    officer, client, made, _school, _clinic = make_life()
    closed = clock.today() - timedelta(days=30)
    Client.objects.filter(id=client.id).update(closed_on=closed)
    until = [one.until for one in make_pack(request_id=made.id, by=officer).kept if one.until]
    assert closed in until
    assert all(day.year - closed.year == 6 for day in until if day != closed)


def test_pdf_and_json_come_in_one_step_and_only_to_who_proved_it_is_they(amber, site):
    with inside(amber):
        from core.accounts.models import User

        officer, client, made, school, _clinic = make_life()
        user = User.objects.get(id=officer.user_id)
    site.sign_in(user)
    answer = site.post(f"/rights/{made.id}/pack.json")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    plain = json.loads(answer.content)
    assert school.name in {line["name"] for line in plain["lines"]}
    assert plain["notes"][0]["rows"]["Why it was not shared"]
    printed = site.post(f"/rights/{made.id}/pack.pdf")
    assert printed.status_code == 200
    assert printed.content.startswith(b"%PDF")
    assert client.family_name.lower() not in printed["Content-Disposition"].lower()
    assert site.get(f"/rights/{made.id}/pack.pdf").status_code == 405
    session = site.session
    with inside(amber):
        session["proved_at"] = 0
        session.save()
    again = site.post(f"/rights/{made.id}/pack.json")
    assert again.status_code == 302
    assert again["Location"].startswith("/confirm") or "next=" in again["Location"]
