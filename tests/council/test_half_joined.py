"""Between an invitation and the second factor: whoever was taken back by then is out, whatever they have open."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest

from core.accounts.choices import Role
from core.accounts.errors import LinkNotUsable
from core.accounts.models import Invitation, User
from core.council.actions import staff as actions
from core.council.staff_errors import AccountClosed, AddressInUse
from core.council.staff_queries import accounts_without_card, person
from core.directory.models import Practitioner
from tenants.context import inside
from tests.accounts.conftest import PASSWORD, mails_of
from tests.accounts.conftest import clock as clock  # the standing clock, as a fixture of this module
from tests.council.test_staff import details
from tests.factories import make_service, make_user, make_viewer
from tests.factories.site import Site

EMAIL = "nia.newcomer@agency.example"


@pytest.fixture
def admin(amber):
    with inside(amber):
        return make_user("ada@council.example", roles=("council_admin",))


@pytest.fixture
def card(amber, admin):
    with inside(amber):
        return actions.add_person(details=details(make_service()), by=admin)


def link(amber, card, admin, *roles: Role) -> str:
    """Invites the person of the card; the path of the link in their mail."""
    with inside(amber, actor="test"), mails_of() as mails:
        actions.invite_to_sign_in(practitioner_id=card.id, roles=roles or [Role.PRACTITIONER], by=admin)
    return mails.link("/join/")


def half_joined(amber, path: str) -> tuple[Site, str]:
    """A browser in which the password was chosen, and the code with which its next step would end."""
    browser = Site(amber)
    assert browser.post(path, {"password": PASSWORD})["Location"] == "/set-up"
    page = browser.get("/set-up/authenticator").content.decode()
    secret = re.search(r'<code class="pw-secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")
    return browser, pyotp.TOTP(secret).at(datetime.now(UTC))


def is_out(amber, browser, code) -> None:
    assert "recovery-codes" not in browser.post("/set-up/authenticator", {"code": code}).get("Location", "")
    assert browser.get("/people").status_code != 200
    with inside(amber, actor="test"):
        assert not Practitioner.objects.exclude(user=None).filter(email=EMAIL).exists()


def test_whoever_leaves_while_joining_does_not_get_in(amber, admin, card, clock):
    browser, code = half_joined(amber, link(amber, card, admin))
    with inside(amber, actor="test"):
        actions.note_leaving(practitioner_id=card.id, by=admin)
        assert not User.objects.get(email=EMAIL).is_active
    is_out(amber, browser, code)


def test_no_first_factor_counts_without_an_invitation(amber, admin, card, clock):
    from core.accounts.actions.people import accept_invitation

    browser, code = half_joined(amber, link(amber, card, admin))
    with inside(amber, actor="test"):
        Invitation.objects.all().delete()
        with pytest.raises(LinkNotUsable):
            accept_invitation(user=User.objects.get(email=EMAIL))
    is_out(amber, browser, code)


def test_an_invitation_taken_back_at_the_last_moment_leaves_no_factor(amber, admin, card, clock, monkeypatch):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    browser, code = half_joined(amber, link(amber, card, admin))
    monkeypatch.setattr("core.accounts.doors.is_joining", lambda _user: True)
    with inside(amber, actor="test"):
        Invitation.objects.all().delete()
    answer = browser.post("/set-up/authenticator", {"code": code})
    assert answer.status_code == 404
    with inside(amber, actor="test"):
        assert not TOTPDevice.objects.filter(user__email=EMAIL).exists()


def test_a_new_invitation_sets_the_roles_of_who_had_begun_to_join_and_ends_what_they_had_open(
    amber, admin, card, clock
):
    browser, code = half_joined(amber, link(amber, card, admin, Role.COUNCIL_ADMIN))
    again = link(amber, card, admin, Role.PRACTITIONER)
    is_out(amber, browser, code)
    second, code = half_joined(amber, again)
    assert second.post("/set-up/authenticator", {"code": code})["Location"] == "/set-up/recovery-codes"
    with inside(amber, actor="test"):
        assert User.objects.get(email=EMAIL).roles == ["practitioner"]


def test_a_mistyped_invitation_is_taken_back_from_the_page(amber, admin, clock):
    site = Site(amber).sign_in(admin)
    site.post("/staff/accounts", {"email": "adda@council.example", "roles": ["auditor"]})
    page = site.get("/staff/accounts").content.decode()
    path = re.search(r"/staff/invitations/[0-9a-f-]+/withdraw", page)[0]
    assert site.post(path)["Location"] == "/staff/accounts"
    assert "adda@council.example" not in site.get("/staff/accounts").content.decode()
    assert site.post(path).status_code == 404
    with inside(amber, actor="test"):
        assert not Invitation.objects.exists()


def test_taking_back_the_invitation_of_someone_listed_comes_back_to_them(amber, admin, card, clock):
    browser, code = half_joined(amber, link(amber, card, admin))
    site = Site(amber).sign_in(admin)
    path = re.search(r"/staff/invitations/[0-9a-f-]+/withdraw", site.get(f"/staff/{card.id}").content.decode())[0]
    assert site.post(path)["Location"] == f"/staff/{card.id}"
    is_out(amber, browser, code)
    again, code = half_joined(amber, link(amber, card, admin))
    assert again.post("/set-up/authenticator", {"code": code})["Location"] == "/set-up/recovery-codes"


def test_a_corrected_address_takes_the_invitation_to_the_old_one_back(amber, admin, card, clock):
    path = link(amber, card, admin)
    with inside(amber, actor="test"):
        wanted = details(card.agency.services.first(), email="nia@agency.example")
        actions.change_person(practitioner_id=card.id, version=card.version, details=wanted, by=admin)
        assert not Invitation.objects.exists()
    assert Site(amber).get(path).status_code == 404


def test_who_is_joining_is_invited_and_not_yet_an_account(amber, admin, clock):
    with inside(amber, actor="test"), mails_of() as mails:
        actions.invite_without_card(email="adda@council.example", roles=[Role.AUDITOR], by=admin)
    half_joined(amber, mails.link("/join/"))
    with inside(amber, actor="test"):
        line = next(line for line in accounts_without_card(admin) if line.email == "adda@council.example")
        assert (line.sign_in.state, line.sign_in.invitation_id is None) == ("invited", False)


def test_a_closed_account_is_opened_before_it_is_invited(amber, admin):
    with inside(amber, actor="test"):
        viewer = make_viewer()
        card = Practitioner.objects.get(id=viewer.id)
        card.email = card.user.email
        card.save()
        actions.close_sign_in(user_id=viewer.user_id, by=admin)
        with pytest.raises(AccountClosed):
            actions.invite_to_sign_in(practitioner_id=viewer.id, roles=[Role.PRACTITIONER], by=admin)
        assert not Invitation.objects.exists()


def test_an_address_that_is_somebody_else_s_by_now_keeps_who_left_away(amber, admin, card):
    with inside(amber, actor="test"):
        actions.note_leaving(practitioner_id=card.id, by=admin)
        actions.add_person(details=details(card.agency.services.first(), given_name="Nora"), by=admin)
        with pytest.raises(AddressInUse):
            actions.note_return(practitioner_id=card.id, by=admin)
        assert person(card.id).left_on is not None


def test_an_administrator_who_is_listed_later_has_the_card_at_once(amber, admin):
    Site(amber).sign_in(admin)
    with inside(amber, actor="test"):
        card = actions.add_person(details=details(make_service(), email="ADA@council.example"), by=admin)
        assert Practitioner.objects.get(id=card.id).user_id == admin.id
        assert admin.email not in {line.email for line in accounts_without_card(admin)}
