"""One's own sign-in: changed only with fresh proof, one factor always left, and its owner told of every change."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from tenants.context import inside
from tests.accounts.conftest import PASSWORD, events, give_code, give_password, mails_of, make_person, masked, sign_in
from tests.factories.site import Site

CHANGES = ("/my-sign-in/password", "/set-up", "/set-up/authenticator", "/set-up/recovery-codes")


def mails(council) -> list[dict]:
    from core.notices.models import OutboxItem

    with inside(council):
        return [item.payload for item in OutboxItem.objects.filter(kind="mail").order_by("created_at")]


def notices(council, person) -> list[str]:
    from core.notices.queries import notices_for

    with inside(council):
        return [line.slug for line in notices_for(person.user)]


def devices(council, person) -> list[TOTPDevice]:
    with inside(council):
        return list(TOTPDevice.objects.filter(user=person.user, confirmed=True).order_by("id"))


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_asks_for_proof_that_is_no_older_than_ten_minutes(site, person, clock, path):
    sign_in(site, person)
    assert site.get(path).status_code == 200
    clock.shift(timedelta(minutes=10, seconds=1))
    assert site.get(path).headers["Location"].startswith("/my-sign-in/confirm?next=")
    answer = site.post("/my-sign-in/confirm", {"password": PASSWORD, "code": "000000", "next": path})
    assert answer.status_code == 422
    assert site.get(path).status_code == 302
    code = person.app.at(datetime.now(UTC))
    answer = site.post("/my-sign-in/confirm", {"password": "wrong", "code": code, "next": path})
    assert answer.status_code == 422
    answer = site.post("/my-sign-in/confirm", {"password": PASSWORD, "code": code, "next": path})
    assert answer.headers["Location"] == path
    assert site.get(path).status_code == 200


def test_another_authenticator_is_added_and_the_owner_told(amber, site, person, clock):
    sign_in(site, person)
    page = site.get("/set-up/authenticator").content.decode()
    secret = re.search(r'pw-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    import pyotp

    before = len(mails(amber))
    site.post("/set-up/authenticator", {"code": pyotp.TOTP(secret).at(datetime.now(UTC))})
    assert len(devices(amber, person)) == 2
    assert "accounts.factor.added" in notices(amber, person)
    assert mails(amber)[before]["to"] == person.email
    assert len(events(amber, "accounts.factor.added")) == 1


def test_the_last_factor_stays(amber, site, person):
    sign_in(site, person)
    [only] = devices(amber, person)
    assert "Remove" not in site.get("/my-sign-in").content.decode()
    site.post(f"/my-sign-in/authenticator/{only.id}/remove")
    assert devices(amber, person) == [only]


def test_a_removed_factor_signs_nobody_in(amber, site, person, clock):
    with inside(amber):
        TOTPDevice.objects.create(user=person.user, name="Second", confirmed=True)
    sign_in(site, person)
    first, _second = devices(amber, person)
    site.post(f"/my-sign-in/authenticator/{first.id}/remove")
    clock.shift(timedelta(minutes=1))
    again = Site(amber)
    give_password(again, person.email)
    assert give_code(again, person.app.at(datetime.now(UTC))).status_code == 422
    assert "accounts.factor.removed" in notices(amber, person)


@pytest.mark.parametrize("deed", ["remove", "name"])
def test_another_person_s_factor_is_not_there(amber, site, person, deed):
    with inside(amber):
        other = make_person()
        TOTPDevice.objects.create(user=person.user, name="Second", confirmed=True)
    sign_in(site, person)
    [theirs] = devices(amber, other)
    assert site.post(f"/my-sign-in/authenticator/{theirs.id}/{deed}", {"name": "mine"}).status_code == 404
    assert site.post("/my-sign-in/nonsense/1/remove").status_code == 404
    assert devices(amber, other)[0].name == "Phone"


def test_new_recovery_codes_replace_the_old_ones(amber, site, person):
    sign_in(site, person)
    page = site.post("/set-up/recovery-codes").content.decode()
    fresh = re.findall(r"<code>([a-z0-9-]{14})</code>", page)
    for code, expected in ((person.codes[0], 422), (fresh[0], 302)):
        again = Site(amber)
        give_password(again, person.email)
        assert again.post("/sign-in/recovery-code", {"code": code}).status_code == expected


def test_a_changed_password_signs_out_everywhere_else(amber, person, clock):
    here, there = Site(amber), Site(amber)
    sign_in(there, person)
    clock.shift(timedelta(minutes=1))
    sign_in(here, person)
    answer = here.post("/my-sign-in/password", {"present_password": PASSWORD, "password": "green harbour spoon"})
    assert answer.headers["Location"] == "/my-sign-in"
    assert here.get("/my-sign-in").status_code == 200
    assert there.get("/my-sign-in").status_code == 302
    assert give_password(Site(amber), person.email).status_code == 422
    assert give_password(Site(amber), person.email, "green harbour spoon").status_code == 302
    assert "accounts.password.changed" in notices(amber, person)


def test_the_present_password_is_asked_for(site, person):
    sign_in(site, person)
    answer = site.post("/my-sign-in/password", {"present_password": "wrong", "password": "green harbour spoon"})
    assert answer.status_code == 422
    assert "green harbour spoon" not in answer.content.decode()


def reset_link(amber, email: str) -> str | None:
    """Asks for a link as the page does, works the outbox's deed off, and returns the path in the mail, if there is one."""
    from core.accounts.actions.passwords import RESET_ASKED, answer_reset
    from core.notices.models import OutboxItem

    assert Site(amber).post("/reset-password", {"email": email}).status_code == 200
    with inside(amber), mails_of() as mails:
        asked = OutboxItem.objects.filter(kind=RESET_ASKED, payload={"email": email.lower()}).first()
        answer_reset(asked.payload)
    return mails.link("/reset-password/") if mails.texts else None


