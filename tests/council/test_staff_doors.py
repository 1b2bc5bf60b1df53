"""The doors of people's sign-in: asked anew who it is, a way back that waits while suspended, differences in words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from core import clock
from core.accounts.models import Invitation, User
from core.accounts.sessions import PROOF_LASTS
from core.council.staff_queries import person
from tenants.context import inside
from tenants.routing import hosts
from tests.factories import make_service, make_user, make_viewer
from tests.factories.site import Site


@pytest.fixture
def admin(amber):
    with inside(amber):
        return make_user("ada@council.example", roles=("council_admin",))


@pytest.fixture
def worker(amber):
    with inside(amber):
        return make_viewer()


SENSITIVE = (
    ("/staff/{0}/roles", {"roles": ["auditor"]}),
    ("/staff/{0}/invite", {"roles": ["auditor"]}),
    ("/staff/accounts", {"roles": ["auditor"], "email": "typed@council.example"}),
    ("/staff/{0}/close", {}),
    ("/staff/{0}/open", {}),
    ("/staff/accounts/{1}", {}),
    ("/staff/accounts/{1}/open", {}),
)


@pytest.mark.parametrize(("path", "sent"), SENSITIVE)
def test_what_weighs_asks_once_more_who_it_is_and_keeps_what_was_typed(amber, admin, worker, path, sent):
    site = Site(amber).sign_in(admin)
    with time_machine.travel(clock.now() + PROOF_LASTS + timedelta(minutes=1), tick=False):
        answer = site.post(path.format(worker.id, worker.user_id), sent)
        assert answer["Location"].startswith("/my-sign-in/confirm?next=")
        if sent:
            draft = re.search(r"%2Fdrafts%2F[0-9a-f-]+", answer["Location"])[0].replace("%2F", "/")
            assert "auditor" in site.get(draft).content.decode()
    with inside(amber, actor="test"):
        user = User.objects.get(id=worker.user_id)
        assert (user.roles, user.is_active) == (["practitioner"], True)
        assert not Invitation.objects.exists()


def test_an_account_without_a_card_is_closed_while_suspended_and_opened_only_afterwards(amber, admin, monkeypatch):
    with inside(amber):
        other = make_user("otto@council.example", roles=("auditor",))
    site = Site(amber).sign_in(admin)
    here = replace(amber, state="suspended", suspended_from="live", suspended_contact="Dana Okoro, 020 7946 0123")
    with monkeypatch.context() as patch:
        patch.setattr(hosts, "council", lambda _host: here)
        assert site.post(f"/staff/accounts/{other.id}", {"open": "1"}).status_code == 302
        assert site.post(f"/staff/accounts/{other.id}/open").status_code == 403
        with inside(amber, actor="test"):
            assert not User.objects.get(id=other.id).is_active
    assert f"/staff/accounts/{other.id}/open" in site.get("/staff/accounts").content.decode()
    assert site.post(f"/staff/accounts/{other.id}/open").status_code == 302
    with inside(amber, actor="test"):
        assert User.objects.get(id=other.id).is_active


def test_every_difference_of_a_second_save_is_said_in_words(amber, admin, worker):
    with inside(amber, actor="test"):
        shown = person(worker.id)
        elsewhere = make_service()
        label = elsewhere.service_type.label
        agency = elsewhere.agency.name
    typed = {
        "given_name": shown.given_name, "family_name": shown.family_name, "job_title": shown.job_title,
        "employment": shown.employment, "email": "worker@agency.example", "version": shown.version,
    }  # fmt: skip
    theirs = {**typed, "agency_id": str(shown.agency_id), "services": [str(one) for one in shown.services]}
    site = Site(amber).sign_in(admin)
    assert site.post(f"/staff/{worker.id}/change", theirs).status_code == 302
    mine = {
        **typed, "agency_id": str(elsewhere.agency_id), "services": [str(elsewhere.id)],
        "managed": [str(elsewhere.id)], "cleared_until": "1 March 2027",
    }  # fmt: skip
    late = site.post(f"/staff/{worker.id}/change", mine)
    assert late.status_code == 409
    table = re.search(r"<table.*?</table>", late.content.decode(), re.DOTALL)[0]
    for words in ("Agency", agency, label, "Services they work in", "Services whose involvements", "1 March 2027"):
        assert words in table, words


RACE = """
import json, threading
from django.db import connections
from core.council.actions.staff import close_sign_in
from core.accounts.models import User
from tenants.context import inside
from tenants.queries import council_at
from tests.factories import make_user

council = council_at("amber.localhost")
with inside(council, actor="test"):
    admins = [make_user(f"racer{n}@council.example", roles=("council_admin",)) for n in range(2)]
    User.objects.exclude(id__in=[one.id for one in admins]).update(roles=["practitioner"])
start, said = threading.Barrier(2), []

def run(by, other):
    start.wait()
    try:
        with inside(council, actor="test"):
            close_sign_in(user_id=other.id, by=by)
        said.append("closed")
    except Exception as error:
        said.append(type(error).__name__)
    finally:
        connections.close_all()

for _round in range(4):
    with inside(council, actor="test"):
        User.objects.filter(id__in=[one.id for one in admins]).update(is_active=True)
    threads = [threading.Thread(target=run, args=pair) for pair in (admins, admins[::-1])]
    [t.start() for t in threads]; [t.join() for t in threads]
print(json.dumps(sorted(said)))
"""


def test_two_administrators_who_close_one_another_wait_and_one_stays(own_database):
    said = json.loads(own_database.python(RACE).stdout.splitlines()[-1])
    assert said == ["LastAdministrator"] * 4 + ["closed"] * 4
