"""The look in a real Chromium: axe finds nothing, nothing overflows, and the scripts do what they promise.

The pages are rendered here and served with the product's security policy, so no council and no database is needed.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template import engines
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ui.assets.build import BUILT
from ui.gallery import gallery_context, gallery_shell

pytestmark = pytest.mark.journey

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
FORM = """{% extends "ui/page.html" %}{% block title %}Form{% endblock %}{% block content %}
<form method="post" action="/slow"><input type="hidden" name="csrfmiddlewaretoken" value="old">
<label for="notes">Notes</label><input id="notes" name="notes"><button name="how" value="save">Save</button></form>
<form hx-post="/broken" action="/broken" method="post" hx-target="#found"><label for="look">Look</label>
<input id="look" name="look"><button>Find broken</button></form>
<form hx-post="/found" action="/found" method="post" hx-target="#found"><button>Find people</button></form>
<div id="found"></div>{% endblock %}"""


class Site:
    """Rendered pages by their path, and what was posted."""

    address = ""

    def __init__(self) -> None:
        shell = gallery_shell()
        timed = replace(shell, idle_seconds=2, warn_seconds=1, extend_url="/stay")
        form = engines["jinja2"].from_string(FORM)
        self.pages = {
            "/gallery": render_to_string("ui/gallery.html", gallery_context(), using="jinja2"),
            "/error": render_to_string("ui/error.html", {"status": 404}, using="jinja2"),
            "/form": form.render({"shell": shell, "csrf_token": "old"}),
            "/no-shortcuts": form.render({"shell": replace(shell, shortcuts_on=False), "csrf_token": "old"}),
            "/timed": form.render({"shell": timed, "csrf_token": "old"}),
        }
        self.posts: list[tuple[str, str, str]] = []
        self.signed_in = True

    def answer(self, method: str, path: str, body: str, token: str) -> tuple[int, str, str]:
        if method == "POST":
            self.posts.append((path, body, token))
        if path.startswith("/static/ui/"):
            file = BUILT / path.removeprefix("/static/ui/").split("?")[0]
            return 200, TYPES[file.suffix], file.read_text(encoding="utf-8")
        if path == "/stay":
            return (
                (200, "application/json", json.dumps({"csrf_token": "new"}))
                if self.signed_in
                else (403, "text/html", "")
            )
        if path == "/broken":
            return 500, "text/html", "<p>no</p>"
        if path == "/found":
            return 200, "text/html", '<p data-announce="2 people found">Two</p>'
        if path == "/slow":
            return 204, "text/html", ""
        return 200, "text/html; charset=utf-8", self.pages[path]


@pytest.fixture
def pages() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, kind, text = served.answer(self.command, self.path, body, self.headers.get("X-CSRFToken", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(b"" if status == 204 else text.encode())

        do_GET = _reply  # noqa: N815  # the names http.server calls
        do_POST = _reply  # noqa: N815

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, pages: Site) -> Iterator[Page]:
    """A page that fails the test when the security policy refused anything or a script raised."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=pages.address)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    opened.close()
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("path", ["/gallery", "/error"])
def test_axe_finds_nothing(page, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    expect(page.locator("body.govuk-frontend-supported")).to_be_attached()
    found = Axe().run(page).response["violations"]
    assert not [(problem["id"], [node["html"][:160] for node in problem["nodes"]]) for problem in found]


@pytest.mark.parametrize("path", ["/gallery", "/error", "/form"])
def test_nothing_needs_scrolling_sideways_at_320_pixels_or_with_large_text(page, path):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(path)
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(beyond) == 0
    page.set_viewport_size({"width": 640, "height": 700})
    page.evaluate("document.documentElement.classList.add('large')")
    page.evaluate(
        "new CSSStyleSheet().replace('html.large { font-size: 200% }').then(s => { document.adoptedStyleSheets = [s] })"
    )
    assert page.evaluate(beyond) == 0


def test_call_buttons_are_large_enough_for_a_thumb(page):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto("/gallery")
    boxes = [button.bounding_box() for button in page.locator(".pw-reach").all()]
    assert boxes
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_a_focused_field_is_not_hidden_under_the_identity_bar(page):
    page.goto("/gallery")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.locator("#id_first_names").focus()
    bar, box = page.locator(".pw-identity").bounding_box(), page.locator("#id_first_names").bounding_box()
    assert bar
    assert box
    assert box["y"] >= bar["y"] + bar["height"]


def test_the_picture_gives_way_to_the_list_on_a_narrow_screen(page):
    page.goto("/gallery")
    expect(page.locator(".pw-picture")).to_be_visible()
    page.set_viewport_size({"width": 600, "height": 800})
    expect(page.locator(".pw-picture")).to_be_hidden()


def test_slash_and_control_k_go_to_the_search_box_but_a_slash_can_be_typed(page):
    page.goto("/form")
    expect(page.locator("body.js-enabled")).to_be_attached()
    page.keyboard.press("/")
    expect(page.locator("[data-search-box]")).to_be_focused()
    page.locator("#notes").fill("3")
    page.keyboard.press("/")
    expect(page.locator("#notes")).to_have_value("3/")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-search-box]")).to_be_focused()


