"""Signing in through the pages: both factors, the same answer for every address, and waiting that stops strangers alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.context import inside
from tests.accounts.conftest import PASSWORD, events, give_code, give_password, make_person, masked, sign_in
from tests.factories.site import Site


def now_code(person) -> str:
    return person.app.at(datetime.now(UTC))


def test_password_and_code_sign_someone_in(site, person):
    answer = give_password(site, person.email.upper(), after="/my-sign-in")
    assert answer.headers["Location"] == "/sign-in/code?next=%2Fmy-sign-in"
    assert site.get("/my-sign-in").headers["Location"].startswith("/sign-in/code")
    answer = give_code(site, now_code(person), after="/my-sign-in")
    assert answer.headers["Location"] == "/my-sign-in"
    assert person.email in site.get("/my-sign-in").content.decode()
    assert len(events(site.council, "accounts.signed_in")) == 1


def test_each_step_gives_the_session_a_new_key(site, person):
    site.get("/sign-in")
    keys = [site.cookies["session"].value if "session" in site.cookies else ""]
    give_password(site, person.email)
    keys.append(site.cookies["session"].value)
    give_code(site, now_code(person))
    keys.append(site.cookies["session"].value)
    assert len(set(keys)) == 3
    assert all(len(key) >= 32 for key in keys[1:])


def test_unknown_wrong_and_closed_accounts_are_answered_in_the_same_bytes_and_statements(amber, person):
    with inside(amber):
        closed = make_person()
        closed.user.is_active = False
        closed.user.save()
        uninvited = make_person()
        uninvited.user.set_unusable_password()
        uninvited.user.save()
    seen = []
    tries = [
        ("nobody@agency.example", PASSWORD),
        (person.email, "not the password"),
        (closed.email, PASSWORD),
        (uninvited.email, PASSWORD),
    ]
    give_password(Site(amber), "warm.up@agency.example")  # the hash of nobody's password is made once
    for email, password in tries:
        with CaptureQueriesContext(connection) as captured:
            answer = give_password(Site(amber), email, password)
        statements = [re.sub(r"'[^']*'|\b\d+\b|s\d+_x\d+", "?", query["sql"]) for query in captured.captured_queries]
        seen.append((answer.status_code, masked(answer), [sql.split(" WHERE ")[0][:80] for sql in statements]))
    assert seen[0][0] == 422
    assert seen.count(seen[0]) == len(tries)


def test_a_refusal_is_recorded_without_the_address(site, person):
    give_password(site, person.email, "not the password")
    [event] = events(site.council, "accounts.sign_in.refused")
    assert event.outcome == "refused"
    assert person.email not in f"{event.actor}{event.detail}{event.reason}"


def test_a_code_counts_once(amber, person):
    code = now_code(person)
    first, second = Site(amber), Site(amber)
    give_password(first, person.email)
    give_password(second, person.email)
    assert give_code(first, code).status_code == 302
    assert give_code(second, code).status_code == 422
    assert second.get("/my-sign-in").status_code == 302


def test_a_code_may_be_pasted_with_spaces(site, person):
    give_password(site, person.email)
    code = now_code(person)
    assert give_code(site, f" {code[:3]} {code[3:]} ").status_code == 302


def test_a_recovery_code_works_once_whatever_its_capitals(amber, person):
    for expected in (302, 422):
        site = Site(amber)
        give_password(site, person.email)
        answer = site.post("/sign-in/recovery-code", {"code": person.codes[0].upper().replace("-", " ")})
        assert answer.status_code == expected


def test_recovery_codes_are_not_stored_as_they_are(amber, person):
    from django_otp.plugins.otp_static.models import StaticToken

    with inside(amber):
        stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == 10
    assert not stored & {code.replace("-", "") for code in person.codes} | (stored & set(person.codes))


def test_a_stranger_is_stopped_and_told_how_long(site, person):
    answers = [give_password(site, person.email, f"guess {number}").status_code for number in range(4)]
    assert answers == [422, 422, 422, 429]
    answer = give_password(site, person.email, "guess again")
    assert answer.headers["Retry-After"] == "10"
    assert "Wait 10 seconds" in answer.content.decode()


def test_an_unknown_address_is_throttled_like_a_known_one(amber, person):
    def run(email: str) -> list[int]:
        return [give_password(Site(amber), email, "guess", network="198.51.100.7").status_code for _try in range(5)]

    assert run("nobody@agency.example") == run(person.email)


def test_a_stranger_on_one_network_keeps_nobody_elsewhere_out(amber, person, clock):
    for _try in range(40):
        give_password(Site(amber), person.email, "guess", network="198.51.100.7")
        clock.shift(timedelta(minutes=1))
    sign_in(Site(amber), person, network="203.0.113.9")


def test_guessing_from_many_networks_stops_at_ten_and_the_owner_s_own_browser_still_signs_in(amber, person):
    own = Site(amber)
    sign_in(own, person)
    own.post("/sign-out")
    answers = [
        give_password(Site(amber), person.email, "guess", network=f"198.51.100.{number}").status_code
        for number in range(25)
    ]
    assert answers.count(422) == 10
    assert answers.count(429) == 15
    assert give_password(Site(amber), person.email, network="203.0.113.9").status_code == 429
    assert give_password(own, person.email, network="203.0.113.9").status_code == 302


def test_the_own_browser_s_counter_is_for_its_own_accounts(amber, person):
    with inside(amber):
        other = make_person()
    own = Site(amber)
    sign_in(own, other)
    own.post("/sign-out")
    for number in range(10):
        give_password(Site(amber), person.email, "guess", network=f"198.51.100.{number}")
    assert give_password(own, person.email, network="203.0.113.9").status_code == 429


def test_a_forged_or_foreign_cookie_knows_nobody(amber, birch, person):
    from core.accounts.browsers import cookie_with, read_cookie

    with inside(birch):
        foreign = cookie_with(None, person.email)
    with inside(amber):
        assert read_cookie(foreign) is None
        assert read_cookie("forged:value") is None
        assert read_cookie(cookie_with(None, person.email)).knows(person.email.upper())


def test_someone_with_the_password_can_t_guess_codes_nor_lock_the_owner_out(amber, person, clock):
    own = Site(amber)
    sign_in(own, person)
    own.post("/sign-out")
    thief = Site(amber)
    give_password(thief, person.email, network="198.51.100.7")
    answers = [give_code(thief, "000000", network="198.51.100.7").status_code for _try in range(8)]
    assert answers == [422, 422, 422, 429, 429, 429, 429, 429]
    clock.shift(timedelta(seconds=60))
    give_password(own, person.email)
    assert give_code(own, now_code(person)).status_code == 302


def test_a_rolled_back_page_does_not_uncount_its_failure(amber):
    from core.accounts.actions.attempts import Place, begin_password
    from core.accounts.errors import TooManyTries

    def fail() -> None:
        with inside(amber):
            begin_password("someone@agency.example", Place("192.0.2.1")).failed()
            raise RuntimeError("the page fell over")

    for _try in range(3):
        with pytest.raises(RuntimeError):
            fail()
    with pytest.raises(TooManyTries), inside(amber):
        begin_password("someone@agency.example", Place("192.0.2.1"))


def test_forwarded_addresses_count_only_from_our_own_proxies(settings):
    from core.accounts.networks import network_of

    forged = {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": "203.0.113.1"}
    assert network_of(forged) == "198.51.100.7"
    settings.TRUSTED_PROXIES = ["198.51.100.0/24"]
    assert network_of(forged) == "203.0.113.1"
    assert network_of({**forged, "HTTP_X_FORWARDED_FOR": "10.0.0.1, 203.0.113.1"}) == "203.0.113.1"
    assert network_of({"REMOTE_ADDR": "2001:db8:1:2:3::4"}) == "2001:db8:1:2::/64"
    assert network_of({"REMOTE_ADDR": "nonsense"}) == "unknown"


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(site, person, wanted):
    give_password(site, person.email)
    assert give_code(site, now_code(person), after=wanted).headers["Location"] == "/"


def test_the_fields_say_what_they_are_to_a_password_manager(site, person):
    page = site.get("/sign-in").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    give_password(site, person.email)
    assert 'autocomplete="one-time-code"' in site.get("/sign-in/code").content.decode()


@pytest.mark.parametrize("email", ["a" * 10_000 + "@x.example", "zero\0width@x.example", "\u202eperson@x.example", ""])
def test_odd_addresses_are_answered_with_a_sentence(site, email):
    answer = give_password(site, email)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_a_demonstration_s_code_is_nowhere_to_be_seen_elsewhere(site, person, settings):
    give_password(site, person.email)
    assert now_code(person) not in site.get("/sign-in/code").content.decode()
    settings.SHOWS_CODES = True
    assert now_code(person) in site.get("/sign-in/code").content.decode()
