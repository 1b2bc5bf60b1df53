"""Operators: invited by another, never changed by themselves, gone at once when their account is closed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.core.management import CommandError, call_command

from tenants.context import shared
from tests.accounts.conftest import PASSWORD
from tests.accounts.conftest import clock as clock  # the standing clock, as a fixture of this module
from tests.console.conftest import log_slugs, row
from tests.factories.console import ConsoleSite

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

EMAIL = "nora.newcomer@operators.example"


def mailed_link() -> str:
    """The path of the link in the newest mail."""
    from core.notices.models import OutboxItem

    with shared():
        mails = OutboxItem.objects.filter(kind="mail", payload__text__icontains="/join/")
        text = mails.order_by("-created_at").first().payload["text"]
    return re.search(r"https?://console\.localhost(/\S+)", text)[1]


def shown_secret(page: str) -> str:
    return re.search(r'<code class="pw-secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")


def join(link: str) -> tuple[ConsoleSite, pyotp.TOTP]:
    """Password, authenticator app, recovery codes: as they would, by the pages."""
    browser = ConsoleSite()
    page = browser.get(link).content.decode()
    assert EMAIL in page
    assert "your council" not in page
    assert browser.post(link, {"password": PASSWORD})["Location"] == "/set-up"
    shown = browser.get("/set-up/authenticator").content.decode()
    app = pyotp.TOTP(shown_secret(shown))
    answer = browser.post("/set-up/authenticator", {"code": app.at(datetime.now(UTC))})
    assert answer["Location"] == "/set-up/recovery-codes"
    return browser, app


def invite(console) -> str:
    browser = console.browser("Ada Admin", "administrator")
    sent = {"name": "Nora Newcomer", "email": EMAIL, "roles": ["operator"]}
    assert browser.post("/operators/invite", sent)["Location"] == "/operators"
    return mailed_link()


def test_an_invited_operator_joins_signs_in_and_works(console, clock):
    browser, app = join(invite(console))
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", browser.post("/set-up/recovery-codes").content.decode())
    assert len(codes) == 10
    assert "Nora Newcomer" in browser.get("/").content.decode()
    clock.shift(timedelta(minutes=2))
    later = ConsoleSite()
    assert later.post("/sign-in", {"email": EMAIL, "password": PASSWORD})["Location"].startswith("/sign-in/code")
    assert later.post("/sign-in/code", {"code": app.at(datetime.now(UTC))})["Location"] == "/"
    mine = later.get("/my-sign-in").content.decode()
    assert EMAIL in mine
    other = ConsoleSite()
    other.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert other.post("/sign-in/recovery-code", {"code": codes[0]})["Location"] == "/"
    assert {"accounts.invitation.accepted", "accounts.recovery_code.used", "accounts.signed_in"} <= set(log_slugs())


def test_every_page_before_signing_in_speaks_of_the_console(console):
    for path in ("/sign-in", "/reset-password", "/join/nothing"):
        page = ConsoleSite().get(path).content.decode()
        assert "Operator console" in page
        assert "your council" not in page


def test_the_authenticator_says_that_it_is_the_console_s(console, clock):
    from core.accounts.queries import secret_of

    join(invite(console))
    with shared():
        from django_otp.plugins.otp_totp.models import TOTPDevice

        device = TOTPDevice.objects.get(user__email=EMAIL)
        assert "Patchwork%20Operator%20console" in secret_of(device).address


def test_a_passkey_belongs_to_the_console_s_host(console, clock):
    browser, _app = join(invite(console))
    asked = browser.post("/set-up/passkey/begin").json()
    assert asked["rp"] == {"id": "console.localhost", "name": "Patchwork: Operator console"}
    for_sign_in = ConsoleSite().post("/sign-in/passkey/begin").json()
    assert for_sign_in["rpId"] == "console.localhost"


def test_an_idle_operator_is_signed_out_and_finds_what_was_typed(console, clock):
    browser, app = join(invite(console))
    council = console.council()
    clock.shift(timedelta(hours=2))
    sent = {"contact": "Patchwork support, 01632 960 001", "reason": "A long story"}
    asked = browser.post(f"/councils/{council.id}/suspend", sent)
    assert asked["Location"].startswith("/sign-in?next=")
    draft = re.search(r"%2Fdrafts%2F[0-9a-f-]+", asked["Location"])[0].replace("%2F", "/")
    browser.post("/sign-in", {"email": EMAIL, "password": PASSWORD, "next": draft})
    assert browser.post("/sign-in/code", {"code": app.at(datetime.now(UTC)), "next": draft})["Location"] == draft
    back = browser.get(draft)
    assert back["Location"] == f"/councils/{council.id}/suspend"
    assert "A long story" in browser.get(back["Location"]).content.decode()


def test_an_operator_signs_out_and_ends_another_browser_s_session(console, clock):
    from core.accounts.models import OpenSession

    first, app = join(invite(console))
    clock.shift(timedelta(minutes=2))
    second = ConsoleSite()
    second.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    second.post("/sign-in/code", {"code": app.at(datetime.now(UTC))})
    ended = re.search(r"/my-sign-in/sessions/[0-9a-f-]+/end", second.get("/my-sign-in").content.decode())[0]
    assert second.post(ended).status_code == 302
    assert first.get("/")["Location"].startswith("/sign-in")
    assert second.post("/sign-out").status_code in {200, 302}
    assert second.get("/")["Location"].startswith("/sign-in")
    with shared():
        assert not OpenSession.objects.filter(user__email=EMAIL).exists()


def test_what_sign_in_left_behind_is_swept_for_operators_too(console, clock):
    from core.accounts.models import OpenSession
    from core.accounts.tasks import sweep_shared

    join(invite(console))
    clock.shift(timedelta(days=30))
    sweep_shared()
    with shared():
        assert not OpenSession.objects.exists()


def test_what_weighs_asks_once_more_who_it_is_and_keeps_what_was_typed(console, clock):
    from console.models import Proposal

    browser, app = join(invite(console))
    council = console.council()
    clock.shift(timedelta(minutes=11))
    path = f"/councils/{council.id}/suspend"
    assert browser.get(path)["Location"] == f"/my-sign-in/confirm?next={path.replace('/', '%2F')}"
    sent = {"contact": "Patchwork support, 01632 960 001", "reason": "A long story"}
    asked = browser.post(path, sent)["Location"]
    assert asked.startswith("/my-sign-in/confirm?next=%2Fdrafts%2F")
    with shared():
        assert not Proposal.objects.exists()
    draft = re.search(r"%2Fdrafts%2F[0-9a-f-]+", asked)[0].replace("%2F", "/")
    code = app.at(datetime.now(UTC))
    assert browser.post("/my-sign-in/confirm", {"password": PASSWORD, "code": code, "next": draft})["Location"] == draft
    assert browser.get(draft)["Location"] == path
    assert "A long story" in browser.get(path).content.decode()
    assert browser.post(path, sent)["Location"] == f"/councils/{council.id}"


SENSITIVE = (
    "/operators/invite", "/operators/{0}/roles", "/operators/{0}/close", "/operators/{0}/reopen",
    "/operators/{0}/invite-again",
)  # fmt: skip


@pytest.mark.parametrize("path", SENSITIVE)
def test_changing_operators_asks_once_more_who_it_is(console, clock, path):
    other = console.operator("Otis Operator")
    browser = console.browser("Ada Admin", "administrator")
    clock.shift(timedelta(minutes=11))
    for answer in (browser.get(path.format(other.id)), browser.post(path.format(other.id), {"roles": ["auditor"]})):
        assert answer["Location"].startswith("/my-sign-in/confirm")
    assert "console.operator.roles_changed" not in log_slugs()


def test_closing_an_account_ends_its_sessions_at_once(console):
    otis = console.operator("Otis Operator")
    his = console.browser("Otis Operator")
    assert his.get("/").status_code == 200
    ada = console.browser("Ada Admin", "administrator")
    assert ada.post(f"/operators/{otis.id}/close").status_code == 302
    assert his.get("/")["Location"].startswith("/sign-in")
    assert ada.post(f"/operators/{otis.id}/reopen").status_code == 302
    assert {"console.operator.closed", "console.operator.reopened", "accounts.account.closed"} <= set(log_slugs())


def test_other_roles_count_from_the_next_page_on(console):
    otis = console.operator("Otis Operator")
    his = console.browser("Otis Operator")
    council = console.council()
    assert his.get(f"/councils/{council.id}/suspend").status_code == 200
    console.browser("Ada Admin", "administrator").post(f"/operators/{otis.id}/roles", {"roles": ["auditor"]})
    assert his.get(f"/councils/{council.id}/suspend").status_code == 403


@pytest.mark.parametrize("act", ["roles", "close", "invite-again"])
def test_nobody_does_it_to_themselves(console, act):
    ada = console.operator("Ada Admin", "administrator")
    console.operator("Alma Admin", "administrator")
    answer = console.browser("Ada Admin").post(f"/operators/{ada.id}/{act}", {"roles": ["auditor"]})
    assert answer.status_code == 422
    assert "your own account" in answer.content.decode()
    with shared():
        assert list(ada.roles.values_list("slug", flat=True)) == ["administrator"]


def test_a_wrong_invitation_is_refused_and_kept(console):
    otis = console.operator("Otis Operator")
    browser = console.browser("Ada Admin", "administrator")
    console.browser("Otis Operator")
    answer = browser.post("/operators/invite", {"name": "Nora", "email": otis.user.email, "roles": ["operator"]})
    assert answer.status_code == 422
    assert "operator already" in answer.content.decode()
    answer = browser.post("/operators/invite", {"name": "Nora", "email": "nobody", "roles": ["king"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Enter an address such as", "nobody", "Nora"):
        assert words in page


def test_an_operator_who_lost_their_phone_sets_up_anew(console, clock):
    old, _app = join(invite(console))
    nora = row_of_nora()
    clock.shift(timedelta(minutes=1))
    console.browser("Ada Admin").post(f"/operators/{nora.id}/invite-again")
    assert old.get("/")["Location"].startswith("/sign-in")
    clock.shift(timedelta(minutes=1))
    again, _app = join(mailed_link())
    assert "Nora Newcomer" in again.get("/").content.decode()


def row_of_nora():
    from console.models import Operator

    return row(Operator, name="Nora Newcomer")


def test_the_first_operator_comes_from_the_terminal(db, clock, capsys):
    call_command("add_operator", "Nora Newcomer", EMAIL, "--role", "administrator")
    said = capsys.readouterr().out
    link = re.search(r"http://console\.localhost(/join/\S+)", said)[1]
    browser, _app = join(link)
    assert browser.get("/operators/invite").status_code == 200
    with pytest.raises(CommandError, match="an operator already"):
        call_command("add_operator", "Nora", EMAIL, "--role", "auditor")
    with pytest.raises(CommandError, match="at least one role"):
        call_command("add_operator", "Nia", "nia@operators.example", "--role", "king")


def test_a_demonstration_s_operators_are_made_in_a_demonstration_alone(db, settings):
    from console.models import Operator

    with pytest.raises(CommandError, match="demo mode alone"):
        call_command("load_operators")
    settings.MODE = "demo"
    call_command("load_operators")
    call_command("load_operators")
    with shared():
        assert Operator.objects.count() == 7


RACE = """
import json, threading
from django.db import connections
from tenants.context import shared
from console.actions.operators import change_roles
from console.errors import ConsoleRefused
from console.models import Operator
from console.queries.operators import operator_of
from tests.factories.console import make_operator

with shared():
    ada, alma = (operator_of(make_operator(f"Admin {n}", "administrator").user_id) for n in "ab")
start, said = threading.Barrier(2), []

def run(by, other):
    start.wait()
    try:
        with shared():
            change_roles(operator_id=other.id, roles=["auditor"], by=by)
        said.append("changed")
    except ConsoleRefused as error:
        said.append(type(error).__name__)
    finally:
        connections.close_all()

threads = [threading.Thread(target=run, args=pair) for pair in ((ada, alma), (alma, ada))]
[t.start() for t in threads]; [t.join() for t in threads]
with shared():
    left = Operator.objects.filter(roles__slug="administrator").count()
print(json.dumps({"said": sorted(said), "left": left}))
"""


def test_two_administrators_who_remove_each_other_leave_one(own_database):
    said = json.loads(own_database.python(RACE).stdout.splitlines()[-1])
    assert said == {"said": ["NotPermitted", "changed"], "left": 1}
