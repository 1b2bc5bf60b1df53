"""Joining by invitation: password, second factor, recovery codes, in that order and no other way."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from core.accounts.choices import Role
from core.accounts.errors import AlreadyHasAccount
from tenants.context import inside
from tests.accounts.conftest import PASSWORD, events, give_code, give_password, mails_of, make_person, masked, sign_in
from tests.factories.site import Site

EMAIL = "new.worker@agency.example"


def invited(amber, email: str = EMAIL) -> str:
    """Invites someone, and returns the path of the link in their mail."""
    from core.accounts.actions.people import invite_person

    with inside(amber), mails_of() as mails:
        invite_person(email=email, roles=[Role.PRACTITIONER], by=None)
    return mails.link("/join/")


def shown_secret(page: str) -> str:
    return re.search(r'<code class="pw-secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")


def join(site: Site, link: str) -> pyotp.TOTP:
    """All three steps."""
    assert site.post(link, {"password": PASSWORD}).headers["Location"] == "/set-up"
    app = pyotp.TOTP(shown_secret(site.get("/set-up/authenticator").content.decode()))
    answer = site.post("/set-up/authenticator", {"code": app.at(datetime.now(UTC))})
    assert answer.headers["Location"] == "/set-up/recovery-codes"
    return app


def test_an_invited_person_joins_and_can_sign_in_again(amber, site, clock):
    app = join(site, invited(amber))
    page = site.post("/set-up/recovery-codes").content.decode()
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", page)
    assert len(set(codes)) == 10
    clock.shift(timedelta(minutes=1))
    later = Site(amber)
    give_password(later, EMAIL)
    assert give_code(later, app.at(datetime.now(UTC))).status_code == 302
    assert len(events(amber, "accounts.invitation.accepted")) == 1


def test_no_other_page_opens_before_the_second_factor_is_set_up(amber, site, clock):
    site.post(invited(amber), {"password": PASSWORD})
    for path in ("/", "/my-sign-in", "/set-up/recovery-codes", "/session/extend"):
        assert site.get(path).headers["Location"].startswith("/sign-in/code")


def test_the_password_alone_sets_up_no_factor(amber, clock):
    link = invited(amber)
    Site(amber).post(link, {"password": PASSWORD})
    thief = Site(amber)
    give_password(thief, EMAIL)
    assert "Open the link in your invitation again" in thief.get("/sign-in/code").content.decode()
    assert thief.get("/set-up/authenticator").headers["Location"] == "/sign-in/code"
    assert thief.post("/set-up/passkey/begin").headers["Location"] == "/sign-in/code"


def test_the_picture_of_the_secret_needs_no_style_of_its_own(amber, site, clock):
    site.post(invited(amber), {"password": PASSWORD})
    page = site.get("/set-up/authenticator").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert "<style" not in page


def test_a_wrong_code_does_not_finish_it_and_the_secret_stays(amber, site, clock):
    site.post(invited(amber), {"password": PASSWORD})
    secret = shown_secret(site.get("/set-up/authenticator").content.decode())
    answer = site.post("/set-up/authenticator", {"code": "000000"})
    assert answer.status_code == 422
    assert shown_secret(answer.content.decode()) == secret


@pytest.mark.parametrize("password", ["short", "password1234", "", "new.worker@agency"])
def test_an_easy_password_is_refused_with_a_sentence(amber, site, clock, password):
    answer = site.post(invited(amber), {"password": password})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_unknown_used_old_and_replaced_links_look_the_same(amber, site, clock):
    used = invited(amber, "used@agency.example")
    join(Site(amber), used)
    replaced = invited(amber)
    usable = invited(amber)
    old = invited(amber, "late@agency.example")
    assert site.get(usable).status_code == 200
    clock.shift(timedelta(days=7, minutes=1))
    answers = [site.get(link) for link in ("/join/unknown", used, replaced, old)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({masked(answer) for answer in answers}) == 1
    assert "help@amber.example" in answers[0].content.decode()


def test_a_link_is_stored_hashed_alone(amber):
    from core.accounts.models import Invitation

    token = invited(amber).rpartition("/")[2]
    with inside(amber):
        assert Invitation.objects.get().token_hash != token
        assert token not in str(Invitation.objects.values())


def test_someone_who_can_sign_in_is_not_invited_again(amber, person):
    from core.accounts.actions.people import invite_person

    with inside(amber), pytest.raises(AlreadyHasAccount):
        invite_person(email=person.email.upper(), roles=[Role.PRACTITIONER], by=None)


def test_someone_who_lost_everything_starts_anew_and_nobody_chooses_for_them(amber, person, clock):
    from core.accounts.actions.people import invite_again

    open_before = Site(amber)
    sign_in(open_before, person)
    with inside(amber):
        admin = make_person(roles=("council_admin",))
        with mails_of() as mails:
            invite_again(user=person.user, by=admin.user)
    assert open_before.get("/my-sign-in").status_code == 302
    assert give_password(Site(amber), person.email).status_code == 422
    site = Site(amber)
    join(site, mails.link("/join/"))
    assert site.get("/my-sign-in").status_code == 200


def test_the_codes_come_as_a_file_of_codes_alone(amber, site, clock):
    join(site, invited(amber))
    answer = site.post("/set-up/recovery-codes/file", {"codes": "abcd-efgh-jkmn <script> x\r\nSet-Cookie: a"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"<script>" not in answer.content
    assert b"abcd-efgh-jkmn" in answer.content
