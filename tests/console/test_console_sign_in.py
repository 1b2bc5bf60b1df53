"""The console has people of its own: an operator sees it, a council's person and a stranger don't."""

from __future__ import annotations

import pytest

from tenants.context import inside, shared
from tests.factories import make_viewer
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.site import session_for

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def test_an_operator_sees_the_console(db):
    with shared():
        operator = make_operator()
    page = ConsoleSite().sign_in(operator).get("/")
    assert page.status_code == 200
    assert b"Otto Operator" in page.content


def test_a_stranger_is_asked_to_sign_in(db):
    answer = ConsoleSite().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
    assert ConsoleSite().get(answer["Location"]).status_code == 200


def test_a_council_s_session_opens_nothing_on_the_console(amber):
    from django.conf import settings

    with inside(amber, actor="test"):
        key = session_for(_user())
    browser = ConsoleSite()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert browser.get("/").status_code == 302


def _user():
    from core.accounts.models import User

    return User.objects.get(id=make_viewer().user_id)
