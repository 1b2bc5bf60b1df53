"""The smaller demonstration councils, loaded by the commands in a database of their own: full pages, and who signs in."""

import json

import pytest

from core.exchange.samples import read_samples

PACKS = {"Brighton": "gb-eng", "Victoria": "au-vic"}

pytestmark = pytest.mark.slow

LOOK = """
import json, re
from collections import Counter
from django.test import Client as Browser
from core.accounts.models import User
from core.directory.viewers import viewer_of
from core.exchange.samples import sample_of
from core.network.models import Approval, BrokerMessage, Involvement, NetworkInvitation, Publication, Reminder
from core.network.policies import visible_to
from core.network.policies.limited import may_ever_ask
from core.notices.models import Notice
from core.people.models import Client
from tenants.context import inside
from tenants.queries import council_named
from tests.factories.site import Site

council = council_named({name!r})
found = {{"people": {{}}, "pages": []}}
with inside(council, actor="test"):
    standard = Involvement.objects.filter(
        ended_on=None, service__service_type__sensitivity="standard", practitioner__left_on=None
    )
    sensitive = Involvement.objects.filter(ended_on=None).exclude(service__service_type__sensitivity="standard")
    found["standard"] = standard.count()
    found["standard_shown"] = standard.filter(publications__isnull=False).distinct().count()
    found["sensitive"] = sensitive.count()
    found["sensitive_shown"] = sensitive.filter(publications__isnull=False).distinct().count()
    found["sensitive_to_all"] = Publication.objects.filter(
        involvement__in=sensitive, visibility="network"
    ).count()
    found["done_but_hidden"] = Reminder.objects.filter(
        done_at__isnull=False, involvement__publications=None
    ).count()
    found["leads"] = Involvement.objects.filter(is_lead=True).count()
    found["phones"] = sorted({{phone[:3] for phone in Client.objects.values_list("phone", flat=True) if phone}})
    found["postcodes"] = sorted(
        {{re.sub("[0-9]", "9", code) for code in Client.objects.values_list("postcode", flat=True) if code}}
    )
    users = {{user.email: user for user in User.objects.all()}}
    viewers = {{}}
    for account in sample_of(council.name).accounts:
        user = users[account.email]
        viewer = viewers[account.email] = viewer_of(user)
        found["people"][account.email] = {{
            "password": user.check_password("patchwork-demo"),
            "clients": visible_to(viewer).filter(practitioner_id=viewer.id).count() if viewer else 0,
            "seen": visible_to(viewer).count() if viewer else 0,
            "notices": Notice.objects.filter(user=user).count(),
            "invited": NetworkInvitation.objects.filter(practitioner__user=user, answer="waiting").count(),
            "roles": sorted(user.roles),
        }}
    found["holders"] = dict(Counter(role for one in found["people"].values() for role in one["roles"]))
    found["on_duty"] = sum(1 for viewer in viewers.values() if viewer and may_ever_ask(viewer) and viewer.functions)
    kinds = Counter(Approval.objects.filter(state="waiting").values_list("kind", flat=True))
    found["waiting"] = {{**kinds, "messages": BrokerMessage.objects.count()}}
    others = [user for email, user in users.items() if email not in found["people"]]
    found["others_can_sign_in"] = sum(user.has_usable_password() for user in others)
    shown = None
    for email, viewer in viewers.items():
        for line in visible_to(viewer).exclude(practitioner_id=viewer.id) if viewer else ():
            shown = shown or (viewer, line.client_id, line.practitioner.family_name)
site = Site(council).sign_in(shown[0])
page = site.get(f"/clients/{{shown[1]}}")
found["page"] = [page.status_code, shown[2] in page.content.decode()]
print(json.dumps(found))
"""


def hold(own, name):
    return json.loads(own.python(LOOK.format(name=name)).stdout.strip().splitlines()[-1])


def rows_in(own):
    """How many rows each table of each council has."""
    tables = own.sql("SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 't\\_%%'")
    return {
        table: own.sql(f'SELECT count(*) FROM "{schema}"."{name}"')[0][0]
        for schema, name in tables
        for table in [(schema, name)]
    }


@pytest.fixture
def demo(own_database):
    own_database.variables = {"PATCHWORK_MODE": "demo", "PATCHWORK_SHOW_CODES": "1"}
    return own_database


@pytest.mark.parametrize("name", ["Brighton", "Victoria"])
def test_a_small_council_is_loaded_with_full_pages_and_people_who_can_sign_in(demo, name):
    region = "au" if name == "Victoria" else "uk"
    demo.manage("create_council", name, f"{name.lower()}.localhost", "--pack", PACKS[name], "--region", region)
    said = demo.manage("load_demo", "--council", name).stdout
    assert "Written: " in said
    found = hold(demo, name)
    assert found["standard_shown"] / found["standard"] > 0.75
    assert 0 < found["sensitive_shown"] < found["sensitive"] / 2
    assert found["sensitive_to_all"] == found["done_but_hidden"] == 0
    assert found["leads"] > 3
    assert found["others_can_sign_in"] == 0
    assert found["page"] == [200, True]
    assert found["waiting"] == {"publication": 1, "shield": 1, "messages": 1}
    wanted_roles = {"safeguarding_lead": 2, "ig_officer": 2, "broker": 1}
    assert {role: found["holders"].get(role, 0) for role in wanted_roles} == wanted_roles
    assert found["on_duty"] == 1
    wanted = {account.email for sample in read_samples() if sample.council == name for account in sample.accounts}
    assert found["people"].keys() == wanted
    assert all(one["password"] for one in found["people"].values())
    offices = ({"council_admin"}, {"ig_officer"}, {"finance_contact"})
    practitioners = [one for one in found["people"].values() if set(one["roles"]) not in offices]
    assert len(practitioners) >= 6
    assert all(one["clients"] >= 9 and one["seen"] > one["clients"] for one in practitioners)
    assert sum(one["notices"] > 0 and one["invited"] > 0 for one in practitioners) >= 4
    australian = PACKS[name] == "au-vic"
    assert found["phones"] == (["+61"] if australian else ["+44"])
    assert ("9999" in found["postcodes"]) == australian

    before = rows_in(demo)
    assert "Nothing was written" in demo.manage("load_demo", "--council", name).stdout
    assert rows_in(demo) == before

    shown = demo.manage("show_demo", "--port", "8123").stdout
    assert f"http://{name.lower()}.localhost:8123/" in shown
    assert all(email in shown for email in wanted)
    assert "patchwork-demo" in shown
    codes = demo.manage("show_codes", "--council", name).stdout
    assert all(email in codes for email in wanted)


def test_outside_of_demo_mode_nothing_is_loaded_and_nobody_is_shown(own_database):
    own_database.manage("create_council", "Brighton", "brighton.localhost", "--pack", "gb-eng")
    for command in (("load_demo", "--council", "Brighton"), ("show_demo",)):
        refused = own_database.manage(*command, check=False)
        assert refused.returncode != 0
        assert "in demo mode alone" in refused.stderr
    assert (
        own_database.python(
            "from tenants.context import inside\nfrom tenants.queries import council_named\n"
            "from core.people.models import Client\n"
            "with inside(council_named('Brighton')): print(Client.objects.count())"
        )
        .stdout.strip()
        .endswith("0")
    )


def test_a_council_without_a_sample_or_that_is_not_there_is_a_sentence(demo):
    assert "There is no sample for Amber" in demo.manage("load_demo", "--council", "Amber", check=False).stderr
    assert "There is no council called" in demo.manage("load_demo", "--council", "Nowhere", check=False).stderr
