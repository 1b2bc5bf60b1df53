"""Waves and the rule that stops a run: pure, so every fleet can be tried."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from tenants.fleet.waves import CANARY, SHARES, TRAINING_CANARIES, Candidate, in_waves, tolerated


def council(*, canary: bool = False, training: bool = False) -> Candidate:
    return Candidate(uuid4(), "t_00000000", canary, training)


def sizes(candidates) -> dict[int, int]:
    found: dict[int, int] = {}
    for wave, _candidate in in_waves(candidates):
        found[wave] = found.get(wave, 0) + 1
    return found


def test_chosen_canaries_go_first_then_one_per_cent_then_ten_then_the_rest():
    everyone = [council(canary=n in {3, 500}) for n in range(1002)]
    assert sizes(everyone) == {0: 2, 1: 10, 2: 100, 3: 890}
    assert [one for wave, one in in_waves(everyone) if wave == CANARY] == [everyone[3], everyone[500]]


def test_without_chosen_canaries_a_few_training_councils_go_first_and_without_those_one_council():
    assert sizes([council(training=n > 5) for n in range(100)])[CANARY] == TRAINING_CANARIES
    assert sizes([council() for _ in range(100)])[CANARY] == 1
    assert sizes([council()]) == {CANARY: 1}
    assert sizes([]) == {}


@given(st.lists(st.builds(council, canary=st.booleans(), training=st.booleans()), max_size=400))
def test_every_council_is_in_exactly_one_wave_and_waves_come_in_order(candidates):
    planned = list(in_waves(candidates))
    assert sorted(one.council_id.hex for _wave, one in planned) == sorted(one.council_id.hex for one in candidates)
    assert [wave for wave, _one in planned] == sorted(wave for wave, _one in planned)
    assert [wave for wave, _one in planned][:1] in ([], [CANARY])


@given(st.lists(st.builds(council, canary=st.booleans()), max_size=50))
def test_without_caution_all_go_together(candidates):
    assert {wave for wave, _one in in_waves(candidates, cautious=False)} <= {len(SHARES) + 1}


def test_no_canary_may_fail_one_council_may_and_in_a_large_wave_half_a_per_cent():
    assert tolerated(CANARY, 1) == tolerated(CANARY, 500) == 0
    assert [tolerated(3, size) for size in (1, 100, 200, 399, 400, 1000)] == [1, 1, 1, 1, 2, 5]
