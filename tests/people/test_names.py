"""Names: whatever is typed, what is kept is clean, and what is compared is folded."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.names import (
    MAX_NAME_LENGTH,
    NameParts,
    NotAUsableName,
    are_nicknames,
    clean,
    clean_name,
    fold,
    fold_tokens,
    is_formula_or_markup,
    is_misspelling,
    is_other_script,
    is_same_spelling,
    is_slip,
    search_key,
    tidy_case,
)

anything = st.text(alphabet=st.characters(), max_size=60)


@given(anything)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_no_control_character_survives_cleaning(text):
    assert not [character for character in clean(text) if unicodedata.category(character).startswith("C")]


@given(anything)
def test_cleaning_leaves_single_spaces_and_none_at_the_ends(text):
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())


@given(anything)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz' -éłøñ", max_size=40))
def test_capitals_never_matter_to_folding(text):
    assert fold(text.upper()) == fold(text)


@given(anything)
def test_a_name_is_either_refused_with_a_sentence_or_fit_to_keep(text):
    name, code, sentence = "", "", "."
    try:
        name = clean_name(text)
    except NotAUsableName as refused:
        code, sentence = refused.code, refused.sentence
    assert code in {"", "not_a_name", "name_too_long"}
    assert sentence.endswith(".")
    assert len(name) <= MAX_NAME_LENGTH
    assert name == clean(name)
    assert not set("<>=|") & set(name)


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u202e", "\u0000", "\u2066"])
def test_an_invisible_character_inside_a_name_is_taken_out(hidden):
    assert clean_name(f"Jen{hidden}nifer") == "Jennifer"


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\n", "\t", "  "])
def test_every_kind_of_space_becomes_one_space(space):
    assert clean(f" Mary{space}Ann ") == "Mary Ann"


@pytest.mark.parametrize(
    "cell", ["=1+1+cmd|' /C calc'!A0", "<script>alert(1)</script>", "@SUM(1+1)*2", "-2+3", "12345", "😀"]
)
def test_a_formula_mark_up_or_picture_is_not_a_name(cell):
    with pytest.raises(NotAUsableName) as refused:
        clean_name(cell)
    assert refused.value.code == "not_a_name"


def test_a_phone_number_is_no_formula():
    assert not is_formula_or_markup("+44 7700 900123")


@pytest.mark.parametrize("name", ["Ella ❤️", "🦄 Ella", "Ella ⭐"])
def test_an_emoji_beside_a_name_is_taken_out(name):
    assert clean_name(name) == "Ella"


@pytest.mark.parametrize(
    "name", ["O'Brien", "Ní Dhomhnaill", "محمد", "יעל", "Anne-Marie", "Łucja", "Mary Ann", "D?browska"]
)
def test_names_of_every_script_and_form_are_kept_as_they_are(name):
    assert clean_name(name) == name


@pytest.mark.parametrize("length", [101, 5_000, 10_000_000])
def test_a_name_that_is_too_long_is_refused_with_its_length(length):
    with pytest.raises(NotAUsableName) as refused:
        clean_name("x" * length)
    assert refused.value.code == "name_too_long"
    assert f"{length:,}" in refused.value.sentence


def test_a_name_of_a_hundred_characters_is_kept():
    assert len(clean_name("x" * 100)) == 100


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Zieliński", "ZIELINSKI"),
        ("O\u2019Brien", "o'brien"),
        ("Anne\u2010Marie", "anne marie"),
        ("Ó Súilleabháin", "O'Suilleabhain"),
        ("Mc Lean", "McLean"),
        ("Groß", "GROSS"),
    ],
)
def test_writings_of_one_name_fold_to_the_same_words(left, right):
    assert fold_tokens(left) == fold_tokens(right)


def test_another_script_is_kept_and_not_transliterated():
    assert fold("إبراهيم") == "إبراهيم"
    assert is_other_script("محمد", "mohamed")
    assert not is_other_script("عمر", "محمد")


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [("O'NEILL", "O'Neill"), ("anne-marie", "Anne-Marie"), ("MCLEAN", "McLean"), ("van Dijk", "van Dijk")],
)
def test_capitals_are_put_right_only_where_there_is_but_one_case(typed, tidy):
    assert tidy_case(typed) == tidy


@pytest.mark.parametrize(
    ("left", "right"), [("elizabeth", "liz"), ("robert", "bob"), ("siobhan", "shivaun"), ("alfred", "alfie")]
)
def test_a_usual_short_form_is_known_both_ways(left, right):
    assert are_nicknames(left, right)
    assert are_nicknames(right, left)


@pytest.mark.parametrize(
    ("left", "right"), [("jayden", "jaydon"), ("aidan", "jaidan"), ("harry", "harvey"), ("sean", "ann")]
)
def test_names_that_only_sound_alike_are_no_nicknames(left, right):
    assert not are_nicknames(left, right)


@pytest.mark.parametrize(("left", "right"), [("smith", "smitth"), ("michelle", "michlle"), ("pauline", "pauilne")])
def test_a_letter_lost_doubled_or_swapped_is_a_slip(left, right):
    assert is_slip(left, right)
    assert is_slip(right, left)


@pytest.mark.parametrize(
    ("left", "right"), [("jayden", "jaydon"), ("ella", "bella"), ("jon", "john"), ("aidan", "jaidan")]
)
def test_twins_names_are_no_slips(left, right):
    assert not is_slip(left, right)


def test_a_misspelling_needs_one_side_that_is_nobodys_name():
    assert is_misspelling("katherine", "katheerine")
    assert not is_misspelling("katheerine", "kathherine")


def test_a_lost_letter_stands_for_any_one_letter():
    assert is_same_spelling("dumitra?cu", "dumitrascu")
    assert not is_same_spelling("dumitra?cu", "dumitracu")
    assert not is_same_spelling("????", "anna")


def test_the_search_key_holds_every_name_once():
    parts = NameParts(given="Zoë", middle="Mary", family="O'Brien-Smith", known_as="Zo", former_family="Smith")
    assert search_key(parts) == "zoe mary obrien smith zo"