def test_shortcuts_that_are_switched_off_do_nothing(page):
    page.goto("/no-shortcuts")
    expect(page.locator("body.js-enabled")).to_be_attached()
    page.keyboard.press("/")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_form_is_sent_once_with_its_buttons_value(page, pages):
    page.goto("/form")
    expect(page.locator("body.js-enabled")).to_be_attached()
    page.evaluate("document.querySelector('[name=how]').click(); document.querySelector('[name=how]').click()")
    expect(page.locator("[name=how]")).to_be_disabled()
    assert [body for path, body, _ in pages.posts if path == "/slow"] == ["csrfmiddlewaretoken=old&notes=&how=save"]


def test_a_failed_request_is_told_and_what_was_typed_stays(page, pages):
    page.goto("/form")
    page.locator("#look").fill("Evans")
    page.get_by_role("button", name="Find broken").click()
    expect(page.get_by_role("alert")).to_have_text(
        "We could not reach Patchwork. Nothing you typed is lost. Try again."
    )
    expect(page.locator("#look")).to_have_value("Evans")
    expect(page.locator("#found")).to_have_text("")
    page.get_by_role("button", name="Find people").click()
    expect(page.locator("#pw-announcer")).to_have_text("2 people found")
    expect(page.locator("#pw-connection")).to_be_hidden()
    assert {token for path, _, token in pages.posts if path in {"/broken", "/found"}} == {"old"}


def test_the_time_out_is_warned_of_and_staying_keeps_what_was_typed(page):
    page.goto("/timed")
    page.locator("#notes").fill("half a sentence")
    stay = page.get_by_role("button", name="Stay signed in")
    expect(stay).to_be_visible()
    expect(stay).to_be_focused()
    stay.click()
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("#notes")).to_have_value("half a sentence")
    expect(page.locator("[name=csrfmiddlewaretoken]").first).to_have_value("new")
    assert "new" in page.locator("body").get_attribute("hx-headers:inherited")


def test_after_the_time_out_the_page_is_covered_and_goes_on_once_signed_in_again(page, pages):
    pages.signed_in = False
    page.goto("/timed")
    page.locator("#notes").fill("half a sentence")
    expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()
    assert page.locator("dialog").get_attribute("class") == "pw-time-out pw-time-out--over"
    page.get_by_role("button", name="I have signed in: carry on").click()
    expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()
    pages.signed_in = True
    page.get_by_role("button", name="I have signed in: carry on").click()
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("#notes")).to_have_value("half a sentence")


def test_without_scripts_the_page_is_whole(browser, pages):
    context = browser.new_context(java_script_enabled=False, base_url=pages.address)
    plain = context.new_page()
    plain.goto("/gallery")
    expect(plain.get_by_role("link", name="My clients")).to_be_visible()
    expect(plain.get_by_role("button", name="Sign out")).to_be_visible()
    expect(plain.locator("#pw-search")).to_be_visible()
    context.close()
