"""What every answer tells the browser, and the health checks."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.context import inside
from tests.factories import make_viewer

PAGES = ["/", "/sign-in", "/card", "/colleagues", "/no-such-page"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_same_strict_headers(amber, site, path):
    with inside(amber):
        viewer = make_viewer()
    answer = site.sign_in(viewer).get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for part in ("script-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert "Server" not in answer


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(amber, site):
    answer = site.get("/sign-in")
    for cookie in answer.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]


def test_a_form_without_its_token_is_refused_with_a_page(amber):
    strict = Client(headers={"host": "amber.localhost"}, enforce_csrf_checks=True)
    answer = strict.post("/sign-in", {"email": "a@b.example"})
    assert answer.status_code == 403
    assert b"out of date" in answer.content


def test_health_is_told_on_any_host_without_a_council(db):
    for host in ("amber.localhost", "10.0.0.1", "nobody.example"):
        probe = Client(headers={"host": host})
        assert probe.get("/healthz").content == b"alive\n"
        assert probe.get("/readyz").json()["ready"] is True


def test_styles_and_scripts_are_sent_compressed_under_a_mark_of_their_content(amber):
    page = Client(headers={"host": "amber.localhost"}).get("/sign-in").content.decode()
    address = page.split('href="/static/ui/app.css')[1].split('"')[0]
    assert address.startswith("?v=")
    answer = Client(headers={"host": "amber.localhost", "accept-encoding": "br"}).get("/static/ui/app.css" + address)
    assert answer["Content-Encoding"] == "br"
    assert "max-age=2592000" in answer["Cache-Control"]
    answer.close()
