"""The catalogue of service types: complete, in agreement with the packs, and refused with sentences when wrong."""

import pytest

from core.consent.pack_loading import load_packs
from core.directory.catalogue import CatalogueInvalid, load_catalogue

GOOD = """
[[service_type]]
code = "youth.open"
class = "standard"
[service_type.offered.gb-eng]
label = "Youth work"
roles = ["youth worker"]
statuses = ["s11"]
"""


@pytest.fixture(scope="module")
def by_code():
    return {entry.code: entry for entry in load_catalogue()}


def test_every_row_of_the_shared_catalogue_is_there(by_code):
    assert len(by_code) == 43
    assert sum("gb-eng" in entry.offered for entry in by_code.values()) == 42
    assert sum("au-vic" in entry.offered for entry in by_code.values()) == 42


def test_a_type_has_the_words_roles_and_statuses_of_each_jurisdiction(by_code):
    entry = by_code["universal.child_health"]
    assert (entry.offered["gb-eng"].label, entry.offered["gb-eng"].statuses) == (
        "Health visiting",
        ("contracted", "health_asc"),
    )
    assert entry.offered["au-vic"].roles == ("MCH nurse", "enhanced MCH nurse")
    assert entry.offered["au-vic"].statuses == ("ise", "fv_ise")
    assert by_code["education.school"].dfe_codes == ("primary-school", "high-school")


def test_a_status_that_a_lawyer_must_look_at_is_not_presented_as_settled(by_code):
    assert by_code["health.sexual"].offered["au-vic"].statuses == ()
    assert by_code["health.sexual"].offered["au-vic"].to_be_confirmed
    assert by_code["youth.open"].offered["gb-eng"].to_be_confirmed
    assert not by_code["youth.open"].offered["au-vic"].to_be_confirmed


def test_sensitive_types_are_those_that_reveal_something_by_themselves(by_code):
    assert by_code["health.sexual"].is_sensitive
    assert by_code["youth.identity_group"].sensitivity_class == "sexual_orientation"
    assert not by_code["housing.support"].is_sensitive


def test_classes_and_statuses_are_those_of_the_packs(by_code):
    for pack in load_packs().values():
        for entry in by_code.values():
            assert entry.sensitivity_class in {"standard", *pack.sensitive.classes}
            if pack.id in entry.offered:
                assert set(entry.offered[pack.id].statuses) <= set(pack.statuses)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"youth.open"', '"Youth"', "code must look like area.type"),
        ('"standard"', "7", "class must be a word"),
        ('class = "standard"', 'class = "standard"\nfreshness_days = 0', "freshness_days must be a whole number"),
        ('class = "standard"', 'class = "standard"\ncolour = "red"', "colour is not a key"),
        ('class = "standard"', 'class = "standard"\ndfe_codes = "x"', "dfe_codes must be a list of texts"),
        ('label = "Youth work"', 'label = " "', "offered.gb-eng: label must be a text"),
        ('["youth worker"]', '"youth worker"', "offered.gb-eng: roles must be a list of texts"),
        ('["s11"]', "[]", "statuses may be empty only where to_be_confirmed"),
        ('["s11"]', '["s11"]\nto_be_confirmed = "maybe"', "to_be_confirmed must be true or false"),
        ("offered.gb-eng", "offered.England", "offered.England: is not the id of a pack"),
        (GOOD[GOOD.index("[service_type.offered") :], "", "offered must name at least one pack"),
        (GOOD, GOOD + GOOD, "youth.open is listed twice"),
        (GOOD, "", "holds no [[service_type]]"),
        (GOOD, "service_type = ['x']", "holds no [[service_type]]"),
        (GOOD, "[[", "can't be read"),
    ],
)
def test_a_mistake_in_the_catalogue_gets_a_sentence(tmp_path, old, new, sentence):
    path = tmp_path / "types.toml"
    path.write_text(GOOD)
    assert len(load_catalogue(path)) == 1
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(CatalogueInvalid) as invalid:
        load_catalogue(path)
    assert any(sentence in problem for problem in invalid.value.problems)
