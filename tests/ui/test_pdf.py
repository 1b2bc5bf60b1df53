"""Pages as PDF: really rendered, tagged, fetching nothing, and outside of the council's transaction."""

from __future__ import annotations

import io
import sys

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory
from pypdf import PdfReader

from tenants.context import CouncilRef, current
from tenants.routing import CouncilMiddleware
from ui import pdf
from ui.pdf import PdfMiddleware, PdfRefersOutside, PdfResponse, rendered
from ui.shell import Shell

PAGE = """{% extends "ui/pdf.html" %}{% block title %}A leaflet{% endblock %}
{% block paper %}pdf-a5{% endblock %}
{% block content %}<h1>Who helps you</h1><p>Call 01632 960 001.</p>{% endblock %}"""


def html():
    return engines["jinja2"].from_string(PAGE).render({"shell": Shell(council_name="Amber", language="en-GB")})


def read(content):
    return PdfReader(io.BytesIO(content))


def answered(view):
    return PdfMiddleware(view)(RequestFactory().get("/leaflet.pdf"))


def test_a_response_becomes_a_pdf_with_its_text_its_title_and_its_language():
    answer = answered(lambda _request: PdfResponse(html(), filename="leaflet.pdf"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    document = read(answer.content)
    assert "Who helps you" in document.pages[0].extract_text()
    assert "01632 960 001" in document.pages[0].extract_text()
    assert document.metadata.title == "A leaflet"
    assert document.root_object["/Lang"] == "en-GB"


def test_a_pdf_is_tagged_so_that_a_screen_reader_knows_its_headings():
    document = read(rendered(html()))
    assert document.root_object["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in document.root_object
    assert b"pdfuaid" in document.root_object["/Metadata"].get_data()


def test_the_paper_is_a5_for_a_leaflet_and_every_page_says_whose_it_is():
    page = read(rendered(html())).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (420, 595)
    assert "Amber" in page.extract_text()


def test_no_cache_keeps_a_pdf_and_its_length_is_that_of_the_file():
    answer = answered(lambda _request: PdfResponse(html(), filename="leaflet.pdf", download=True))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["Content-Disposition"] == 'attachment; filename="leaflet.pdf"'


@pytest.mark.parametrize("name", ["Amy Jones.pdf", "leaflet", "../x.pdf", 'a".pdf', "leaflet.pdf\n"])
def test_a_file_name_with_anything_but_small_letters_digits_and_hyphens_is_refused(name):
    with pytest.raises(ValueError, match="file name"):
        PdfResponse("<p>x</p>", filename=name)


@pytest.mark.parametrize(
    "wanted",
    [
        '<img src="https://elsewhere.example/pixel.png" alt="">',
        '<img src="file:///etc/passwd" alt="">',
        '<link rel="stylesheet" href="http://elsewhere.example/x.css">',
        '<p class="x">x</p><style>.x { background: url(https://elsewhere.example/x.png) }</style>',
        '<iframe src="file:///etc/passwd"></iframe><object data="file:///etc/passwd"></object>',
    ],
)
def test_a_page_that_names_something_to_fetch_is_refused_before_anything_is_fetched(wanted):
    with pytest.raises(PdfRefersOutside):
        rendered(f"<html lang=en><title>x</title>{wanted}</html>")


def test_a_refused_page_names_no_address_in_its_error():
    with pytest.raises(PdfRefersOutside) as caught:
        rendered('<html lang=en><title>x</title><img src="https://elsewhere.example/amy" alt=""></html>')
    assert "amy" not in str(caught.value)


def test_other_answers_pass_untouched():
    answer = answered(lambda _request: HttpResponse("plain"))
    assert answer.content == b"plain"


def test_a_server_without_pango_says_so_in_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    answer = answered(lambda _request: PdfResponse(html(), filename="leaflet.pdf"))
    assert answer.status_code == 503
    assert b"A PDF cannot be made here" in answer.content
    assert answer["Content-Type"].startswith("text/html")
    assert "Content-Disposition" not in answer


def test_the_pdf_is_made_after_the_councils_unit_of_work_has_ended(amber, monkeypatch):
    where = []
    made = pdf.rendered
    monkeypatch.setattr(pdf, "rendered", lambda text: where.append(current()) or made(text))

    def view(_request):
        where.append(current())
        return PdfResponse(html(), filename="leaflet.pdf")

    request = RequestFactory(headers={"host": amber.host}).get("/leaflet.pdf")
    answer = PdfMiddleware(CouncilMiddleware(view))(request)
    assert answer.content.startswith(b"%PDF")
    assert isinstance(where[0], CouncilRef)
    assert where[1] is None


def test_the_settings_put_rendering_outside_of_the_council(settings):
    layers = settings.MIDDLEWARE
    assert layers.index("ui.pdf.PdfMiddleware") < layers.index("tenants.routing.CouncilMiddleware")
