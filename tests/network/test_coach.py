"""The coach, the cards and the leaflet, through their doors: right for this client, kept as they were shown."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from core import clock
from core.consent.models import Conversation, Material
from core.directory.models import Agency
from core.network.models import Involvement, Publication
from tenants.context import inside
from tests.factories import make_agency, make_client, make_involvement, make_service, make_viewer
from tests.factories.counting import own_statements
from tests.factories.site import Site
from ui import pdf

PARENT = {"talk-talked": "yes", "talk-with_whom": "parent", "talk-outcome_yes": "agreed"}


def years(number):
    return clock.today() - timedelta(days=number * 366)


def code_on(page: str) -> str:
    return re.search(r'name="talk-material" value="([^"]+)"', page)[1]


def text_of(answer) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


@pytest.fixture
def amy(amber):
    with inside(amber):
        return make_client(born=years(8))


@pytest.fixture
def me(amber):
    with inside(amber):
        return make_viewer()


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (8, "Talk to a parent or carer with parental responsibility"),
        (15, "no parent is needed"),
        (17, "A parent cannot agree in their place"),
        (40, "Family members cannot agree for an adult"),
    ],
)
def test_the_coach_says_who_may_decide_at_this_age(amber, site, me, age, words):
    with inside(amber):
        client = make_client(born=years(age))
    page = site.sign_in(me).get(f"/clients/{client.id}/talk").content.decode()
    assert words in page
    assert "The limits, always said" in page
    assert "Is this big brother?" in page


def test_in_victoria_the_coach_asks_for_views_and_says_that_a_no_is_weighed(coral):
    with inside(coral):
        nurse = make_viewer(make_service(code="universal.child_health", statuses=("ise",)))
        youth = make_viewer(make_service(code="youth.open", statuses=("ipp_org",)))
        client = make_client(born=years(4))
        for one in (nurse, youth):
            make_involvement(client, one)
    page = Site(coral).sign_in(nurse).get(f"/clients/{client.id}/talk").content.decode()
    assert "Why do you ask my view, and not my permission?" in page
    assert "I will write down what you said" in page
    other = Site(coral).sign_in(youth).get(f"/clients/{client.id}/talk").content.decode()
    assert "Why do you ask my view" not in other
    assert "This service is not shown to anyone" in other


def test_a_shielded_client_has_no_coach_for_somebody_who_does_not_see_them(amber, site, me):
    with inside(amber):
        hidden = make_client(born=years(8), shield="shielded")
    assert site.sign_in(me).get(f"/clients/{hidden.id}/talk").status_code == 404


def test_the_version_that_was_on_the_page_is_stored_with_the_conversation(amber, site, amy, me):
    page = site.sign_in(me).get(f"/clients/{amy.id}/join").content.decode()
    shown = code_on(page)
    with inside(amber):
        assert Material.objects.filter(code=shown.rsplit(":", 1)[0]).exists()
        Agency.objects.filter(id=me.agency_id).update(phone="01632960999")
    site.post(f"/clients/{amy.id}/join", {**PARENT, "talk-material": shown})
    with inside(amber):
        assert Conversation.objects.get().material_version == shown.rsplit(":", 1)[0]
        assert Publication.objects.exists()


@pytest.mark.parametrize("forged", ["", "nobody-ever-showed-this", "gb-eng-2026-11-1-0123456789", "x:y"])
def test_a_version_that_was_never_shown_here_is_not_stored(amber, site, amy, me, forged):
    site.sign_in(me).post(f"/clients/{amy.id}/join", {**PARENT, "talk-material": forged})
    with inside(amber):
        kept = Conversation.objects.get().material_version
        assert Material.objects.filter(code=kept).exists()
        assert kept.startswith("gb-eng-2026-11-1-")


def test_a_version_shown_in_another_council_is_not_taken_for_ones_own(amber, birch, site, amy, me):
    with inside(birch):
        theirs, robin = make_client(born=years(8)), make_viewer()
    shown = code_on(Site(birch).sign_in(robin).get(f"/clients/{theirs.id}/join").content.decode())
    site.sign_in(me).post(f"/clients/{amy.id}/join", {**PARENT, "talk-material": shown})
    with inside(amber):
        assert Conversation.objects.get().material_version != shown.rsplit(":", 1)[0]


def test_the_same_content_is_kept_once_and_another_number_makes_another_version(amber, site, amy, me):
    site.sign_in(me)
    first = code_on(site.get(f"/clients/{amy.id}/join").content.decode())
    assert code_on(site.get(f"/clients/{amy.id}/join").content.decode()) == first
    with inside(amber):
        assert Material.objects.count() == 1
        Agency.objects.filter(id=me.agency_id).update(phone="01632960998")
    assert code_on(site.get(f"/clients/{amy.id}/join").content.decode()) != first


@pytest.mark.slow
def test_the_leaflet_of_a_version_reads_as_it_was_shown_after_the_agencies_changed(amber, site, me):
    with inside(amber):
        make_agency("Old Name Trust")
        Agency.objects.filter(name="Old Name Trust").update(phone="+441632960111")
    page = site.sign_in(me).get("/materials").content.decode()
    code = re.search(r"/materials/([\w.-]+)\.pdf", page)[1]
    with inside(amber):
        Agency.objects.filter(name="Old Name Trust").update(name="New Name Trust", phone="+441632960222")
    answer = site.get(f"/materials/{code}.pdf?asks=agreement&cls=standard")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer)
    assert "Old Name Trust" in text
    assert "01632 960111" in text
    assert "New Name Trust" not in text
    assert code in text
    now = re.search(r"/materials/([\w.-]+)\.pdf", site.get("/materials").content.decode())[1]
    assert "New Name Trust" in text_of(site.get(f"/materials/{now}.pdf"))


def test_an_agency_without_an_agreement_is_on_no_leaflet(amber, site, me):
    with inside(amber):
        make_agency("Lapsed Trust", agreement=False)
    code = re.search(r"/materials/([\w.-]+)\.pdf", site.sign_in(me).get("/materials").content.decode())[1]
    assert "Lapsed Trust" not in text_of(site.get(f"/materials/{code}.pdf"))


@pytest.mark.slow
@pytest.mark.parametrize("asks", ["agreement", "consent", "views"])
@pytest.mark.parametrize("cls", ["standard", "sexual_health"])
@pytest.mark.parametrize("where", ["amber", "coral"])
def test_the_leaflet_is_two_sides_of_a5_and_each_card_one(amber, coral, where, asks, cls):
    council = {"amber": amber, "coral": coral}[where]
    with inside(council):
        me = make_viewer()
    site = Site(council)
    page = site.sign_in(me).get("/materials").content.decode()
    code = re.search(r"/materials/([\w.-]+)\.pdf", page)[1]
    document = PdfReader(io.BytesIO(site.get(f"/materials/{code}.pdf?asks={asks}&cls={cls}").content))
    with inside(council):
        cards = Material.objects.get(code=code).content["cards"]
    assert len(document.pages) == 2 + sum(not card["asks"] or asks in card["asks"] for card in cards)
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in document.pages} == {(420, 595)}
    assert all("For you, not for the card" not in page.extract_text() for page in document.pages)


def test_one_card_alone_and_the_leaflet_alone(amber, site, me):
    code = re.search(r"/materials/([\w.-]+)\.pdf", site.sign_in(me).get("/materials").content.decode())[1]
    card = site.get(f"/materials/{code}.pdf?card=big_brother&asks=views")
    assert card["Content-Disposition"] == 'inline; filename="big-brother.pdf"'
    assert "We may still share if a child needs it" in " ".join(text_of(card).split())
    leaflet = text_of(site.get(f"/materials/{code}.pdf?card=leaflet"))
    assert "The people who help you" in leaflet
    assert "Is this big brother?" not in leaflet


@pytest.mark.parametrize("query", ["?card=nothing", "?asks=permission", "?card=../x"])
def test_what_is_not_on_the_list_is_not_there(amber, site, me, query):
    code = re.search(r"/materials/([\w.-]+)\.pdf", site.sign_in(me).get("/materials").content.decode())[1]
    assert site.get(f"/materials/{code}.pdf{query}").status_code == 404


def test_another_councils_version_is_not_there(amber, birch, site, me):
    with inside(birch):
        make_agency("Birch Trust")
        other = make_viewer()
    theirs = re.search(r"/materials/([\w.-]+)\.pdf", Site(birch).sign_in(other).get("/materials").content.decode())[1]
    site.sign_in(me).get("/materials")
    assert site.get(f"/materials/{theirs}.pdf").status_code == 404


def test_a_leaflet_that_cannot_be_made_is_told_with_our_page(amber, site, me, monkeypatch):
    code = re.search(r"/materials/([\w.-]+)\.pdf", site.sign_in(me).get("/materials").content.decode())[1]

    def broken(_html):
        raise pdf.PdfRefersOutside("a picture")

    monkeypatch.setattr(pdf, "rendered", broken)
    site.raise_request_exception = False
    answer = site.get(f"/materials/{code}.pdf")
    assert answer.status_code == 500
    assert b"Something went wrong on our side" in answer.content
    assert b"a picture" not in answer.content


def test_a_judged_young_person_names_one_agency_and_only_that_one_receives_it(amber):
    with inside(amber):
        school = make_service(code="universal.school_health")
        nurse, housing = make_viewer(school), make_viewer(make_service(code="housing.support"))
        clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
        kim = make_client(born=years(15))
        for one in (nurse, housing):
            make_involvement(kim, one)
    yes = {
        "talk-talked": "yes", "talk-with_whom": "self", "talk-competent": "yes", "talk-outcome_yes": "agreed",
        "talk-beside_competence_shown": "both", "talk-beside_spoken_alone": "alone",
        "talk-agreed_named": [str(nurse.agency_id)], "talk-agreed_withdrawal_explained": "on",
    }  # fmt: skip
    answer = Site(amber).sign_in(clinic).post(f"/clients/{kim.id}/join", yes)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    with inside(amber):
        line = Involvement.objects.get(practitioner_id=clinic.id)
    seen = Site(amber).sign_in(nurse).get(f"/clients/{kim.id}").content.decode()
    unseen = Site(amber).sign_in(housing).get(f"/clients/{kim.id}").content.decode()
    assert clinic.name in seen
    assert clinic.name not in unseen
    assert str(line.id) not in unseen


def test_the_coach_and_the_form_cost_few_statements(amber, site, amy, me):
    site.sign_in(me)
    site.get(f"/clients/{amy.id}/talk")
    for path in ("talk", "join"):
        with own_statements() as own:
            assert site.get(f"/clients/{amy.id}/{path}").status_code == 200
        assert len(own) <= 10, "\n".join(own)


@pytest.mark.parametrize("address", ["/materials?version=%00", "/materials/%00.pdf", "/materials/none.pdf"])
def test_a_version_that_never_was_is_not_there(site, me, address):
    assert site.sign_in(me).get(address).status_code == 404
