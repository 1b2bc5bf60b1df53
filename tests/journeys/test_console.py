"""The console: two operators suspend a council, its people see whom to ring, and an auditor reads it all in the log."""

from __future__ import annotations

import pyotp
import pytest

pytestmark = pytest.mark.slow

RING = "Patchwork support, 01632 960 001"
WORK = """
from tenants.orders.working import work
from console.actions.following import follow_orders
work("app")
follow_orders()
"""
"""What workers do, here in one go: the stage has none."""


ADOPT = """
from console.models import Council, Deployment
from core import clock
from tenants.context import shared
from tenants.queries import council_named

dogwood = council_named("NAME")
with shared():
    here, _is_new = Deployment.objects.get_or_create(port="local", defaults={"name": "This machine", "region": "uk"})
    Council.objects.get_or_create(
        id=dogwood.id,
        defaults={"name": dogwood.name, "deployment": here, "hosts": [dogwood.host], "pack_id": dogwood.pack_id,
                  "state": "training", "created_at": clock.now()},
    )
"""


@pytest.fixture
def dogwood(stage, view) -> str:
    """A council that no other journey visits, one for each view: the first part of its host."""
    name = f"Dogwood {view}"
    host = name.lower().replace(" ", "-")
    stage.own.manage("create_council", name, f"{host}.localhost", "--pack", "gb-eng", "--if-missing")
    stage.own.python(ADOPT.replace("NAME", name))
    return host


def prove(visitor, stage, person: str) -> None:
    """Show once more who they are, where the page asks."""
    if "/my-sign-in/confirm" not in visitor.page.url:
        return
    known = stage.people[f"{person}-{visitor.view}"]
    visitor.page.fill("[name=password]", known["password"])
    visitor.page.fill("[name=code]", pyotp.TOTP(known["secret"]).now())
    visitor.page.get_by_role("button", name="Continue").click()


def open_council(visitor) -> None:
    """From the list to the council's page."""
    visitor.go(f"/councils?q=dogwood+{visitor.view}", "console")
    visitor.page.get_by_role("link", name=f"Dogwood {visitor.view}", exact=True).click()
    visitor.page.wait_for_selector("text=Last order")


def press(visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.wait_for_load_state()


def test_two_operators_suspend_a_council_and_an_auditor_sees_it(visitors, stage, view, dogwood):
    olive, omar = visitors("olive", council="console"), visitors("omar", council="console")
    olive.go("/", "console")
    olive.look("console-home")
    olive.go("/councils", "console")
    olive.look("console-councils")
    open_council(olive)
    olive.look("console-council")
    press(olive, "Propose to suspend")
    prove(olive, stage, "olive")
    press(olive, "Propose it")
    assert olive.says("Say whom the council's people ring")
    olive.look("console-suspend-incomplete")
    olive.page.fill("[name=contact]", RING)
    olive.page.fill("[name=reason]", "The contract ended")
    press(olive, "Propose it")
    assert olive.says("Another operator has to decide")

    omar.go("/", "console")
    omar.page.get_by_role("link", name=f"Suspend a council: Dogwood {view}", exact=True).click()
    omar.look("console-proposal")
    assert omar.says(RING)
    press(omar, "Decide")
    prove(omar, stage, "omar")
    omar.page.check("[name=approve][value=yes]")
    omar.page.fill("[name=reason]", "Checked with finance")
    omar.look("console-decide")
    press(omar, "Keep the decision")
    assert omar.says("Approved: it is being done.")
    stage.own.python(WORK)

    theirs = visitors(council=dogwood)
    theirs.go("/sign-in", dogwood)
    assert theirs.says("01632 960 001")
    theirs.look("console-suspended-council")
    open_council(olive)
    assert olive.says("Suspended: read only")
    olive.look("console-council-suspended")

    audrey = visitors("audrey", council="console")
    audrey.go(f"/log?council=dogwood+{view}", "console")
    for words in ("Made a proposal", "Approved a proposal", "Suspended a council"):
        assert audrey.says(words)
    audrey.look("console-log")
    audrey.go("/proposals", "console")
    assert audrey.says(f"Suspend a council: Dogwood {view}")
    audrey.look("console-proposals")
    audrey.go("/operators", "console")
    audrey.look("console-operators")

    open_council(olive)
    press(olive, "Resume")
    prove(olive, stage, "olive")
    olive.page.wait_for_selector("text=Its people can change things again")
    press(olive, "Resume")
    olive.page.wait_for_selector("text=The council is being resumed")
    stage.own.python(WORK)
    open_council(olive)
    assert olive.says("Training")
