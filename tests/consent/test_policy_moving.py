"""A tightening carried over to another version of its pack, or joined with a template's: it stands, and never loosens."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.consent.policy import Tightening
from core.consent.policy_checks import check_tightening
from core.consent.policy_moving import moved_to, stays_signed, stricter_of
from tests.consent.test_decision_properties import POLICIES
from tests.consent.test_policy_checks import TYPES, tightenings

PACKS = tuple(policy.pack for policy in POLICIES)


@st.composite
def later_versions(draw, pack):
    """The pack with routes gone, periods shorter, classes fewer and more routes that wait for a signature."""
    bases = [
        basis
        for basis in pack.bases
        if draw(st.integers(0, 3)) or (basis.consenter and basis.code in pack.conversation.default_order)
    ]
    bases = [replace(basis, review_days=draw(st.integers(1, basis.review_days))) for basis in bases]
    codes = {basis.code for basis in bases}
    waiting = {code for code in pack.conversation.off_until_signed if code in codes}
    kept = {basis.code for basis in bases if basis.consenter}
    more = draw(st.sets(st.sampled_from(sorted(codes - kept) or sorted(codes)), max_size=2)) - kept
    return replace(
        pack,
        bases=tuple(bases),
        freshness_days=draw(st.integers(1, pack.freshness_days)),
        standard_consent_days=draw(st.integers(1, pack.standard_consent_days)),
        conversation=replace(pack.conversation, off_until_signed=tuple(sorted(waiting | more))),
    )


@st.composite
def moves(draw):
    pack = draw(st.sampled_from(PACKS))
    return pack, draw(tightenings(pack)), draw(later_versions(pack))


@given(moves())
@settings(max_examples=150, deadline=None)
def test_what_is_carried_over_is_never_refused_and_what_is_left_behind_is_said(move):
    pack, tighter, later = move
    moved = moved_to(later, tighter, before=pack, types=TYPES)
    assert check_tightening(later, moved.tightening, types=TYPES) == ()
    for code in tighter.review_days.keys() - moved.tightening.review_days.keys():
        assert f"review_days.{code}" in moved.dropped
    for code in tighter.bases_signed - moved.tightening.bases_signed:
        assert f"bases_signed.{code}" in moved.dropped


@given(st.sampled_from(PACKS).flatmap(lambda pack: st.tuples(st.just(pack), tightenings(pack))))
@settings(max_examples=100, deadline=None)
def test_to_the_same_version_everything_is_carried_over(case):
    pack, tighter = case
    if check_tightening(pack, tighter, types=TYPES):
        return
    moved = moved_to(pack, tighter, before=pack, types=TYPES)
    assert moved.tightening.bases_off >= tighter.bases_off
    assert moved.tightening.review_days == tighter.review_days
    assert {path for path in moved.dropped if not path.startswith("more_fields")} == set()


def test_a_route_that_reads_otherwise_now_has_to_be_signed_again():
    pack = next(pack for pack in PACKS if pack.conversation.off_until_signed)
    code = pack.conversation.off_until_signed[0]
    signed = Tightening(
        bases_signed=frozenset({code}), bases_off=frozenset(pack.conversation.off_until_signed) - {code}
    )
    assert moved_to(pack, signed, before=pack, types=TYPES).tightening.bases_signed == {code}
    bases = tuple(replace(one, label="Another law") if one.code == code else one for one in pack.bases)
    moved = moved_to(replace(pack, bases=bases), signed, before=pack, types=TYPES)
    assert moved.tightening.bases_signed == frozenset()
    assert code in moved.tightening.bases_off
    assert moved.dropped == (f"bases_signed.{code}",)


@given(st.sampled_from(PACKS).flatmap(lambda pack: st.tuples(st.just(pack), tightenings(pack), tightenings(pack))))
@settings(max_examples=150, deadline=None)
def test_joined_with_a_template_nothing_is_looser_than_either(case):
    _pack, ours, theirs = case
    both = stricter_of(ours, theirs)
    assert both.bases_off >= ours.bases_off | theirs.bases_off
    assert both.hidden_always >= ours.hidden_always | theirs.hidden_always
    assert both.two_people_for >= ours.two_people_for | theirs.two_people_for
    for one in (ours, theirs):
        assert all(both.review_days[code] <= days for code, days in one.review_days.items())
        assert all(set(both.more_fields[code]) >= set(slugs) for code, slugs in one.more_fields.items())
        assert both.hides_masked >= one.hides_masked
        for name in ("freshness_days", "standard_consent_days", "sensitive_consent_days", "override_days"):
            assert getattr(one, name) is None or getattr(both, name) <= getattr(one, name)
    assert both.classes.items() >= ours.classes.items()


def test_a_signature_of_ours_survives_a_template_that_nobody_could_sign():
    pack = next(pack for pack in PACKS if pack.conversation.off_until_signed)
    waiting = frozenset(pack.conversation.off_until_signed)
    ours, theirs = Tightening(bases_signed=waiting), Tightening(bases_off=waiting, hides_masked=True)
    joined = stays_signed(stricter_of(ours, theirs), ours, pack)
    assert (joined.bases_signed, joined.bases_off, joined.hides_masked) == (waiting, frozenset(), True)
