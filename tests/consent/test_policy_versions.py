"""Drafts and versions of a council's policy: dated, immutable, one a day, on a pack that may be used."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from core import clock
from core.audit.models import Event
from core.consent import actions_policy as actions
from core.consent.errors import (
    CancelledAlready,
    DayHasPassed,
    DayIsTaken,
    DraftChanged,
    InForceAlready,
    LoosensTheLaw,
    NotRehearsed,
    OnlyTheOfficerSigns,
    PackNotSignedOff,
    PolicyNotFound,
    PolicyRefused,
    PolicyUnusable,
)
from core.consent.models import DecisionRecord, PolicyDraft, PolicyVersion
from core.consent.packs_in_use import packs, policy_in_force, supposing
from core.consent.policy import APPROVALS_BY_TWO, Policy, Tightening, stored_tightening
from core.network.choices import ApprovalKind
from tenants.context import inside
from tests.factories import make_service_type, make_user

OFF = frozenset({"en.s16la"})


@pytest.fixture
def officer(in_amber):
    return make_user(roles=("ig_officer",))


@pytest.fixture
def admin(in_amber):
    return make_user(roles=("council_admin",))


def rehearsed(by, **tightening):
    """A draft that has been rehearsed, saying this."""
    draft = actions.start_draft(by=by)
    wanted = Tightening(**{"bases_off": OFF, **tightening})
    draft = actions.change_draft(draft_id=draft.id, version=draft.version, tightening=wanted, by=by)
    actions.mark_rehearsed(draft_id=draft.id, version=draft.version, counts={}, by=by)
    draft.refresh_from_db()
    return draft


def published(by, on=None, **tightening):
    draft = rehearsed(by, **tightening)
    return actions.publish_policy(draft_id=draft.id, version=draft.version, effective_from=on or clock.today(), by=by)


def slugs():
    return list(Event.objects.filter(slug__startswith="consent.policy").order_by("at").values_list("slug", flat=True))


def test_kinds_of_approval_are_those_of_the_network():
    assert set(APPROVALS_BY_TWO) == set(ApprovalKind.values)


def test_a_draft_begins_with_what_the_pack_starts_from_and_there_is_one_at_a_time(officer, admin):
    draft = actions.start_draft(by=officer)
    assert draft.tightening == {"bases_off": ["en.s16la"]}
    assert actions.start_draft(by=admin).id == draft.id
    assert slugs() == ["consent.policy.draft_started"]


def test_a_draft_is_changed_once_for_each_version_and_has_to_be_rehearsed_anew(officer):
    draft = rehearsed(officer)
    changed = actions.change_draft(
        draft_id=draft.id, version=draft.version, tightening=Tightening(bases_off=OFF, hides_masked=True), by=officer
    )
    assert (changed.version, changed.rehearsed_at) == (draft.version + 1, None)
    with pytest.raises(DraftChanged):
        actions.change_draft(draft_id=draft.id, version=draft.version, tightening=Tightening(bases_off=OFF), by=officer)
    assert PolicyDraft.objects.get().tightening["hides_masked"] is True


def test_a_loosening_is_refused_with_a_sentence_for_each_and_nothing_is_kept(officer):
    make_service_type("youth.open")
    draft = actions.start_draft(by=officer)
    wrong = Tightening(bases_off=OFF, review_days={"en.s47": 99}, classes={"space.travel": "mental_health"})
    with pytest.raises(LoosensTheLaw) as refused:
        actions.change_draft(draft_id=draft.id, version=1, tightening=wrong, by=officer)
    assert len(refused.value.sentences) == 2
    assert PolicyDraft.objects.get().version == 1


def test_a_class_is_given_to_a_type_that_this_council_offers(officer):
    make_service_type("youth.open")
    version = published(officer, classes={"youth.open": "mental_health"})
    assert policy_in_force(clock.today()).class_of("youth.open", "standard") == "mental_health"
    assert version.tightening["classes"] == {"youth.open": "mental_health"}


def test_only_the_officer_signs_a_route(officer, admin):
    draft = actions.start_draft(by=admin)
    signed = Tightening(bases_signed=OFF)
    with pytest.raises(OnlyTheOfficerSigns):
        actions.sign_route(draft_id=draft.id, code="en.s16la", by=admin)
    with pytest.raises(OnlyTheOfficerSigns):
        actions.change_draft(draft_id=draft.id, version=1, tightening=signed, by=admin)
    with pytest.raises(LoosensTheLaw, match="needs no signing"):
        actions.sign_route(draft_id=draft.id, code="en.s47", by=officer)
    draft = actions.sign_route(draft_id=draft.id, code="en.s16la", by=officer)
    assert draft.tightening == {"bases_signed": ["en.s16la"]}
    kept = actions.change_draft(draft_id=draft.id, version=draft.version, tightening=signed, by=admin)
    actions.mark_rehearsed(draft_id=kept.id, version=kept.version, counts={}, by=admin)
    actions.publish_policy(draft_id=kept.id, version=kept.version, effective_from=clock.today(), by=admin)
    assert policy_in_force(clock.today()).rules.basis("en.s16la") is not None


def test_a_published_version_holds_from_its_day_and_names_its_pack(officer):
    today, later = clock.today(), clock.today() + timedelta(days=9)
    assert policy_in_force(later).rules.basis("en.cda115") is not None
    version = published(officer, on=later, bases_off=OFF | {"en.cda115"})
    pack = packs()["gb-eng"]
    assert (version.pack_id, version.pack_version, version.pack_checksum) == (pack.id, pack.version, pack.checksum)
    assert policy_in_force(today).rules.basis("en.cda115") is not None
    assert policy_in_force(later - timedelta(days=1)).rules.basis("en.cda115") is not None
    assert policy_in_force(later).rules.basis("en.cda115") is None
    assert PolicyDraft.objects.count() == 0
    assert slugs()[-1] == "consent.policy.published"


def test_the_next_draft_begins_with_what_the_newest_version_tightened(officer):
    published(officer, on=clock.today() + timedelta(days=9), hides_masked=True)
    assert actions.start_draft(by=officer).tightening == {"bases_off": ["en.s16la"], "hides_masked": True}


def test_no_policy_starts_in_the_past_on_a_taken_day_or_unrehearsed(officer):
    today = clock.today()
    draft = rehearsed(officer)

    def publish(on):
        actions.publish_policy(draft_id=draft.id, version=draft.version, effective_from=on, by=officer)

    with pytest.raises(DayHasPassed):
        publish(today - timedelta(days=1))
    PolicyDraft.objects.update(rehearsed_at=None)
    with pytest.raises(NotRehearsed):
        publish(today)
    PolicyDraft.objects.update(rehearsed_at=clock.now())
    publish(today)
    draft = rehearsed(officer)
    with pytest.raises(DayIsTaken):
        publish(today)
    with pytest.raises(DraftChanged):
        actions.publish_policy(draft_id=draft.id, version=99, effective_from=today, by=officer)
    assert PolicyVersion.objects.count() == 1


def test_a_refusal_is_recorded_though_nothing_else_is(amber):
    with inside(amber):
        officer = make_user(roles=("ig_officer",))
        draft = rehearsed(officer)
        yesterday = clock.today() - timedelta(days=1)
        with pytest.raises(DayHasPassed):
            actions.publish_policy(draft_id=draft.id, version=draft.version, effective_from=yesterday, by=officer)
    with inside(amber):
        refused = Event.objects.get(slug="consent.policy.refused")
        assert (refused.reason, refused.subject_id, refused.actor_id) == ("day_has_passed", draft.id, officer.id)


def test_what_the_law_refuses_by_then_is_not_published(officer):
    make_service_type("youth.open")
    draft = rehearsed(officer, classes={"youth.open": "mental_health"})
    type(make_service_type("youth.open")).objects.update(is_offered=False)
    with pytest.raises(LoosensTheLaw, match="offers no service"):
        actions.publish_policy(draft_id=draft.id, version=draft.version, effective_from=clock.today(), by=officer)


def test_a_version_is_cancelled_before_its_day_and_never_after(officer):
    tomorrow = clock.today() + timedelta(days=1)
    today_s, tomorrow_s = published(officer), published(officer, on=tomorrow, hides_masked=True)
    assert policy_in_force(tomorrow).tightening.hides_masked
    actions.cancel_policy(version_id=tomorrow_s.id, by=officer)
    assert not policy_in_force(tomorrow).tightening.hides_masked
    with pytest.raises(CancelledAlready):
        actions.cancel_policy(version_id=tomorrow_s.id, by=officer)
    with pytest.raises(InForceAlready):
        actions.cancel_policy(version_id=today_s.id, by=officer)
    with pytest.raises(PolicyNotFound):
        actions.cancel_policy(version_id=uuid4(), by=officer)
    again = published(officer, on=tomorrow)
    assert again.effective_from == tomorrow


def test_a_version_is_never_edited_or_deleted_whatever_the_program_tries(officer):
    version = published(officer)
    version.effective_from = clock.today() + timedelta(days=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        version.save()
    with pytest.raises(ProgrammingError), transaction.atomic():
        version.delete()


def test_a_draft_is_thrown_away(officer):
    draft = actions.start_draft(by=officer)
    actions.discard_draft(draft_id=draft.id, by=officer)
    with pytest.raises(PolicyNotFound):
        actions.discard_draft(draft_id=draft.id, by=officer)
    assert PolicyDraft.objects.count() == 0


def test_a_live_council_publishes_and_decides_only_on_a_pack_that_was_signed_off(amber):
    live = replace(amber, state="live")
    signed = replace(live, signed_packs=(packs()["gb-eng"].checksum,))
    with inside(live):
        officer = make_user(roles=("ig_officer",))
        draft = rehearsed(officer)
        ask = {"draft_id": draft.id, "version": draft.version, "effective_from": clock.today(), "by": officer}
        with pytest.raises(PackNotSignedOff):
            actions.publish_policy(**ask)
    with inside(signed):
        actions.publish_policy(**ask)
        assert policy_in_force(clock.today()).pack.id == "gb-eng"
    with inside(live), pytest.raises(PolicyUnusable, match="is not signed off as its file stands"):
        policy_in_force(clock.today())
    with inside(replace(live, signed_packs=("0" * 64,))), pytest.raises(PolicyUnusable, match="is not signed off"):
        policy_in_force(clock.today())
    with inside(replace(signed, signed_packs=(), state="training")):
        assert policy_in_force(clock.today()).pack.id == "gb-eng"


def test_a_stored_policy_that_no_release_wrote_is_refused_with_a_sentence(in_amber):
    pack = packs()["gb-eng"]
    PolicyVersion.objects.create(
        pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, tightening={"loosened": True},
        effective_from=clock.today(), created_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(PolicyUnusable, match="what this release does not know: loosened"):
        policy_in_force(clock.today())


def test_supposing_a_policy_holds_for_its_block_alone(in_amber):
    today = clock.today()
    before = policy_in_force(today)
    draft = Policy(before.pack, Tightening(hides_masked=True))
    with supposing(draft, today):
        assert policy_in_force(today) is draft
        assert policy_in_force(today + timedelta(days=1)) is not draft
    assert policy_in_force(today) is before
    with pytest.raises(ZeroDivisionError), supposing(draft, today):
        raise ZeroDivisionError
    assert policy_in_force(today) is before


def test_each_decision_keeps_the_checksum_of_the_pack_it_was_taken_under(in_amber):
    from core.consent.conversation import ConversationAnswers
    from core.consent.wording import Consenter, Outcome, Talked
    from core.network.actions import join_network
    from tests.factories import make_client, make_viewer

    said = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)
    me, amy = make_viewer(), make_client()
    join_network(client_id=amy.id, service_id=me.service_ids[0], answers=said, by=me)
    pack = packs()["gb-eng"]
    made = set(DecisionRecord.objects.values_list("pack", "pack_checksum"))
    assert made == {(pack.ref, pack.checksum)}


AT_ONCE = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connections
from core import clock
from core.consent import actions_policy as actions
from core.consent.models import PolicyDraft, PolicyVersion
from tenants.context import inside
from tenants.queries import council_at
from tests.factories import make_user

amber = council_at("amber.localhost")
with inside(amber):
    officer = make_user(roles=("ig_officer",))
    drafts = [
        PolicyDraft.objects.create(
            tightening={"bases_off": ["en.s16la"]}, created_at=clock.now(), updated_at=clock.now(),
            updated_by_id=officer.id, rehearsed_at=clock.now(),
        ).id
        for _number in range(4)
    ]
together = Barrier(4)

def publish(draft_id):
    together.wait(20)
    try:
        with inside(amber):
            actions.publish_policy(draft_id=draft_id, version=1, effective_from=clock.today(), by=officer)
    except Exception as error:
        return type(error).__name__
    finally:
        connections.close_all()
    return "published"

with ThreadPoolExecutor(4) as pool:
    said = sorted(pool.map(publish, drafts))
with inside(amber):
    print(json.dumps([said, PolicyVersion.objects.count()]))
"""


@pytest.mark.slow
def test_of_four_that_publish_for_one_day_at_once_one_does(own_database):
    done = own_database.python(AT_ONCE)
    said, versions = json.loads(done.stdout.splitlines()[-1])
    assert said == ["DayIsTaken", "DayIsTaken", "DayIsTaken", "published"]
    assert versions == 1


def test_every_refusal_of_a_policy_says_what_to_do():
    kinds = PolicyRefused.__subclasses__()
    assert len({kind.slug for kind in kinds}) == len(kinds) >= 9
    assert all(str(kind(("x.",)) if kind is LoosensTheLaw else kind()).endswith(".") for kind in kinds)


def test_what_is_left_as_the_pack_has_it_is_not_stored():
    assert stored_tightening(Tightening()) == {}
