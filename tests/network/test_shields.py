"""Shields: asked on the network, decided by officers, and from then on nobody else finds that the client is here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.accounts.models import User
from core.audit.models import Event
from core.network import errors
from core.network.actions import invite_colleague
from core.network.actions.approval_asks import people_needed
from core.network.actions.conflicts import declare_conflict
from core.network.actions.shields import (
    approve_lifting,
    approve_shield,
    ask_for_shield,
    ask_to_lift,
    assign,
    lift_shield,
    set_shield_review,
    turn_shield_down,
    unassign,
)
from core.network.choices import Answer, ShieldReason, Voice, VoiceReason
from core.network.models import Approval, NetworkInvitation, ShieldAssignment, ShieldPeriod
from core.network.officers import officer_of
from core.network.policies import forget_standing, openable_by, visible_to
from core.network.queries.find import search_clients
from core.network.queries.shields import shield_for, shield_request_for, shields_for
from core.notices.models import Notice
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_user, make_viewer


def make_officer():
    return officer_of(make_user(roles=("ig_officer",)))


def make_network(size=3):
    """A client and people on the network, each line shown to all."""
    amy = make_client(born=clock.today() - timedelta(days=8 * 366))
    people = [make_viewer() for _number in range(size)]
    lines = [make_involvement(amy, one) for one in people]
    for line in lines:
        make_publication(line)
    return amy, people, lines


def shield(client, people, *, chosen=None, level="shielded", officer=None):
    asked = ask_for_shield(client_id=client.id, reason=ShieldReason.DOMESTIC_ABUSE, level=level, by=people[0])
    ids = {one.id for one in (people if chosen is None else chosen)}
    approve_shield(approval_id=asked.id, assigned=ids, by=officer or make_officer())
    client.refresh_from_db()
    return ShieldPeriod.objects.get(client=client, ended_at=None)


def seen(viewer, client):
    forget_standing()
    return visible_to(viewer).filter(client=client).count()


def test_asking_alone_changes_nothing_and_asked_twice_it_waits_once(in_amber):
    amy, people, _lines = make_network()
    first = ask_for_shield(client_id=amy.id, reason=ShieldReason.WITNESS, level="shielded", by=people[0])
    again = ask_for_shield(client_id=amy.id, reason=ShieldReason.OWN_WISH, level="shielded", by=people[1])
    assert first.id == again.id
    amy.refresh_from_db()
    assert amy.shield == "none"
    assert seen(people[0], amy) == 3


def test_only_somebody_on_the_network_can_ask(in_amber):
    amy, people, _lines = make_network()
    with pytest.raises(errors.ClientNotFound):
        ask_for_shield(client_id=amy.id, reason=ShieldReason.WITNESS, level="shielded", by=make_viewer())
    with pytest.raises(errors.NotPermitted):
        ask_for_shield(client_id=amy.id, reason=ShieldReason.WITNESS, level="none", by=people[0])
    assert not Approval.objects.exists()


def test_once_shielded_those_named_see_and_the_others_see_nobody_else(in_amber):
    amy, people, _lines = make_network()
    stranger = make_viewer()
    assert search_clients(stranger, amy.full_name).count == 1
    shield(amy, people, chosen=people[:2])
    assert [seen(one, amy) for one in people] == [3, 3, 1], "one's own line stays one's own"
    assert not openable_by(stranger).filter(id=amy.id).exists()
    assert search_clients(stranger, amy.full_name).count == 0
    assert Notice.objects.filter(user_id=people[1].user_id, slug="network.shield.placed").exists()


def test_waiting_invitations_are_taken_back_and_nobody_can_invite(in_amber):
    amy, people, _lines = make_network()
    guest = make_viewer()
    invitation = NetworkInvitation.objects.create(
        client=amy, practitioner_id=guest.id, invited_by_id=people[0].id, created_at=clock.now()
    )
    shield(amy, people)
    invitation.refresh_from_db()
    assert invitation.answer == Answer.TAKEN_BACK
    with pytest.raises(errors.ClientIsShielded):
        invite_colleague(client_id=amy.id, practitioner_id=make_viewer().id, by=people[0])


def test_only_an_officer_names_more_people_and_takes_them_off(in_amber):
    amy, people, _lines = make_network()
    officer, newcomer, friend = make_officer(), make_viewer(), make_viewer()
    declare_conflict(client_id=amy.id, by=friend)
    period = shield(amy, people, officer=officer)
    assert not openable_by(newcomer).filter(id=amy.id).exists()
    assign(shield_id=period.id, practitioner_id=newcomer.id, by=officer)
    assign(shield_id=period.id, practitioner_id=newcomer.id, by=officer)
    assert openable_by(newcomer).filter(id=amy.id).exists()
    assert ShieldAssignment.objects.filter(client=amy, practitioner_id=newcomer.id).count() == 1
    unassign(shield_id=period.id, practitioner_id=newcomer.id, by=officer)
    assert not openable_by(newcomer).filter(id=amy.id).exists()
    with pytest.raises(errors.KnowsThemPrivately):
        assign(shield_id=period.id, practitioner_id=friend.id, by=officer)


def test_two_officers_must_agree_where_the_policy_says_so_and_one_person_is_not_two(in_amber, monkeypatch):
    from core.network.actions import shields

    monkeypatch.setattr(shields, "people_needed", lambda policy, *codes: 2 if "new_identity" in codes else 1)
    amy, people, _lines = make_network()
    first, second = make_officer(), make_officer()
    asked = ask_for_shield(client_id=amy.id, reason=ShieldReason.WITNESS, level="new_identity", by=people[0])
    approve_shield(approval_id=asked.id, assigned={people[0].id}, by=first)
    amy.refresh_from_db()
    assert amy.shield == "none"
    with pytest.raises(errors.AlreadySaid):
        approve_shield(approval_id=asked.id, assigned={people[0].id}, by=first)
    chosen = {one.practitioner_id for one in shield_request_for(second, asked.id).people if one.is_chosen}
    assert chosen == {people[0].id}, "the second officer sees whom the first chose"
    approve_shield(approval_id=asked.id, assigned=chosen, by=second)
    amy.refresh_from_db()
    assert amy.shield == "new_identity"
    period = ShieldPeriod.objects.get(client=amy)
    assert lift_shield(shield_id=period.id, by=first).state == "waiting"
    with pytest.raises(errors.AlreadySaid):
        lift_shield(shield_id=period.id, by=first)
    assert lift_shield(shield_id=period.id, by=second).state == "approved"


def test_an_officer_who_asked_as_a_practitioner_does_not_decide(in_amber):
    amy, people, _lines = make_network()
    User.objects.filter(id=people[0].user_id).update(roles=["practitioner", "ig_officer"])
    both = officer_of(User.objects.get(id=people[0].user_id))
    asked = ask_for_shield(client_id=amy.id, reason=ShieldReason.WITNESS, level="shielded", by=people[0])
    with pytest.raises(errors.OwnRequest):
        approve_shield(approval_id=asked.id, assigned=(), by=both)
    assert not shield_request_for(both, asked.id).may_decide
    approve_shield(approval_id=asked.id, assigned=(), by=make_officer())


def test_a_refusal_says_why_and_changes_nothing(in_amber):
    amy, people, _lines = make_network()
    asked = ask_for_shield(client_id=amy.id, reason=ShieldReason.OWN_WISH, level="shielded", by=people[0])
    turn_shield_down(approval_id=asked.id, answer=Voice.REFUSE, reason=VoiceReason.GROUND_NOT_MET, by=make_officer())
    amy.refresh_from_db()
    assert amy.shield == "none"
    notice = Notice.objects.get(user_id=people[0].user_id, slug="network.shield.refused")
    assert notice.detail["reason"] == "ground_not_met"
    with pytest.raises(errors.AlreadyDecided):
        approve_shield(approval_id=asked.id, assigned=(), by=make_officer())


@pytest.mark.parametrize("how", ["asked", "officer"])
def test_lifted_by_two_officers_everything_is_as_before(in_amber, how):
    """Both packs want two people to lift a shield."""
    amy, people, _lines = make_network()
    period = shield(amy, people, chosen=people[:1])
    if how == "asked":
        asked = ask_to_lift(client_id=amy.id, by=people[0])
        approve_lifting(approval_id=asked.id, by=make_officer())
    else:
        lift_shield(shield_id=period.id, by=make_officer())
    assert [seen(one, amy) for one in people] == [3, 1, 1]
    lift_shield(shield_id=period.id, by=make_officer())
    assert [seen(one, amy) for one in people] == [3, 3, 3]
    assert search_clients(make_viewer(), amy.full_name).count == 1
    assert not ShieldAssignment.objects.filter(client=amy, ended_at=None).exists()
    with pytest.raises(errors.ShieldNotFound):
        lift_shield(shield_id=period.id, by=make_officer())


def test_an_officer_reads_names_only_where_something_was_asked_and_each_sight_is_recorded(in_amber):
    amy, people, _lines = make_network()
    officer = make_officer()
    page = shields_for(officer)
    assert (page.requests, page.shields) == ((), ())
    asked = ask_for_shield(client_id=amy.id, reason=ShieldReason.WITNESS, level="shielded", by=people[0])
    assert len(shields_for(officer).requests) == 1
    listed = shield_request_for(officer, asked.id)
    assert {one.name for one in listed.people} == {one.name for one in people}
    assert Event.objects.filter(slug="network.shield.opened", client_id=amy.id, actor_id=officer.id).exists()
    approve_shield(approval_id=asked.id, assigned={people[0].id}, by=officer)
    period = ShieldPeriod.objects.get(client=amy)
    assert [one.practitioner_id for one in shield_for(officer, period.id).people] == [people[0].id]
    with pytest.raises(errors.ReviewInThePast):
        set_shield_review(shield_id=period.id, on=clock.today() - timedelta(days=1), by=officer)
    set_shield_review(shield_id=period.id, on=clock.today(), by=officer)
    assert shields_for(officer).shields[0].is_due


def test_nobody_without_the_role_is_an_officer(in_amber):
    for roles in (("practitioner",), ("council_admin",), ("safeguarding_lead",), ("auditor",)):
        with pytest.raises(errors.NotAnOfficer):
            officer_of(make_user(roles=roles))


def test_the_pack_and_the_council_say_for_which_levels_two_are_needed(in_amber):
    from dataclasses import replace

    from core.consent.packs_in_use import policy_in_force

    policy = policy_in_force(clock.today())
    tighter = replace(policy, tightening=replace(policy.tightening, two_people_for=frozenset({"shield"})))
    assert people_needed(tighter, "shield", "shielded") == 2
    by_pack = replace(policy, pack=replace(policy.pack, two_people_for=frozenset({"new_identity"})))
    assert people_needed(by_pack, "shield", "new_identity") == 2
    assert people_needed(by_pack, "shield", "shielded") == people_needed(policy, "shield", "shielded")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.integers(0, 3)), more=st.sets(st.integers(4, 6)), off=st.sets(st.integers(0, 6)))
def test_whoever_is_named_sees_and_nobody_else_does(in_amber, chosen, more, off):
    """Whatever an officer chose, named and took off: others' lines are seen by exactly those who are named now."""
    amy, people, _lines = make_network(4)
    everyone = [*people, make_viewer(), make_viewer(), make_viewer()]
    officer = make_officer()
    period = shield(amy, people, chosen=[people[number] for number in chosen], officer=officer)
    for number in more:
        assign(shield_id=period.id, practitioner_id=everyone[number].id, by=officer)
    for number in off:
        unassign(shield_id=period.id, practitioner_id=everyone[number].id, by=officer)
    named = (chosen | more) - off
    for number, one in enumerate(everyone):
        forget_standing()
        others = visible_to(one).filter(client=amy).exclude(practitioner_id=one.id).exists()
        assert others == (number in named and number < 4), number
        assert openable_by(one).filter(id=amy.id).exists() == (number in named or number < 4), number


