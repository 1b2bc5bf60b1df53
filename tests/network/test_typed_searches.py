"""What was typed is found again by whoever typed it, also when two requests of theirs cross."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.sessions.backends.db import SessionStore

from core.network.pages import typed_searches


def signed_in() -> SessionStore:
    session = SessionStore()
    session.create()
    return session


def test_a_search_is_kept_though_another_request_writes_the_session_back(in_amber):
    session = signed_in()
    crossing = SessionStore(session.session_key)
    crossing["seen_at"] = 1
    search_id = typed_searches.keep(session, "Amy Lane")
    session.save()
    crossing.save()
    assert typed_searches.recall(SessionStore(session.session_key), search_id) == "Amy Lane"


def test_nobody_else_and_no_other_session_reads_it(in_amber):
    search_id = typed_searches.keep(signed_in(), "Amy Lane")
    assert typed_searches.recall(signed_in(), search_id) is None
    assert typed_searches.recall(signed_in(), uuid4()) is None


def test_a_kept_search_signs_nobody_in(amber, site):
    from django.conf import settings

    from tenants.context import inside

    with inside(amber):
        search_id = typed_searches.keep(signed_in(), "Amy Lane")
    site.cookies[settings.SESSION_COOKIE_NAME] = search_id.hex
    answer = site.get("/")
    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]
