"""What changes between two versions of a pack: nothing for equals, and every leaf that differs is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consent.pack_changes import AREAS, UNTOLD, pack_changes
from core.consent.pack_loading import load_packs

PACKS = tuple(load_packs().values())


def leaves(value, path=()):
    """Paths (as steps of getattr, key or index) of every text, number and flag."""
    if is_dataclass(value):
        for part in fields(value):
            if part.name not in UNTOLD or path:
                yield from leaves(getattr(value, part.name), (*path, part.name))
    elif isinstance(value, Mapping):
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from leaves(one, (*path, number))
    elif isinstance(value, (bool, int)) or type(value) is str:
        yield path


def changed(value, path):
    """The same, with another value at `path`."""
    if not path:
        return not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}, changed"
    step, rest = path[0], path[1:]
    if is_dataclass(value):
        return replace(value, **{step: changed(getattr(value, step), rest)})
    if isinstance(value, Mapping):
        return {**value, step: changed(value[step], rest)}
    return tuple(changed(one, rest) if number == step else one for number, one in enumerate(value))


PATHS = tuple((number, path) for number, pack in enumerate(PACKS) for path in leaves(pack))


@given(st.sampled_from(PACKS))
def test_nothing_changes_between_a_pack_and_itself_or_a_mere_new_version_number(pack):
    assert not pack_changes(pack, pack)
    assert not pack_changes(pack, replace(pack, version="2099.1.0", checksum="0" * 64))


@pytest.mark.slow
@given(st.sampled_from(PATHS))
@settings(max_examples=400, deadline=None)
def test_every_leaf_that_differs_is_told_in_an_area_that_is_shown(where):
    number, path = where
    other = changed(PACKS[number], path)
    found = pack_changes(PACKS[number], other)
    assert found, path
    told = [change.path[0] for change in found.changes]
    assert path[0] in told or found.bases_added or found.bases_removed, (path, told)
    assert {change.area for change in found.changes} <= set(AREAS)
    assert sum(len(found.of(area)) for area in AREAS) == len(found.changes)


@given(st.sampled_from(PACKS), st.data())
@settings(max_examples=60, deadline=None)
def test_a_route_added_or_removed_is_one_change_and_told_the_other_way_round_too(pack, data):
    gone = data.draw(st.sampled_from(pack.bases))
    less = replace(pack, bases=tuple(basis for basis in pack.bases if basis is not gone))
    there, back = pack_changes(pack, less), pack_changes(less, pack)
    assert (there.bases_removed, there.bases_added) == ((gone.code,), ())
    assert (back.bases_removed, back.bases_added) == ((), (gone.code,))
    assert {change.path for change in there.changes} <= {("bases", "(order)")}


def test_a_shorter_review_a_field_and_a_text_stand_each_in_their_own_area():
    pack = PACKS[0]
    basis = replace(
        pack.bases[0], review_days=pack.bases[0].review_days - 1, fields=(*pack.bases[0].fields, "purpose_2")
    )
    steps = (replace(pack.conversation.steps[0], text="Said otherwise."), *pack.conversation.steps[1:])
    other = replace(
        pack,
        bases=(basis, *pack.bases[1:]),
        conversation=replace(pack.conversation, steps=steps),
        residency=replace(pack.residency, allowed=("moon",)),
    )
    found = pack_changes(pack, other)
    assert [(one.before, one.after) for one in found.of("periods")] == [
        (str(pack.bases[0].review_days), str(basis.review_days))
    ]
    assert "purpose_2" in {one.after for one in found.of("fields")}
    assert [one.after for one in found.of("words")] == ["Said otherwise."]
    assert "moon" in {one.after for one in found.of("residency")}
