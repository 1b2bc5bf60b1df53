"""The frame around every page, the error pages and the gallery, without a database."""

import re
from dataclasses import replace

import pytest
from django.template import engines
from django.template.loader import render_to_string

from ui.errors import error_words
from ui.gallery import gallery_context, gallery_shell
from ui.shell import Shell


def gallery_html():
    return render_to_string("ui/gallery.html", gallery_context(), using="jinja2")


def page(shell, **context):
    return (
        engines["jinja2"]
        .from_string('{% extends "ui/page.html" %}{% block title %}T{% endblock %}')
        .render({"shell": shell, "csrf_token": "TOKEN", "csrf_input": "", **context})
    )


def test_the_gallery_shows_a_made_up_frame_and_every_part():
    html = gallery_html()
    for part in (
        "pw-identity", "pw-person", "pw-picture", "moj-timeline", "moj-badge", "moj-filter", "moj-alert",
        "moj-sub-navigation",
        "moj-side-navigation", "pw-sort", "pw-compare", "pw-empty", "pw-undo", "pw-languages", "govuk-error-summary",
    ):  # fmt: skip
        assert part in html, part


@pytest.mark.parametrize(
    "html", [gallery_html, lambda: render_to_string("ui/error.html", {"status": 500}, using="jinja2")]
)
def test_a_page_has_no_inline_style_and_no_inline_script(html):
    text = html()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text)
    assert not re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text)


def test_no_page_shows_a_crown_or_another_organisations_name():
    text = gallery_html() + render_to_string("ui/error.html", {"status": 404}, using="jinja2")
    assert not re.search(r"crown|GOV\.UK - |logotype|Open Government Licence", text, re.IGNORECASE)


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503, 418])
def test_an_error_page_renders_without_request_or_shell_and_says_what_to_do(status):
    html = render_to_string("ui/error.html", {"status": status}, using="jinja2")
    words = error_words(status)
    assert f'<h1 class="govuk-heading-l">{words.heading}</h1>' in html
    assert all(sentence in html for sentence in words.sentences)
    assert "Traceback" not in html


def test_a_stale_form_is_told_apart_from_a_role_that_does_not_reach():
    assert error_words(403, "csrf").heading != error_words(403).heading
    assert "out of date" in render_to_string("ui/error.html", {"status": 403, "cause": "csrf"}, using="jinja2")


def test_signed_in_pages_have_search_navigation_and_sign_out_as_posted_forms():
    html = page(gallery_shell())
    assert re.search(r'<form class="pw-search" method="post" action="#main-content" role="search">', html)
    assert '<form method="post" action="#main-content"><button class="pw-link-button" type="submit">Sign out' in html
    assert "data-search-box" in html
    assert '3<span class="govuk-visually-hidden"> unread</span>' in html
    assert html.count('aria-current="page"') == 1


def test_nobody_signed_in_gets_no_search_no_navigation_and_no_time_out():
    html = page(Shell(council_name="Amberley Council", search_url="/search", idle_seconds=900, extend_url="/stay"))
    for absent in ("pw-search", "govuk-service-navigation", "pw-time-out", "data-session", "htmx.js"):
        assert absent not in html, absent


def test_the_token_reaches_htmx_requests_of_every_child():
    html = page(gallery_shell())
    assert """hx-headers:inherited='{"X-CSRFToken": "TOKEN"}'""" in html
    assert '"includeIndicatorCSS": false, "noSwap": [204, 304, "5xx"]' in html


def test_shortcuts_can_be_switched_off():
    assert 'data-shortcuts="on"' in page(gallery_shell())
    off = page(replace(gallery_shell(), shortcuts_on=False))
    assert 'data-shortcuts="off"' in off
    assert "aria-keyshortcuts" not in off


def test_the_time_out_is_told_to_the_page_and_its_warning_is_there():
    html = page(replace(gallery_shell(), idle_seconds=900, warn_seconds=60, extend_url="/stay"))
    assert 'data-session-idle-seconds="900" data-session-warn-seconds="60" data-session-extend-url="/stay"' in html
    assert "<dialog" in html
    assert "Stay signed in" in html


def test_council_names_and_messages_are_text():
    class Said:
        level_tag, message = "success", "<i>saved</i>"

    html = page(replace(gallery_shell(), council_name="<b>C</b>", banner="<b>B</b>"), messages=[Said()])
    assert "<b>" not in html
    assert "&lt;i&gt;saved&lt;/i&gt;" in html


def test_a_councils_colours_come_after_the_products():
    html = page(replace(gallery_shell(), theme_url="/theme/abc.css"))
    assert html.index("ui/app.css") < html.index("/theme/abc.css")


def test_help_and_the_councils_admin_stand_in_the_footer_of_each_page():
    html = page(gallery_shell())
    footer = html[html.index("<footer") :]
    assert "Sam Okafor" in footer
    assert "mailto:patchwork@amberley.example" in footer
    assert "01632 960123" in footer


def test_the_page_says_its_language():
    assert '<html lang="cy"' in page(replace(gallery_shell(), language="cy"))
    assert '<html lang="en-GB"' in page(None)


def test_signed_out_pages_have_one_column_and_no_search():
    source = (
        '{% extends "ui/signed_out.html" %}{% block title %}T{% endblock %}{% block narrow %}<h1>In</h1>{% endblock %}'
    )
    html = engines["jinja2"].from_string(source).render({"shell": gallery_shell()})
    assert "<h1>In</h1>" in html
    assert "pw-search" not in html
