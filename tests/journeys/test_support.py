"""A council admin lets an operator in for some hours and takes it back: what the operator has open ends at once."""

from __future__ import annotations

import json
import re

import pyotp
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

PASSWORD = "a patient green kettle"
ASK = """
import json
from uuid import uuid4
from core.council.actions.offers import receive as offer
from core.council.actions.support import receive as ask
from core.council.furnishing import entries_offered
from core.consent.packs_in_use import packs
from tenants.context import inside
from tenants.orders.work import OrderWork
from tenants.queries import council_named
from tests.factories import make_user
from tests.factories.site import session_for

view = {view!r}
amber = council_named("Amber")
with inside(amber):
    admin = make_user(f"support-admin-{{view}}-{{uuid4().hex[:6]}}@council.example", roles=("council_admin",))
    key = session_for(admin)
if {asks}:
    asked = {{
        "request_id": str(uuid4()), "operator_name": f"Olive Operator {{view}}", "hours": 4,
        "operator_email": f"olive-{{view}}@operators.example", "approved_by_name": "Piotr Second",
        "reason": "Mails of the daily digest do not arrive.",
    }}
    ask(OrderWork(uuid4(), amber.id, "support", asked, {{}}, "Olive Operator"))
codes = list(entries_offered(packs()["gb-eng"]))
release = {{
    "id": str(uuid4()), "kind": "template", "slug": f"youth-{{view}}", "version": "3", "title": f"Youth services {{view}}",
    "notes": "For councils with a youth service of their own.", "checksum": "c" * 64,
    "content": {{
        "service_types": codes[2:20], "roles": {{codes[2]: ["mentor", "youth worker"]}},
        "words": {{"conversation.if_no": "That is fine: we go on helping you."}},
        "tightening": {{"hides_masked": True, "review_days": {{"en.s47": 20}}}},
    }},
}}
if not {asks}:
    offer(OrderWork(uuid4(), amber.id, "offer", {{"release": release}}, {{}}, "Olive Operator"))
print(json.dumps({{"session": key}}))
"""
LINK = """
import json
from core.notices.models import OutboxItem
from tenants.context import inside
from tenants.queries import council_named
with inside(council_named("Amber")):
    mails = OutboxItem.objects.filter(kind="mail", done_at=None).order_by("-created_at")
    print(json.dumps([one.payload["text"] for one in mails if one.payload["to"] == "olive-{view}@operators.example"]))
"""


@pytest.fixture
def admin(stage, visitors, view, request):
    """The council's admin, signed in, with a request or an offer before them."""
    asks = "operator" in request.node.name
    said = stage.own.python(ASK.format(view=view, asks=asks)).stdout.splitlines()[-1]
    stage.people[f"admin-{view}"] = json.loads(said)
    return visitors("admin")


def join(stage, olive, view) -> None:
    """Follow the mailed link: a password, an authenticator app."""
    text = json.loads(stage.own.python(LINK.format(view=view)).stdout.splitlines()[-1])[0]
    link = re.search(r"http://\S+(/join/\S+)", text)
    assert link is not None
    olive.go(link[1])
    for field in olive.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    olive.page.locator("main form button[type=submit]").last.click()
    way = re.compile("authenticator", re.I)
    olive.page.get_by_role("button", name=way).or_(olive.page.get_by_role("link", name=way)).first.click()
    secret = re.search(r"\b([A-Z2-7]{4}(?: [A-Z2-7]{1,4}){3,})\b", olive.page.inner_text("main"))
    assert secret is not None
    olive.page.get_by_label(re.compile("code", re.I)).last.fill(pyotp.TOTP(secret[1].replace(" ", "")).now())
    olive.page.locator("main form button[type=submit]").last.click()


def test_an_operator_is_let_in_and_put_out_again_by_the_council(stage, visitors, admin, view):
    page = admin.page
    admin.go("/support")
    admin.look("support")
    page.get_by_role("link", name=f"Olive Operator {view}", exact=True).click()
    admin.look("support-asked")
    page.get_by_role("button", name="Grant access").click()
    expect(page.get_by_role("button", name="Withdraw access now")).to_be_visible()
    admin.look("support-granted")

    olive = visitors()
    join(stage, olive, view)
    olive.go("/")
    expect(olive.page.get_by_text("This council let you in until")).to_be_visible()
    olive.look("support-operator-home")
    for link, heading in (("Agencies and service types", "Agencies and service types"), ("Policy", "Dated history")):
        olive.page.get_by_role("main").get_by_role("link", name=link, exact=True).click()
        expect(olive.page.get_by_role("heading", name=heading).first).to_be_visible()
        olive.look(f"support-operator-{link.split()[0].lower()}")
        assert olive.page.get_by_role("main").get_by_role("button").count() == 0
        olive.go("/")
    assert not olive.says("Thornbury")
    olive.wrong = [one for one in olive.wrong if "403" not in one]
    assert olive.go("/notices") == 403
    olive.wrong = [one for one in olive.wrong if "403" not in one]

    page.reload()
    assert admin.says("Agencies and service types")
    assert admin.says("The council's own pages (refused)")
    admin.look("support-opened")
    page.get_by_role("button", name="Withdraw access now").click()
    expect(page.get_by_text("Withdrawn. Whatever they had open has ended.")).to_be_visible()
    admin.look("support-withdrawn")
    olive.go("/support/agencies")
    assert "/sign-in" in olive.page.url


def test_a_release_is_read_and_adopted_as_a_draft(admin, view):
    page = admin.page
    admin.go("/releases")
    admin.look("releases")
    page.get_by_role("link", name=f"Youth services {view}", exact=True).click()
    expect(page.get_by_text("What would change here")).to_be_visible()
    admin.look("release")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Declined. Everything stays as it is.")).to_be_visible()