def test_a_forgotten_password_is_chosen_anew_and_the_second_factor_is_still_asked_for(amber, site, person, clock):
    elsewhere = Site(amber)
    sign_in(elsewhere, person)
    link = reset_link(amber, person.email.upper())
    assert site.post(link, {"password": "green harbour spoon"}).headers["Location"] == "/sign-in"
    assert site.get("/my-sign-in").headers["Location"].startswith("/sign-in?")
    assert elsewhere.get("/my-sign-in").status_code == 302
    assert give_password(site, person.email, "green harbour spoon").headers["Location"].startswith("/sign-in/code")
    assert site.get("/my-sign-in").headers["Location"].startswith("/sign-in/code")


def test_reset_links_work_once_for_an_hour_and_dead_ones_look_the_same(amber, site, person, clock):
    used = reset_link(amber, person.email)
    site.post(used, {"password": "green harbour spoon"})
    old = reset_link(amber, person.email)
    assert site.get(old).status_code == 200
    clock.shift(timedelta(hours=1, seconds=1))
    answers = [site.get(link) for link in (used, old, f"/reset-password/{person.user.id}/forged-token")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({masked(answer) for answer in answers}) == 1


def test_asking_for_a_link_tells_nobody_whether_the_address_is_known(amber, person):
    from core.notices.models import OutboxItem

    pages, rows = set(), []
    for email in (person.email, "nobody@agency.example"):
        pages.add(masked(Site(amber).post("/reset-password", {"email": email})))
        with inside(amber):
            rows.append(OutboxItem.objects.filter(kind="accounts.password_reset", payload={"email": email}).count())
    assert len(pages) == 1
    assert rows == [1, 1]
    assert reset_link(amber, "nobody@agency.example") is None


def test_nobody_s_mailbox_is_flooded_with_links(amber, person):
    from core.notices.models import OutboxItem

    answers = {masked(Site(amber).post("/reset-password", {"email": person.email})) for _time in range(8)}
    with inside(amber):
        assert OutboxItem.objects.filter(kind="accounts.password_reset").count() == 3
    assert len(answers) == 1
