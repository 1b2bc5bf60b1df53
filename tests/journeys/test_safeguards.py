"""A shield and limited sight, an approval by a lead, a message to a confidential service: each seen by everyone concerned."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import expect

WHY = "Police at the door now and nobody on the network answers"


@pytest.fixture
def hana_of(stage, view):
    """What was made for this view."""
    return stage.people[f"hana-{view}"]


def decide(visitor, answer):
    """Pick an answer and send the form that holds it."""
    visitor.page.check(f"[name=answer][value={answer}]")
    visitor.page.get_by_role("button", name="Decide").click()


def prove(visitor, person):
    """Give password and code once more, where they are asked for: the session may be older than ten minutes."""
    if "confirm" not in visitor.page.url:
        return
    visitor.page.fill("[name=password]", person["password"])
    visitor.page.fill("[name=code]", pyotp.TOTP(person["secret"]).now())
    visitor.page.locator("form:has([name=password]) button[type=submit]").click()


def test_shield_and_limited_sight(visitors, stage, view, hana_of):
    beth = f"/clients/{hana_of['shielded']}"
    hana, sam, igor, finn = visitors("hana"), visitors("sam"), visitors("igor"), visitors("finn")
    finn.go(beth)
    assert finn.page.locator("#people").count() == 1, "before the shield, anybody given the address may open it"
    hana.go(beth)
    hana.page.get_by_role("link", name="Ask for a shield").click()
    hana.page.get_by_role("button", name="Ask").click()
    hana.page.wait_for_selector(".govuk-error-summary")
    hana.look("ask-for-shield-refused")
    hana.page.check("[name=reason][value=domestic_abuse]")
    hana.page.check("[name=level][value=shielded]")
    hana.page.get_by_role("button", name="Ask").click()
    hana.page.wait_for_selector("#people")
    assert hana.says("An information-governance officer decides")
    hana.look("client-with-safeguards")

    igor.go("/shields")
    igor.look("shields")
    # Each view asks for a shield of its own; the longest waiting stands first.
    igor.page.get_by_role("link", name="Shield a client").first.click()
    igor.look("shield-request")
    assert igor.says("Hana Dvorak")
    igor.page.get_by_label("Sam Okoro").uncheck()
    decide(igor, "approve")
    expect(igor.page.get_by_text("Approved. It holds from now on")).to_be_visible()
    surname = hana_of["client_name"].split()[-1].upper()
    igor.page.get_by_role("link", name=f"{surname}, Beth").click()
    igor.look("shield")
    assert igor.says("Hana Dvorak")
    assert not igor.says("Sam Okoro")

    hana.go(beth)
    assert hana.says("Sam Okoro")
    sam.go(beth)
    assert not sam.says("Hana Dvorak"), "whoever was not named sees nobody else"
    assert finn.go(beth) == 404

    dora = visitors("dora")
    assert dora.go(beth) == 404
    assert finn.go(f"{beth}/limited-sight") == 404
    dora.go(f"{beth}/limited-sight")
    prove(dora, stage.people[f"dora-{view}"])
    dora.page.wait_for_selector("[name=text]")
    dora.look("limited-sight")
    dora.page.check("[name=reason][value=immediate_danger]")
    dora.page.fill("[name=text]", "Beth is not at home and must be found")
    dora.page.get_by_role("button", name="See this record").click()
    dora.page.wait_for_selector(".govuk-error-summary")
    dora.look("limited-sight-refused")
    assert dora.page.input_value("[name=text]") == "Beth is not at home and must be found"
    dora.page.fill("[name=text]", WHY)
    dora.page.get_by_role("button", name="See this record").click()
    dora.page.wait_for_selector("#limited")
    dora.look("client-by-limited-sight")
    assert dora.says("Hana Dvorak")

    igor.go("/notices")
    assert igor.says("for a limited time")
    igor.look("notices-of-an-officer")
    igor.go("/limited-sights")
    igor.look("limited-sights")
    igor.page.get_by_role("link", name="Dora Finch").first.click()
    assert igor.says(WHY)
    igor.page.check("[name=finding][value=justified]")
    igor.look("limited-sight-review")
    igor.page.get_by_role("button", name="Record").click()
    igor.page.wait_for_url("**/limited-sights")

    dora.page.get_by_role("button", name="End now").click()
    dora.page.wait_for_url("**/")
    assert dora.go(beth) == 404


def test_a_lead_approves_and_the_agency_named_sees_the_line(visitors, hana_of):
    clara = f"/clients/{hana_of['confidential']}"
    hana, lena, nina = visitors("hana"), visitors("lena"), visitors("nina")
    hana.go(clara)
    assert not hana.says("Nina Moss")
    nina.go(clara)
    assert nina.says("waiting for your safeguarding lead")
    nina.look("client-waiting-for-a-lead")
    lena.go("/approvals")
    lena.look("approvals")
    asked = lena.page.locator("li:has-text('Nina Moss') a[href*='/approvals/']")
    waiting = {link.get_attribute("href") for link in asked.all()}
    mine = next(path for path in sorted(waiting) if _is_about(lena, path, hana_of))
    lena.go(mine)
    lena.look("approval")
    decide(lena, "approve")
    expect(lena.page.get_by_text("Approved. The agencies named")).to_be_visible()
    lena.go("/stand-ins")
    lena.look("stand-ins")
    hana.go(clara)
    assert hana.says("Nina Moss")
    nina.go("/notices")
    assert nina.says("approved what you asked")


def _is_about(lena, path, hana_of):
    lena.go(path)
    return lena.says(f"Clara {hana_of['client_name'].split()[-1]}")


def test_a_message_reaches_a_confidential_service_and_the_sender_learns_nothing(visitors, view, hana_of):
    clara = f"/clients/{hana_of['confidential']}"
    surname = hana_of["client_name"].split()[-1].upper()
    hana, bea, otto = visitors("hana"), visitors("bea"), visitors("otto")
    hana.go(clara)
    before = hana.page.locator(".pw-person").count()
    hana.page.get_by_role("link", name="Send a message to a confidential service").click()
    hana.look("broker-ask")
    hana.page.check("[name=ask][value=call_today]")
    hana.page.get_by_role("button", name="Send", exact=True).click()
    hana.page.wait_for_selector("#people")
    assert hana.says("The broker has your message. If a service is there, it may contact you.")
    assert not hana.says("Otto")
    bea.go("/confidential-messages")
    bea.look("broker-queue")
    bea.page.get_by_role("link", name=f"{surname}, Clara").first.click()
    bea.look("broker-message")
    bea.page.get_by_label("Otto Hale").check()
    bea.page.get_by_role("button", name="Pass on to those ticked").click()
    bea.page.wait_for_url("**/confidential-messages")
    otto.go("/")
    otto.look("home-with-a-message")
    assert otto.says("Hana Dvorak")
    otto.page.get_by_role("button", name="Done").click()
    otto.page.wait_for_url("**/")
    assert not otto.says("Hana Dvorak")
    hana.go(clara)
    assert hana.page.locator(".pw-person").count() >= before
    assert not hana.says("Otto")
