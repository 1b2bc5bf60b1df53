"""Support access: asked by an order, granted for some hours, seen in the council's own log, over the moment it is over."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from config.access import RULES, SUPPORT_SEES
from core import clock
from core.accounts.access import OPENED_BY_SUPPORT
from core.accounts.choices import Role
from core.accounts.models import Invitation, User
from core.accounts.sessions import PROOF_LASTS
from core.audit.models import Event
from core.council.actions.support import (
    end_what_ran_out,
    grant_support,
    receive,
    refuse_support,
    withdraw_support,
)
from core.council.errors import DecidedAlready, NotGrantable, NotHere
from core.council.models import SupportGrant
from core.council.support_queries import support_page
from core.notices.models import Notice, OutboxItem
from tenants.context import inside
from tenants.orders.work import OrderWork, StepRefused
from tests.factories import make_agency, make_client, make_practitioner, make_service, make_user
from tests.factories.site import Site
from tests.isolation.test_every_address import addresses, filled

CANARY = "Zzyzxcanary"
ASKED = {
    "request_id": "0b6c2f0e-57bb-4b2a-9a0e-1f0b6a3c9d11",
    "operator_name": "Olive Operator",
    "operator_email": "Olive.Operator@patchwork.example",
    "approved_by_name": "Second Operator",
    "reason": "Mails of the digest do not arrive.",
    "hours": 4,
}


def order(council, **payload) -> OrderWork:
    return OrderWork(uuid4(), council.id, "support", {**ASKED, **payload}, {}, "Olive Operator")


@pytest.fixture
def admin(amber):
    with inside(amber):
        return make_user("admin@council.example", roles=("council_admin",))


@pytest.fixture
def asked(amber, admin):
    receive(order(amber))
    with inside(amber):
        return SupportGrant.objects.get().id


@pytest.fixture
def granted(amber, admin, asked):
    with inside(amber):
        return grant_support(grant_id=asked, by=admin).id


def operator_of(amber):
    with inside(amber):
        return User.objects.get(roles=["support"])


def test_a_request_is_put_before_the_council_once_and_its_deciders_are_told(amber, admin):
    assert receive(order(amber)) == {"support": "asked"}
    assert receive(order(amber)) == {"support": "asked"}
    with inside(amber):
        grant = SupportGrant.objects.get()
        assert (grant.operator_email, grant.hours, grant.state) == ("olive.operator@patchwork.example", 4, "asked")
        assert list(Notice.objects.values_list("user_id", "slug")) == [(admin.id, "council.support.asked")]
        assert not User.objects.filter(roles=["support"]).exists()


@pytest.mark.parametrize(
    "wrong",
    [{"hours": 0}, {"hours": 73}, {"hours": "many"}, {"operator_email": "nobody"}, {"reason": " "},
     {"approved_by_name": "Olive Operator"}, {"request_id": "x"}],
)  # fmt: skip
def test_a_request_that_is_not_whole_is_refused_with_a_sentence(amber, wrong):
    with pytest.raises(StepRefused, match=r"\."):
        receive(order(amber, **wrong))
    with inside(amber):
        assert not SupportGrant.objects.exists()


def test_granting_mails_the_operator_a_link_to_an_account_with_this_one_role_and_an_end(amber, admin, asked):
    with inside(amber):
        grant = grant_support(grant_id=asked, by=admin)
        user = User.objects.get(id=grant.user_id)
        assert (user.email, user.roles, user.open_until) == (
            "olive.operator@patchwork.example",
            ["support"],
            grant.until,
        )
        assert timedelta(hours=3, minutes=59) < grant.until - clock.now() <= timedelta(hours=4)
        assert OutboxItem.objects.get(kind="mail").payload["to"] == user.email
        assert Invitation.objects.get().roles == ["support"]
        with pytest.raises(DecidedAlready):
            grant_support(grant_id=asked, by=admin)
        with pytest.raises(NotHere):
            grant_support(grant_id=uuid4(), by=admin)


def test_an_address_of_the_councils_own_people_is_never_turned_into_support(amber, admin):
    receive(order(amber, operator_email="admin@council.example"))
    with inside(amber):
        with pytest.raises(NotGrantable, match="account with this address already"):
            grant_support(grant_id=SupportGrant.objects.get().id, by=admin)
        assert User.objects.get().roles == ["council_admin"]


def test_a_second_grant_waits_until_the_first_is_over(amber, admin, granted):
    receive(order(amber, request_id=str(uuid4())))
    with inside(amber):
        second = SupportGrant.objects.get(state="asked")
        with pytest.raises(NotGrantable, match="already"):
            grant_support(grant_id=second.id, by=admin)
        withdraw_support(grant_id=granted, by=admin)
        assert grant_support(grant_id=second.id, by=admin).state == "granted"
        assert User.objects.filter(roles=["support"]).count() == 1


def test_withdrawn_the_operators_next_request_is_a_strangers(amber, admin, granted):
    site = Site(amber).sign_in(operator_of(amber))
    assert site.get("/").status_code == 200
    with inside(amber):
        withdraw_support(grant_id=granted, by=admin)
    answer = site.get("/")
    assert (answer.status_code, "/sign-in" in answer["Location"]) == (302, True)
    with inside(amber):
        assert not Invitation.objects.filter(accepted_at=None).exists(), (
            "An unused link of theirs opens nothing either."
        )
        with pytest.raises(DecidedAlready):
            withdraw_support(grant_id=granted, by=admin)


def test_when_time_is_over_the_operator_is_out_before_any_job_has_run(amber, granted):
    site = Site(amber).sign_in(operator_of(amber))
    with time_machine.travel(clock.now() + timedelta(hours=4, seconds=1), tick=True):
        answer = site.get("/support/agencies")
        assert (answer.status_code, "/sign-in" in answer["Location"]) == (302, True)
        with inside(amber):
            assert support_page()[0].state == "ended"
            assert SupportGrant.objects.get().state == "granted"
            assert end_what_ran_out() == 1
            assert end_what_ran_out() == 0
            assert SupportGrant.objects.get().state == "ended"
            assert not operator_still_open()


def test_the_sweep_of_an_old_answer_leaves_a_newer_one_s_account_open(amber, admin, granted):
    with time_machine.travel(clock.now() + timedelta(hours=4, minutes=1), tick=True):
        receive(order(amber, request_id=str(uuid4())))
        with inside(amber):
            newer = grant_support(grant_id=SupportGrant.objects.get(state="asked").id, by=admin)
            assert end_what_ran_out() == 1
            assert SupportGrant.objects.get(id=granted).state == "ended"
            assert SupportGrant.objects.get(id=newer.id).state == "granted"
            assert operator_still_open()
            assert Invitation.objects.filter(accepted_at=None).count() == 1


def operator_still_open() -> bool:
    return User.objects.get(roles=["support"]).is_open


def test_a_refusal_makes_no_account(amber, admin, asked):
    with inside(amber):
        assert refuse_support(grant_id=asked, by=admin).state == "refused"
        assert not User.objects.filter(roles=["support"]).exists()


def test_support_opens_the_listed_pages_and_is_refused_at_every_other_address(amber, granted):
    """Exhaustive: every address there is, asked by GET and POST, with a canary in every name of the council."""
    with inside(amber):
        service = make_service()
        practitioner = make_practitioner(service, given_name=CANARY, family_name=CANARY)
        client = make_client(CANARY, CANARY)
    site = Site(amber).sign_in(operator_of(amber))
    for name, route in addresses().items():
        if RULES[name].level == 0 or name == "accounts:sign_out":
            continue
        for value in (client.id, practitioner.id):
            for ask in (site.get, site.post):
                answer = ask(filled(re.sub(r"<int:[^>]+>", "7", route), value))
                assert CANARY.encode() not in answer.content, name
                if name not in SUPPORT_SEES:
                    assert answer.status_code == 403, (name, answer.status_code)


def test_what_support_may_open_is_an_explicit_list_that_holds_nothing_about_people():
    assert set(RULES) >= SUPPORT_SEES
    assert {name for name, rule in RULES.items() if rule.opens_to_support} == SUPPORT_SEES
    assert {name.split(":")[0] for name in SUPPORT_SEES} == {"accounts", "council"}
    assert not SUPPORT_SEES & {"council:notices", "network:search", "directory:people", "visits:client", "rights:queue"}


def test_support_with_another_role_beside_it_still_opens_nothing_more(amber, granted):
    with inside(amber):
        User.objects.filter(roles=["support"]).update(roles=["support", "council_admin", "practitioner"])
        user = User.objects.get(roles__contains=["support"])
    site = Site(amber).sign_in(user)
    assert site.get("/support").status_code == 403
    assert site.get("/find").status_code in {403, 404}


def test_every_page_an_operator_opens_is_in_the_councils_log_and_on_the_admins_page(amber, admin, granted):
    site = Site(amber).sign_in(operator_of(amber))
    for path in ("/", "/policy", "/support/agencies", "/support/log"):
        assert site.get(path).status_code == 200
    assert site.get("/notices").status_code == 403
    with inside(amber):
        seen = Event.objects.filter(slug=OPENED_BY_SUPPORT).order_by("at")
        assert [event.detail["page"] for event in seen] == [
            "council:home", "council:policy", "council:support_agencies", "council:support_log",
        ]  # fmt: skip
    page = Site(amber).sign_in(admin).get(f"/support/requests/{granted}").content.decode()
    for words in ("Agencies and service types", "What I opened", "(refused)", "Withdraw access now"):
        assert words in page


def test_the_policy_is_shown_to_support_without_a_button_and_without_a_name(amber, admin, granted):
    from core.consent.actions_policy import record_first_policy
    from core.consent.packs_in_use import packs
    from core.consent.policy import starting_policy

    with inside(amber):
        card = make_practitioner(make_service(), given_name=CANARY, family_name=CANARY, roles=("ig_officer",))
        record_first_policy(
            pack=packs()["gb-eng"], tightening=starting_policy(packs()["gb-eng"]).tightening, by=card.user
        )
    page = Site(amber).sign_in(operator_of(amber)).get("/policy").content.decode()
    assert "Dated history" in page
    assert CANARY not in page
    assert "Prepare a change" not in page
    assert CANARY in Site(amber).sign_in(admin).get("/policy").content.decode()


def test_agencies_named_after_a_person_are_shown_to_support_without_their_name(amber, granted):
    with inside(amber):
        make_practitioner(make_service(), given_name="Zola", family_name=CANARY)
        make_client("Yann", CANARY)
        for name in (
            f"zola {CANARY} Childminding",
            f"Friends of Yann {CANARY}",
            "Nursery 07700 900123",
            "Harbour Midwives",
        ):
            make_service(make_agency(name))
    page = Site(amber).sign_in(operator_of(amber)).get("/support/agencies").content.decode()
    assert CANARY.casefold() not in page.casefold()
    assert "900123" not in page
    assert page.count("an agency named after a person") == 3
    assert "Harbour Midwives" in page


def test_own_words_that_name_somebody_are_kept_back_from_support_alone(amber, admin, granted):
    from core.consent.actions_policy import record_first_policy
    from core.consent.own_words import words_by_path
    from core.consent.packs_in_use import packs
    from core.consent.policy import starting_policy

    pack = packs()["gb-eng"]
    paths = list(words_by_path(pack))[:4]
    own = [f"Ask Zola {CANARY} first.", f"Write to {CANARY}@council.example.", "Ring 01632 960 123.", "That is fine."]
    with inside(amber):
        card = make_practitioner(make_service(), given_name="Zola", family_name=CANARY, roles=("ig_officer",))
        tighter = replace(starting_policy(pack).tightening, wording=dict(zip(paths, own, strict=True)))
        record_first_policy(pack=pack, tightening=tighter, by=card.user)
    page = Site(amber).sign_in(operator_of(amber)).get("/policy").content.decode()
    assert CANARY not in page
    assert "960 123" not in page
    assert page.count("words that name somebody, which are not shown here") == 3
    assert "That is fine." in page
    theirs = Site(amber).sign_in(admin).get("/policy").content.decode()
    assert all(words in theirs for words in own)


def test_granting_asks_once_more_who_one_is(amber, admin, asked):
    site = Site(amber).sign_in(admin)
    path = f"/support/requests/{asked}"
    with time_machine.travel(clock.now() + PROOF_LASTS + timedelta(seconds=1), tick=True):
        answer = site.post(path, {"do": "grant"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:confirm"))
    with inside(amber):
        assert SupportGrant.objects.get().state == "asked"
    site = Site(amber).sign_in(admin)
    assert site.post(path, {"do": "grant"}, follow=True).status_code == 200
    with inside(amber):
        assert SupportGrant.objects.get().state == "granted"
    assert "Withdrawn" in site.post(path, {"do": "withdraw"}, follow=True).content.decode()


def test_nonsense_and_an_answer_too_late_change_nothing(amber, admin, asked):
    site = Site(amber).sign_in(admin)
    path = f"/support/requests/{asked}"
    assert site.post(path, {"do": "dance"}).status_code == 422
    assert "Refused" in site.post(path, {"do": "refuse"}, follow=True).content.decode()
    assert "answered this request already" in site.post(path, {"do": "grant"}, follow=True).content.decode()
    assert site.get(f"/support/requests/{uuid4()}").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COUNCIL_ADMIN, Role.IG_OFFICER)])
def test_support_access_is_for_admins_and_officers_to_decide(amber, asked, role):
    with inside(amber):
        user = make_user(roles=(role.value,))
    assert Site(amber).sign_in(user).get("/support").status_code == 403
