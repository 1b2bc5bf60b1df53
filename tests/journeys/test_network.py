"""The main job: see the three wishes, join, invite, log a contact in two taps, plan a visit; and another one sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def amelia(stage, view):
    """The client of this view: her page's path and her name."""
    hana = stage.people[f"hana-{view}"]
    return f"/clients/{hana['client']}"


def test_the_three_wishes_come_first(visitors, amelia):
    hana = visitors("hana")
    hana.go(amelia)
    hana.look("client")
    text = " ".join(hana.page.inner_text("main").split())
    assert "Sam Okoro" in text
    assert hana.page.locator("a[href^='tel:']").count() >= 2
    assert "2:30pm" in text
    assert "2 days ago" in text


def test_log_a_contact_in_two_taps_and_another_practitioner_sees_it(visitors, amelia):
    hana, sam = visitors("hana"), visitors("sam")
    hana.go("/")
    hana.page.click("text=/THORNBURY\\d, Amelia/i")
    hana.page.wait_for_selector("#people")
    hana.page.get_by_role("button", name="Phone", exact=True).first.click()
    expect(hana.page.get_by_text("Undo").first).to_be_visible()
    hana.look("contact-logged")
    sam.go(amelia)
    assert sam.says("Today, phone") or sam.says("today, phone") or sam.says("Phone today")


def test_plan_change_and_cancel_a_visit_and_another_practitioner_sees_it(visitors, amelia):
    hana, sam = visitors("hana"), visitors("sam")
    hana.go(amelia)
    hana.page.get_by_role("button", name="Plan a visit").first.click()
    hana.page.wait_for_selector("[name=on_day]")
    hana.look("plan-visit")
    for part, value in {"day": "30", "month": "2", "year": "2027"}.items():
        hana.page.fill(f"[name=on_{part}]", value)
    hana.page.get_by_role("button", name="Plan the visit").click()
    hana.page.wait_for_selector(".govuk-error-summary")
    hana.look("plan-visit-refused")
    hana.page.fill("[name=on_month]", "3")
    hana.page.fill("[name=starts_at]", "9:15")
    hana.page.get_by_role("button", name="Plan the visit").click()
    hana.page.wait_for_selector("#people")
    sam.go(amelia)
    assert sam.says("30 March")
    assert sam.says("9:15am")
    hana.page.get_by_role("link", name="Change or cancel").first.click()
    hana.page.get_by_role("button", name="Cancel this visit").click()
    hana.page.wait_for_selector("#people")
    hana.look("visit-cancelled")
    sam.go(amelia)
    assert not sam.says("30 March")


def test_join_after_the_conversation_and_the_others_are_told(visitors, amelia):
    finn, hana = visitors("finn"), visitors("hana")
    finn.go(amelia)
    assert not finn.says("Sam Okoro"), "nobody's line is seen before joining"
    finn.look("client-before-joining")
    page = finn.page
    page.check("[name$=talked][value=yes]")
    page.check("[name$=with_whom][value=parent]")
    page.check("[name$=outcome_yes][value=agreed]")
    finn.look("joining")
    page.locator("form:has([name$=talked]) button[type=submit]").last.click()
    page.wait_for_selector("#people")
    finn.look("joined")
    hana.go(amelia)
    assert hana.says("Finn Barlow")
    assert hana.says("Home safety visitor")
    hana.go("/notices")
    assert hana.says("Finn Barlow")
    hana.look("notices")


def test_invite_a_colleague_who_has_an_account(visitors, stage, amelia, view):
    hana = visitors("hana")
    hana.go(amelia)
    hana.page.get_by_role("button", name="Invite a colleague").first.click()
    hana.page.wait_for_selector("[name=q]")
    hana.page.locator("main [name=q]").fill("Codes Reed")
    hana.page.get_by_role("button", name="Find").click()
    hana.page.check(f"[value='{stage.people[f'codes-{view}']['card']}']")
    hana.look("invite")
    hana.page.get_by_role("button", name="Invite", exact=True).click()
    hana.page.wait_for_selector("#people")
    invited = visitors("codes")
    invited.go("/")
    invited.look("home-invited")
    assert invited.says("Hana Dvorak")


def test_a_practitioner_of_another_council_gets_404(visitors, stage, amelia):
    bo = visitors("bo", council="birch")
    assert bo.go(amelia, council="birch") == 404
    bo.look("not-found")
    assert not bo.says("Amelia")
