"""Sessions end in time, end at once when they must, and lose nothing that was typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.accounts.errors import NotFound
from core.accounts.sessions import SEEN_STEP
from tenants.context import inside
from tests.accounts.conftest import PASSWORD, events, make_person, sign_in
from tests.factories.site import Site

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
LATE = IDLE + SEEN_STEP + timedelta(seconds=1)


def is_in(site: Site) -> bool:
    return site.get("/my-sign-in").status_code == 200


def test_a_session_lasts_its_idle_time_and_no_longer(site, person, clock):
    sign_in(site, person)
    clock.shift(IDLE)
    assert is_in(site)
    clock.shift(LATE)
    assert not is_in(site)
    assert len(events(site.council, "accounts.session.timed_out")) == 1


def test_activity_holds_a_session_open_until_the_absolute_limit(site, person, clock):
    sign_in(site, person)
    for _turn in range(48):
        clock.shift(timedelta(minutes=15))
        assert is_in(site)
    clock.shift(timedelta(seconds=1))
    assert not is_in(site)


def test_asking_to_stay_is_activity_and_gives_a_fresh_form_token(site, person, clock):
    sign_in(site, person)
    for _turn in range(4):
        clock.shift(timedelta(minutes=14))
        answer = site.get("/session/extend")
        assert answer.status_code == 200
        assert len(answer.json()["csrf_token"]) > 30
    assert is_in(site)
    clock.shift(LATE)
    assert site.get("/session/extend").status_code == 302


def test_the_page_tells_its_script_the_limits(site, person, settings):
    sign_in(site, person)
    page = site.get("/my-sign-in").content.decode()
    assert f'data-session-idle-seconds="{settings.SESSION_IDLE_SECONDS}"' in page
    assert 'data-session-extend-url="/session/extend"' in page


def test_a_part_of_a_page_is_refused_without_replacing_what_is_there(site, person, clock):
    sign_in(site, person)
    clock.shift(LATE)
    answer = site.get("/my-sign-in", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Reswap"] == "none"
    assert answer.content == b""


def test_signing_out_ends_the_session_on_the_server(amber, site, person):
    sign_in(site, person)
    stolen = Site(amber)
    stolen.cookies["session"] = site.cookies["session"].value
    assert is_in(stolen)
    assert "You are signed out" in site.post("/sign-out").content.decode()
    assert not is_in(stolen)
    assert len(events(amber, "accounts.signed_out")) == 1


def test_signing_out_is_no_link(site, person):
    sign_in(site, person)
    assert site.get("/sign-out").status_code == 405
    assert is_in(site)


def test_a_closed_account_is_out_at_its_next_request(amber, site, person):
    from core.accounts.actions.people import close_account
    from core.accounts.models import User

    sign_in(site, person)
    with inside(amber):
        close_account(user=User.objects.get(id=person.user.id), by=make_person(roles=("council_admin",)).user)
    assert not is_in(site)


def test_an_account_closed_behind_the_product_s_back_is_out_too(amber, site, person):
    from core.accounts.models import User

    sign_in(site, person)
    with inside(amber):
        User.objects.filter(id=person.user.id).update(is_active=False)
    assert not is_in(site)


def test_someone_sees_their_sessions_and_ends_another_one(amber, person, clock):
    desk, phone = Site(amber), Site(amber)
    sign_in(desk, person)
    clock.shift(timedelta(minutes=1))
    sign_in(phone, person)
    from core.accounts.queries import my_sign_in

    with inside(amber):
        lines = my_sign_in(person.user, phone.cookies["session"].value).sessions
    other = next(line for line in lines if not line.is_this)
    assert len(lines) == 2
    phone.post(f"/my-sign-in/sessions/{other.id}/end")
    assert is_in(phone)
    assert not is_in(desk)
    assert len(events(amber, "accounts.session.ended")) == 1


def test_nobody_ends_another_person_s_session(amber, site, person):
    from core.accounts.actions.sessions import end_session
    from core.accounts.models import OpenSession

    sign_in(site, person)
    with inside(amber):
        other = make_person()
        theirs = OpenSession.objects.get(user=person.user)
        with pytest.raises(NotFound):
            end_session(user=other.user, session_id=theirs.id)
    assert is_in(site)


def send_too_late(site: Site, person, clock, fields=None) -> str:
    """A form is sent after its session has ended. Returns where the person is sent."""
    sign_in(site, person)
    clock.shift(LATE)
    fields = fields or {"name": "Wörk phone", "note": "kept", "password": "never kept", "csrfmiddlewaretoken": "x"}
    return site.post("/my-sign-in/passkey/1/name", fields, headers={"Referer": "http://amber.localhost/my-sign-in"})


def test_what_was_typed_is_there_after_signing_in_again(site, person, clock):
    answer = send_too_late(site, person, clock)
    assert answer.headers["Location"].startswith("/sign-in?next=%2Fdrafts%2F")
    back = answer.headers["Location"].partition("next=")[2].replace("%2F", "/")
    sign_in(site, person)
    page = site.get(back).content.decode()
    assert "Wörk phone" in page
    assert 'action="/my-sign-in/passkey/1/name"' in page
    assert 'href="/my-sign-in"' in page
    assert "never kept" not in page


def test_nobody_else_finds_what_was_typed(amber, site, person, clock):
    back = send_too_late(site, person, clock).headers["Location"].partition("next=")[2].replace("%2F", "/")
    with inside(amber):
        other = make_person()
    sign_in(site, other)
    assert site.get(back).status_code == 404


def test_what_was_typed_is_stored_unreadable(amber, site, person, clock):
    from core.accounts.models import Draft

    send_too_late(site, person, clock)
    with inside(amber):
        assert "phone" not in str(Draft.objects.get().fields)


def test_a_second_form_of_the_same_browser_is_kept_too(amber, site, person, clock):
    from core.accounts.models import Draft

    send_too_late(site, person, clock)
    site.post("/my-sign-in/passkey/2/name", {"name": "Second"})
    with inside(amber):
        assert Draft.objects.count() == 2


def test_a_form_left_open_for_days_is_kept(amber, site, person, clock):
    from core.accounts.models import Draft

    sign_in(site, person)
    clock.shift(timedelta(days=5))
    site.post("/my-sign-in/passkey/1/name", {"name": "Left on Friday"})
    with inside(amber):
        assert Draft.objects.count() == 1


def test_a_stranger_s_form_is_not_kept(amber, site):
    from core.accounts.models import Draft

    assert site.post("/my-sign-in/passkey/1/name", {"name": "x"}).headers["Location"] == "/sign-in"
    with inside(amber):
        assert Draft.objects.count() == 0


def test_once_sent_what_was_typed_is_forgotten(amber, site, person, clock):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from core.accounts.models import Draft

    with inside(amber):
        device = TOTPDevice.objects.get(user=person.user)
    sign_in(site, person)
    clock.shift(LATE)
    path = f"/my-sign-in/authenticator/{device.id}/name"
    back = site.post(path, {"name": "Work phone"}).headers["Location"].partition("next=")[2].replace("%2F", "/")
    sign_in(site, person)
    site.get(back)
    assert site.post(path, {"name": "Work phone"}).headers["Location"] == "/my-sign-in"
    with inside(amber):
        assert Draft.objects.count() == 0
        device.refresh_from_db()
    assert device.name == "Work phone"


def test_a_page_that_fills_drafts_gets_what_was_typed(amber, person, rf):
    from core.accounts.actions.drafts import keep_draft
    from core.accounts.doors import fills_draft
    from core.accounts.sessions import DRAFT

    @fills_draft
    def page(request):
        return request.draft

    with inside(amber):
        draft_id = keep_draft(user_id=person.user.id, path="/add", page="", fields={"a": ["1", "2"]})
        request = rf.get("/add")
        request.user, request.session = person.user, {DRAFT: ["/add", str(draft_id)]}
        assert page(request).getlist("a") == ["1", "2"]
        request.session = {DRAFT: ["/other", str(draft_id)]}
        assert page(request) is None
    assert page.fills_draft is True


def test_forms_left_open_elsewhere_stay_good_for_the_same_person(amber, person, clock):
    site = Site(amber, enforce_csrf_checks=True)

    def enter() -> None:
        for path, fields in (
            ("/sign-in", {"email": person.email, "password": PASSWORD}),
            ("/sign-in/code", {"code": person.app.at(datetime.now(UTC))}),
        ):
            page = site.get(path).content.decode()
            token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
            assert site.post(path, {**fields, "csrfmiddlewaretoken": token}).status_code == 302

    enter()
    open_form = site.get("/my-sign-in").content.decode().partition('name="csrfmiddlewaretoken" value="')[2]
    token = open_form.partition('"')[0]
    clock.shift(LATE)
    assert not is_in(site)
    enter()
    assert site.post("/sign-out", {"csrfmiddlewaretoken": token}).status_code == 200


def test_the_sweep_deletes_what_no_rule_asks_for(amber, site, person, clock):
    from django.contrib.sessions.models import Session

    from core.accounts.actions.sweeping import sweep
    from core.accounts.models import Draft, OpenSession, Throttle

    send_too_late(site, person, clock)
    with inside(amber):
        sweep()
        assert Draft.objects.count() == 1
    clock.shift(timedelta(days=60))
    with inside(amber):
        sweep()
        assert [model.objects.count() for model in (Session, OpenSession, Throttle, Draft)] == [0, 0, 0, 0]
