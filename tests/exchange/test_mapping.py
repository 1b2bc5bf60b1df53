"""Mappings are data that another council writes: a mistake in one is named, never guessed around."""

import pytest

from core.exchange.roster.mapping import FIELDS, TRANSFORMS, MappingMistake, parse_mapping, read_mappings
from core.exchange.roster.transforms import TRANSFORM_FUNCTIONS
from tests.exchange.rosters import CLIENTS, MAPPINGS


@pytest.mark.parametrize("folder", sorted(path.name for path in MAPPINGS.iterdir()))
def test_every_mapping_that_comes_with_the_product_is_valid(folder):
    mappings = read_mappings(MAPPINGS / folder)
    assert {"agencies", "staff", "involvements"} == {mapping.kind for mapping in mappings}


def test_every_transform_a_mapping_can_name_exists():
    assert set(TRANSFORM_FUNCTIONS) == TRANSFORMS
    assert {transform for fields in FIELDS.values() for transform in fields.values()} <= TRANSFORMS


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'kind = "involvements"',
            'kind = "people"',
            "“kind” is “people”: it must be one of agencies, staff, involvements",
        ),
        ('country = "GB"', 'country = "FR"', "“country” is “FR”: it must be one of GB, AU"),
        ('source = "clients"\n', "", "“source” is missing"),
        ('agency = "Hub"', 'agencie = "Hub"', "“agencie” is no key of the file"),
        ('agency = "Hub"\n', "", "no column fills “agency”"),
        ('field = "name"', 'field = "nmae"', "“field” is “nmae”"),
        ('field = "started_on"', 'field = "ended_on"', "no column fills “started_on”"),
        ('field = "worker"', 'field = "phone"', "no column names the worker"),
        ('name = "Born"', 'name = "Name"', "the column “Name” is described twice"),
        (
            'never_keep = "free text"',
            'field = "contact"\nnever_keep = "x"',
            "must say either the field it fills or why",
        ),
        ('field = "name"', 'field = "name"\ntransform = "magic"', "“transform” is “magic”"),
        ('type = "csv"', 'type = "ods"', "“type” is “ods”: it must be one of csv, xlsx"),
        ('["utf-8-sig"]', '["klingon"]', "“klingon” is no encoding known here"),
        ('type = "csv"', 'type = "csv"\ndelimiter = "ab"', "“delimiter” must be one sign"),
        ("[format]", "[format", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_the_file_and_the_key(old, new, sentence):
    with pytest.raises(MappingMistake) as refused:
        parse_mapping(CLIENTS.replace(old, new, 1), name="ours.toml")
    assert str(refused.value).startswith("ours.toml: ")
    assert sentence in str(refused.value)


def test_an_empty_folder_says_what_to_write(tmp_path):
    with pytest.raises(MappingMistake, match=r"write one \.toml file for each source file"):
        read_mappings(tmp_path)


def test_two_mappings_of_one_file_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(CLIENTS)
    with pytest.raises(MappingMistake, match=r"Two mappings are for the file clients\.csv"):
        read_mappings(tmp_path)


def test_columns_that_hold_more_than_who_is_involved_are_never_kept():
    kept = {
        column.name for folder in MAPPINGS.iterdir() for mapping in read_mappings(folder) for column in mapping.kept
    }
    assert not kept & {"NI No.", "Notes", "Remarks", "OK to ring", "Comments", "Email", "Gender", "Sex"}