# The pages


def test_the_whole_way_through_the_pages(amber, site):
    with inside(amber):
        amy, people, _lines = make_network()
        officer, stranger = make_user(roles=("ig_officer",)), make_viewer()
        second = make_user(roles=("ig_officer",))
    site.sign_in(people[0])
    assert "Ask for a shield" in site.get(f"/clients/{amy.id}").content.decode()
    wrong = site.post(f"/clients/{amy.id}/shield", {"level": "shielded"})
    assert wrong.status_code == 422
    asked = site.post(f"/clients/{amy.id}/shield", {"level": "shielded", "reason": "domestic_abuse"})
    assert asked.status_code == 302
    site.sign_in(officer)
    with inside(amber):
        approval = Approval.objects.get(client=amy)
    assert "Something waits for your decision" in site.get("/notices").content.decode()
    listed = site.get("/shields").content.decode()
    assert amy.family_name not in listed
    page = site.get(f"/shields/asked/{approval.id}").content.decode()
    assert all(one.name in page for one in people)
    decided = site.post(
        f"/shields/asked/{approval.id}", {"answer": "approve", "assigned": [str(people[0].id), str(people[1].id)]}
    )
    assert decided.status_code == 302
    with inside(amber):
        period = ShieldPeriod.objects.get(client=amy)
    late = site.post(f"/shields/asked/{approval.id}", {"answer": "refuse", "reason": "evidence"})
    assert late.status_code == 409
    shown = site.get(f"/shields/{period.id}").content.decode()
    assert people[1].name in shown
    assert people[2].name not in shown
    found = site.post(f"/shields/{period.id}", {"q": stranger.name}).content.decode()
    assert str(stranger.id) in found
    named = site.post(f"/shields/{period.id}/people", {"practitioner": stranger.id})
    assert named.status_code == 302
    site.sign_in(stranger)
    assert site.get(f"/clients/{amy.id}").status_code == 200
    site.sign_in(officer)
    assert site.get(f"/clients/{amy.id}").status_code == 403, "an officer has no way to the client's own page"
    site.post(f"/shields/{period.id}/people", {"practitioner": stranger.id, "off": "1"})
    site.sign_in(stranger)
    assert site.get(f"/clients/{amy.id}").status_code == 404
    assert site.post(f"/clients/{amy.id}/join", {"talk-talked": "not_yet"}).status_code == 404
    for one in (officer, second):
        site.sign_in(one)
        assert site.post(f"/shields/{period.id}/lift").status_code == 302
    site.sign_in(stranger)
    assert site.get(f"/clients/{amy.id}").status_code == 200


def test_for_a_council_admin_and_a_practitioner_there_is_no_page_about_shields(amber, site):
    with inside(amber):
        admin, worker = make_user(roles=("council_admin",)), make_viewer()
    for one in (admin, worker):
        site.sign_in(one)
        assert site.get("/shields").status_code in {403, 404}
        assert site.get("/limited-sights").status_code in {403, 404}
        assert site.get("/known-privately").status_code in {403, 404}
