"""A practitioner keeps their own card; two who edit it at once lose nothing; colleagues are found."""

from __future__ import annotations

import pytest

from core.audit.models import Event
from core.directory.actions import CardDetails, change_card
from core.directory.errors import CardChanged
from core.directory.models import Practitioner
from core.directory.queries import card_for, colleagues
from tenants.context import inside
from tests.factories import make_practitioner, make_service, make_viewer

FORM = {
    "given_name": "Robin",
    "family_name": "Hale",
    "job_title": "Health visitor",
    "mobile": "07700 900123",
    "desk_phone": "",
    "email": "robin.hale@agency.example",
    "best_time": "Mornings",
    "version": "1",
}


def details(**changes: str) -> CardDetails:
    return CardDetails(
        **{
            "given_name": "Robin",
            "family_name": "Hale",
            "job_title": "Health visitor",
            "mobile": "+447700900123",
            "desk_phone": "",
            "email": "",
            "best_time": "",
        }
        | changes
    )


def test_a_saved_card_is_what_colleagues_see_at_once(in_amber):
    viewer, colleague = make_viewer(), make_viewer()
    change_card(details=details(), version=1, by=viewer)
    shown = card_for(colleague, viewer.id)
    assert (shown.name, shown.mobile, shown.version) == ("Robin Hale", "+447700900123", 2)
    assert Event.objects.get(slug="directory.card.changed").actor_id == viewer.id


def test_a_card_saved_since_it_was_opened_is_not_overwritten(in_amber):
    viewer = make_viewer()
    change_card(details=details(), version=1, by=viewer)
    with pytest.raises(CardChanged):
        change_card(details=details(job_title="Midwife"), version=1, by=viewer)
    assert Practitioner.objects.get(id=viewer.id).job_title == "Health visitor"


def test_the_page_saves_and_says_so(amber, site):
    with inside(amber):
        viewer = make_viewer()
    answer = site.sign_in(viewer).post("/card", FORM, follow=True)
    assert answer.status_code == 200
    assert "Your card is saved" in answer.content.decode()
    assert "07700 900123" in answer.content.decode() or "+447700900123" in answer.content.decode()


def test_the_second_of_two_who_edit_at_once_sees_both_and_loses_nothing(amber, site):
    with inside(amber):
        viewer = make_viewer()
        change_card(details=details(job_title="Midwife"), version=1, by=viewer)
    answer = site.sign_in(viewer).post("/card", FORM)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Midwife" in page
    assert "Health visitor" in page
    assert 'name="version" value="2"' in page


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("given_name", "", "Enter your first name."),
        ("family_name", "x" * 10_000, "100 characters"),
        ("mobile", "not a number", "This is not a phone number"),
        ("email", "nobody", "Enter an e-mail address"),
        ("given_name", "\u200b\u202e", "Enter your first name."),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_what_was_typed(amber, site, field, typed, says):
    with inside(amber):
        viewer = make_viewer()
    answer = site.sign_in(viewer).post("/card", FORM | {field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "Mornings" in page


def test_a_card_nobody_could_be_reached_by_is_refused(amber, site):
    with inside(amber):
        viewer = make_viewer()
    answer = site.sign_in(viewer).post("/card", FORM | {"mobile": "", "email": ""})
    assert "at least one way to reach you" in answer.content.decode()


def test_colleagues_are_found_by_name_without_accents_by_role_by_agency_and_by_service(in_amber):
    viewer = make_viewer()
    zosia = make_practitioner(
        make_service(code="health.camhs"), given_name="Zosia", family_name="Wójcik", job_title="Clinician"
    )
    for asked in ("wojcik", "WÓJCIK zosia", "clinician", zosia.agency.name, "health.camhs"):
        assert [card.id for card in colleagues(viewer, asked).cards] == [zosia.id], asked
    assert colleagues(viewer, "nobody of that name").cards == ()


def test_someone_who_has_left_is_not_listed(in_amber):
    viewer = make_viewer()
    gone = make_practitioner(family_name="Leaver", left_on="2026-01-01")
    assert gone.id not in {card.id for card in colleagues(viewer, "Leaver").cards}


def test_a_page_of_colleagues_takes_the_same_statements_however_many_there_are(in_amber, django_assert_num_queries):
    viewer = make_viewer()
    for _ in range(30):
        make_practitioner()
    with django_assert_num_queries(2):
        page = colleagues(viewer, "")
    assert (len(page.cards), page.pages) == (25, 2)


def test_colleagues_pages_answer(amber, site):
    with inside(amber):
        viewer = make_viewer()
        other = make_practitioner(family_name="Ostrowski")
    site.sign_in(viewer)
    assert "Ostrowski" in site.get("/colleagues", {"q": "ostrowski", "page": "nonsense"}).content.decode()
    assert "Ostrowski" in site.get(f"/colleagues/{other.id}").content.decode()
    assert site.get("/colleagues/6f1f9e7e-0000-4000-8000-000000000000").status_code == 404


def test_signs_that_no_name_holds_find_nobody_and_break_nothing(amber, site):
    with inside(amber):
        me = make_viewer()
    site.sign_in(me)
    for typed in ("\x00", "a\x00b", "\u202e\u200b", "%" * 500, "x" * 10_000):
        assert site.get("/colleagues", {"q": typed}).status_code == 200
