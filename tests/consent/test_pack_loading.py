"""Reading a pack: what is shipped is right, and every mistake is named with file, line and key, all at once."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from core.consent.cases import check_cases
from core.consent.pack import BasisKind, IdentifierUse, Notify
from core.consent.pack_errors import PackInvalid
from core.consent.pack_lines import key_lines, line_of
from core.consent.pack_loading import PACKS_FOLDER, load_pack, load_packs, load_versions

CASES = Path(__file__).with_name("cases")
GIVEN = Path(__file__).with_name("given_packs")
ENGLAND = (PACKS_FOLDER / "gb-eng.toml").read_text()
AGREEMENT_NOTICE = 'notify = "before"\nreview_days = 365\ncitations = ["Children Act 2004 ss.10-11"'


def problems_of(folder: Path, text: str | bytes) -> tuple[str, ...]:
    path = folder / "pack.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PackInvalid) as invalid:
        load_pack(path)
    return invalid.value.problems


def changed(old: str, new: str) -> str:
    assert ENGLAND.count(old) >= 1, old
    return ENGLAND.replace(old, new, 1)


def line_in(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


def test_the_shipped_packs_are_read_with_the_checksum_of_their_file(packs):
    assert sorted(packs) == ["au-vic", "gb-eng", "nz"]
    for pack in packs.values():
        assert pack.checksum == hashlib.sha256((PACKS_FOLDER / f"{pack.id}.toml").read_bytes()).hexdigest()
        assert pack.ref == f"{pack.id}@2026.11.0"
        assert pack.legal_review == "required"


def test_a_pack_is_typed(packs):
    england = packs["gb-eng"]
    duty = england.basis("en.s16la")
    assert (duty.effective_from, duty.kind, duty.notify) == (date(2026, 9, 30), BasisKind.DUTY, Notify.IF_SAFE)
    assert england.basis("en.significant_harm").enums["why_no_consent"][0] == "cannot_be_given"
    assert england.identifier("ni_number").use is IdentifierUse.PROHIBITED
    assert england.record["not_shared"] == ("why_not_shared",)
    assert packs["au-vic"].record["request_refused"] == ("refusal_reason", "refusal_sent_in_writing_on")


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        ('version = "2026.11.0"', "version = 2026", "pack.version", "must be a text"),
        ("reviewed_on = 2026-11-21", 'reviewed_on = "yesterday"', "pack.reviewed_on", "must be a date"),
        ('legal_review = "required"', 'legal_review = "fine"', "pack.legal_review", "not one of required, signed_off"),
        ('jurisdiction = "GB-ENG"', 'jurisdiction = "England"', "pack.jurisdiction", "is not a jurisdiction"),
        ('regulator = "ICO"', 'regulater = "ICO"', "pack.regulater", "this key is not known"),
        ('timezone = "Europe/London"', 'timezone = "Europe/Lichfield"', "locale.timezone", "is not a time zone"),
        ("phone_regex_e164 = '^", "phone_regex_e164 = '(^", "locale.phone_regex_e164", "is not a regular expression"),
        ('worker = "practitioner"', 'helper = "practitioner"', "terms.worker", "this word is missing"),
        ("assess_from = 12", "assess_from = 17", "age", "must not go down"),
        ("adult_from = 18", "adult_from = true", "age.adult_from", "must be a whole number"),
        ("review_at = [13, 16, 18]", "review_at = [16, 13]", "age.review_at", "birthdays must go up"),
        ('"substance_use", "domestic_abuse"', '"domestic_abuse"', "sensitive.core_classes", "“substance_use” is not"),
        ('"hiv", "immigration', '"immigration', "sensitive.classes", "the catalogue has health.hiv of that class"),
        ('"hiv", "immigration', '"hiv", "hiv", "immigration', "sensitive.classes", "“hiv” is listed twice"),
        ('other_viewers = "hidden"', 'other_viewers = "full"', "sensitive.other_viewers", "not one of hidden, masked"),
        ('levels = ["none", ', "levels = [", "shield.levels", "must hold “none”"),
        ('hidden_fields = ["address"', 'hidden_fields = ["dob"', "shield.searchable_fields", "“dob” is hidden"),
        ("reason_min_chars = 20\n", "", "break_glass.reason_min_chars", "this key is missing"),
        ('mode = "open"', 'mode = "wide"', "search.mode", "not one of open, closed"),
        ('recipient_any = ["s11"]', 'recipient_any = ["s12"]', "basis[2].recipient_any", "“s12” is not among"),
        ('recipient_any = ["s11"]', "recipient_any = []", "basis[2].recipient_any", "at least one status"),
        ('kind = "agreement"', 'kind = "promise"', "basis[0].kind", "not one of agreement, consent"),
        ("review_days = 45", "review_days = 0", "basis[2].review_days", "must be a whole number, 1 or more"),
        ("consenter = true", 'consenter = "yes"', "basis[0].consenter", "must be true or false"),
        ('["Children Act 1989 s.47(9)-(11)"]', "[]", "basis[2].citations", "needs the law"),
        (AGREEMENT_NOTICE, AGREEMENT_NOTICE.replace("before", "must_not"), "basis[0].notify", "“threshold” alone"),
        ("effective_from = 2026-09-30", "effective_from = 2026-09-31", None, "this is not TOML"),
        ("factors_min = 2", "factors_min = 14", "basis[5].factors_min", "more factors than there are"),
        ("factors_min = 2\n", "", "basis[5].factors", "factors_min must say how many"),
        ("enum_why_no_consent", "enum_why", "basis[3].enum_why", "not among the fields of this basis"),
        ('code = "en.s47"', 'code = "en.s16la"', "basis[2].code", "used twice"),
        ('facts_all = ["s47_open"]', 'facts_all = ["s47"]', "basis[2].facts_all", "[wording.fact.s47] is missing"),
        ('"s47_reference", "reason"', '"s47_ref", "reason"', "basis[2].fields", "[wording.field.s47_ref] is missing"),
        ('"en.s47" = "', '"en.s74" = "', "wording.route.en.s74", "is not a basis of this pack"),
        ("\nvisible_after_end_days = 90", "", "retention.visible_after_end_days", "this period is missing"),
        ('default_region = "uk"', 'default_region = "us"', "residency.default_region", "not among the allowed"),
        ('show_to = ["s16e"]', 'show_to = ["schools"]', "identifier[1].show_to", "“schools” is not among"),
        ("check = \"mod23_upn\"", 'check = "mod97"', "identifier[1].check", "not one of mod11_nhs"),
        ("format = '^\\d{1,12}$'\n", "", "identifier[2].format", "needs its format"),
        ('off_until_signed = ["en.s16la"]', 'off_until_signed = ["x"]', "conversation.off_until_signed", "“x” is not"),
        ('default_order = ["en.family_help_agreement", "en.consent_explicit"]', 'default_order = ["en.vital"]',
         "conversation.default_order", "rests on agreement or consent"),
        ('slug = "why_anyway"', 'slug = "outcome"', "conversation.question", "must be talked, with_whom, outcome"),
        ('{ value = "cannot"', '{ value = "can_not"', "conversation.question[0].answers", "must be yes, not_yet"),
        ('asked_after = ["yes"]', 'asked_after = ["yea"]', "conversation.question[1]", "“yea” is not an answer"),
        ('source = "tick"', 'source = "essay"', "wording.field.relevance_to_welfare.source", "not one of conversation"),
        ('from = "with_whom"', 'from = "factors"', "wording.field.agreed_by.from", "does not fit the source"),
        ('default = "find_each_other"', 'default = "any"', "wording.field.purpose.default", "one of the options"),
        ('two_people_for = ["unshield"]', 'two_people_for = ["lunch"]', "approval.two_people_for", "“lunch” is neither"),
        ('talk = ["talk_form"', 'talk = ["weather"', "conversation.records.talk", "[wording.field.weather] is missing"),
        ('talk = ["talk_form"', 'talk = ["spoken_alone"', "conversation.records.talk", "so it needs a default"),
        ('competence = ["', 'competence = ["agreed_by", "', "conversation.records.competence", "nothing to ask"),
        ('pr_holders = ["disagree"]', 'pr_holders = ["quarrel"]', "conversation.records.review_if.pr_holders",
         "“quarrel” is not one of its options"),
        ('pr_holders = ["disagree"]', 'interpreter = ["family_member"]', "conversation.records.review_if.interpreter",
         "not among the fields of parental_responsibility"),
        ('[conversation.if_no_by]\nagreement', "[conversation.if_no_by]\npermission",
         "conversation.if_no_by.permission", "not one of agreement, consent, views"),
        ('slug = "who_sees"', 'slug = "big_brother"', "materials.card[1].slug", "“big_brother” is used twice"),
        ('slug = "who_sees"', 'slug = "Who sees"', "materials.card[1].slug", "must be lower-case letters"),
        ("can see it.\", classes = [\"sensitive\"]", "can see it.\", classes = [\"secret\"]",
         "materials.leaflet[3].lines", "“secret” is not among the sensitive classes"),
        ("It does not watch you", "It is anonymous and does not watch you", "materials.card[0].answer",
         "“anonymous” is never said"),
        ("It does not watch you", "It is confidential", "materials.card[0].answer", "“confidential” is never said"),
        ('answer = ["No. It is a shared list', 'reply = ["No. It is a shared list', "materials.card[0].reply",
         "this key is not known"),
        ('asks = ["agreement"] },\n  { text = "This service is not shown. You',
         'asks = ["views"] },\n  { text = "This service is not shown. You', "materials.card[0].if_no",
         "says nothing for: agreement, standard"),
        ('title = "Is this big brother?"', "title = 7", "materials.card[0].title", "must be a text"),
        ("adult = [\"Talk", "grown = [\"Talk", "materials.who.grown", "this key is not known"),
        ('facts = ["Only workers who help', 'facts = [7, "Only workers who help', "materials.card[0].facts",
         "must be a list of texts, or of tables"),
        ('{ value = "cannot_be_given"', '{ value = "cannot"', "basis[3].enum_why_no_consent", "no option “cannot_be"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_key(tmp_path, old, new, key, sentence):
    text = changed(old, new)
    problems = problems_of(tmp_path, text)
    found = [problem for problem in problems if sentence in problem and (key is None or f", {key}: " in problem)]
    assert found, problems
    assert found[0].startswith("pack.toml")
    if key is not None:
        line = int(found[0].removeprefix("pack.toml, line ").split(",")[0])
        name = key.rsplit(".", 1)[-1].split("[")[0]
        assert 1 <= line <= text.count("\n") + 1
        assert name in text.splitlines()[line - 1] or text.splitlines()[line - 1].startswith("["), (key, line)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = changed('regulator = "ICO"', "regulator = 7").replace('kind = "duty"', 'kind = "whim"')
    whims = [number for number, line in enumerate(text.splitlines(), start=1) if line == 'kind = "whim"']
    assert [problem.split(":")[0] for problem in problems_of(tmp_path, text)] == [
        f"pack.toml, line {line_in(text, 'regulator')}, pack.regulator",
        f"pack.toml, line {whims[0]}, basis[1].kind",
        f"pack.toml, line {whims[1]}, basis[2].kind",
        f"pack.toml, line {whims[2]}, basis[7].kind",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "pack: this key is missing"),
        (b"[pack", "this is not TOML"),
        (b"# \xff", "line 1: this is not UTF-8"),
        (b"pack = 3", "pack: must be a table"),
        (b"[pack]\nid = 'Not An Id'", "line 2, pack.id: “Not An Id” is not a pack's id"),
    ],
)
def test_a_file_that_is_no_pack_gets_a_sentence(tmp_path, content, sentence):
    assert any(sentence in problem for problem in problems_of(tmp_path, content))


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(PackInvalid, match="can't be read"):
        load_pack(tmp_path / "absent.toml")


def test_a_folder_reports_the_mistakes_of_all_its_files_and_an_id_used_twice(tmp_path):
    (tmp_path / "a.toml").write_text(ENGLAND)
    (tmp_path / "b.toml").write_text(ENGLAND)
    (tmp_path / "c.toml").write_text(changed('mode = "open"', 'mode = "wide"'))
    with pytest.raises(PackInvalid) as invalid:
        load_packs(tmp_path)
    assert [problem.split(",")[0] for problem in invalid.value.problems] == ["b.toml", "c.toml"]


def test_versions_of_one_pack_stand_side_by_side_and_the_newest_is_what_a_new_council_gets(tmp_path):
    for version in ("2026.9.0", "2026.11.0", "2026.2.1"):
        text = changed('version = "2026.11.0"', f'version = "{version}"')
        (tmp_path / f"gb-eng@{version}.toml").write_text(text)
    versions = load_versions(tmp_path)
    assert {pack.version for pack in versions} == {"2026.9.0", "2026.11.0", "2026.2.1"}
    assert len({pack.checksum for pack in versions}) == 3
    assert load_packs(tmp_path)["gb-eng"].version == "2026.11.0"


def test_the_same_version_in_another_folder_may_be_a_copy_and_nothing_else(tmp_path):
    ours, more = tmp_path / "ours", tmp_path / "more"
    for folder in (ours, more):
        folder.mkdir()
        (folder / "gb-eng.toml").write_text(ENGLAND)
    assert len(load_versions(ours, more)) == 1
    (more / "gb-eng.toml").write_text(ENGLAND + "\n# edited\n")
    with pytest.raises(PackInvalid, match="what another file holds too"):
        load_versions(ours, more)


def test_a_file_named_for_another_version_than_it_holds_is_refused(tmp_path):
    (tmp_path / "gb-eng@1999.1.0.toml").write_text(ENGLAND)
    with pytest.raises(PackInvalid, match="named for another"):
        load_versions(tmp_path)


def test_a_pack_of_another_jurisdiction_needs_no_code(tmp_path):
    text = ENGLAND.replace('id = "gb-eng"', 'id = "gb-sct"').replace('"en.', '"sct.').replace("GB-ENG", "GB-SCT")
    (tmp_path / "gb-sct.toml").write_text(text)
    assert load_packs(tmp_path)["gb-sct"].basis("sct.s47") is not None


def test_the_packs_as_lawyers_gave_them_load_as_they_stand_and_decide_every_given_case():
    """They bring law alone: no conversation, no words, no cards. Ours are the same law with words."""
    given = load_packs(GIVEN)
    for pack in given.values():
        assert (pack.materials, pack.two_people_for, pack.conversation.records.all) == (None, frozenset(), ())
        assert pack.wording.routes == {basis.code: basis.label for basis in pack.bases}
        ours = load_packs()[pack.id]
        assert (pack.bases, pack.age, pack.sensitive, pack.rights) == (
            ours.bases,
            ours.age,
            ours.sensitive,
            ours.rights,
        )
    report = check_cases([CASES / "worked.toml", CASES / "neighbours.json"], given)
    assert (report.checked, report.mismatches) == (205, ())


def test_what_only_one_law_needs_is_a_field_of_its_pack_and_of_no_other(packs):
    consulting = {"child_consulted", "helped_to_express_views", "views_considered"}
    assert consulting <= set(packs["nz"].basis("nz.ot66c").fields)
    assert packs["nz"].record["request_refused"] == ("reasons_for_declining", "declined_in_writing_on")
    assert {right.deadline for right in packs["nz"].rights} == {"20 working_days"}
    for other in (packs["gb-eng"], packs["au-vic"]):
        assert consulting.isdisjoint(other.wording.fields.keys() - {"views_considered"})


def test_lines_are_found_through_strings_arrays_and_nested_tables():
    text = "\n".join(
        [
            'a = """',
            "b = 1",
            '"""',
            "c = [",
            '  "x = 1",  # ]',
            "]",
            "d = 2",
            "[[t]]",
            'e."f.g" = 3',
            "[t.u]",
            "h = 4",
            "[[t]]",
            "e = 5",
            "[t.u]",
            "h = { i = 6 }",
        ]
    )
    lines = key_lines(text)
    assert ("b",) not in lines
    assert [lines[("a",)], lines[("c",)], lines[("d",)]] == [1, 4, 7]
    assert [lines[("t", 0, "e", "f.g")], lines[("t", 0, "u", "h")], lines[("t", 1, "u", "h")]] == [9, 11, 15]
    assert line_of(lines, ("t", 1, "u", "h", "i")) == 15
    assert line_of(lines, ("t", 0, "missing")) == 8
    assert line_of(lines, ("nowhere",)) == 1
