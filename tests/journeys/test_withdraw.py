"""A yes is taken back in one browser, and is seen to hold in another at once: on the page, in a notice, in a form."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

FAMILIES = """
import json
from datetime import date, timedelta
from core import clock
from core.directory.models import Practitioner
from tenants.context import inside
from tenants.queries import council_named
from tests.factories import make_client, make_involvement, make_publication
from tests.journeys.conftest import VIEWS

made = {}
with inside(council_named("Amber")):
    for number, view in enumerate(VIEWS):
        client = make_client("Wilma", f"Ferndale{number}", born=date(2018, 4, 3))
        for name in (("Hana", f"Dvorak{number}"), ("Sam", f"Okoro{number}"), ("Finn", f"Barlow{number}")):
            card = Practitioner.objects.get(given_name=name[0], family_name=name[1])
            make_involvement(client, card, confirmed_on=clock.today())
        from core.network.models import Involvement
        for line in Involvement.objects.filter(client=client):
            make_publication(line)
        made[view] = str(client.id)
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def families(stage):
    """A client of each view's own, supported by Hana, Sam and Finn."""
    return json.loads(stage.own.python(FAMILIES).stdout.splitlines()[-1])


def test_a_yes_taken_back_in_one_browser_holds_in_the_other_at_once(visitors, families, view):
    wilma = f"/clients/{families[view]}"
    hana, sam, finn = visitors("hana"), visitors("sam"), visitors("finn")
    sam.go(wilma)
    assert sam.says("Hana Dvorak")
    sam.page.get_by_role("button", name="Invite a colleague").first.click()
    sam.page.wait_for_selector("[name=q]")

    finn.go(wilma)
    finn.page.get_by_role("link", name="They take their yes back").click()
    finn.look("withdraw")
    finn.page.get_by_role("button", name="Record it").click()
    finn.page.wait_for_selector(".govuk-error-summary")
    finn.look("withdraw-refused")
    finn.page.check("[name=said_by][value=parent]")
    finn.page.get_by_label("Sam Okoro").check()
    finn.page.get_by_role("button", name="Record it").click()
    finn.page.wait_for_selector("#people")
    expect(finn.page.get_by_text("the others do not see this line any more")).to_be_visible()
    finn.look("withdrawn")

    hana.go(wilma)
    assert not hana.says("Sam Okoro"), "seen to hold in a second browser"
    assert hana.says("Finn Barlow"), "and nothing else is changed"

    sam.page.locator("main [name=q]").fill("Codes Reed")
    sam.page.get_by_role("button", name="Find").click()
    sam.page.get_by_label("Codes Reed").first.check()
    sam.page.get_by_role("button", name="Invite", exact=True).click()
    sam.page.wait_for_selector(".govuk-error-summary")
    assert sam.says("Your own line is not shown to others yet")
    assert sam.page.get_by_label("Codes Reed").first.is_checked(), "what was chosen is kept"
    sam.look("invite-after-withdrawal")
    sam.go(wilma)
    assert sam.says("They took their yes back on")
    assert sam.says("Do not ask again for 30 days")
    sam.look("own-line-withdrawn")
    sam.go("/notices")
    assert sam.says("A client took their yes back")

    hana.page.get_by_role("link", name="They take their yes back").click()
    hana.page.check("[name=said_by][value=parent]")
    hana.page.check("[name=what][value=everything]")
    hana.page.get_by_role("button", name="Record it").click()
    hana.page.wait_for_selector("#people")
    hana.look("everything-withdrawn")
    finn.go(wilma)
    assert not finn.says("Hana Dvorak")
    assert finn.says("They took their yes back on")
