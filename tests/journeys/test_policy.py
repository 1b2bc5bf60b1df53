"""A tightened policy: prepared in plain sentences, rehearsed before anybody notices, published for a day, cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core import clock
from tests.journeys.test_find_and_add import NUMBERS


def test_an_officer_rehearses_a_tightened_policy_and_publishes_it_for_a_later_day(visitors, view):
    iris = visitors("iris")
    page = iris.page
    iris.go("/policy")
    iris.look("policy")
    page.get_by_role("button", name="Prepare a change").click()
    expect(page.get_by_role("heading", name="Draft of the policy")).to_be_visible()
    iris.look("policy-draft")

    page.get_by_role("link", name="Change services kept close").click()
    page.get_by_label("universal.school_health", exact=True).select_option("mental_health")
    iris.look("policy-services")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_text("is kept as close as a service of the class")).to_be_visible()

    page.get_by_role("link", name="Change review days").click()
    page.get_by_label("A child protection enquiry is open", exact=True).fill("400")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    iris.look("policy-refused")
    assert page.get_by_label("A child protection enquiry is open", exact=True).input_value() == "400"
    page.get_by_label("A child protection enquiry is open", exact=True).fill("30")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_text("is looked at again after 30 days")).to_be_visible()

    page.get_by_role("button", name="Rehearse it").click()
    page.get_by_role("button", name="Rehearse it").click()
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    iris.look("policy-rehearsal")
    assert iris.says("Health visitor")
    assert not iris.says("Thornbury")

    lost = page.get_by_role("listitem").filter(has_text="would no longer be seen by: Health visitor").first
    lost.get_by_role("link", name="See this client's page now and then").click()
    expect(page.get_by_role("heading", name="Under the draft")).to_be_visible()
    iris.look("policy-client")
    assert iris.says("would no longer be seen")
    family = page.get_by_role("heading", level=1).first.inner_text().split(",")[0]
    assert family.strip()
    assert family.lower() not in page.url.lower()

    page.get_by_role("link", name="Back to the rehearsal").click()
    page.get_by_role("link", name="Back to the draft").click()
    page.get_by_role("button", name="Publish it").click()
    day = clock.today() + timedelta(days=30 + NUMBERS[view])
    for part, value in {"day": day.day, "month": day.month, "year": day.year}.items():
        page.fill(f"[name=effective_from_{part}]", str(value))
    iris.look("policy-publish")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("to come", exact=True)).to_be_visible()
    iris.look("policy-published")
    page.get_by_role("button", name="Cancel before its day").click()
    expect(page.get_by_text("Cancelled: that policy will not start.")).to_be_visible()


@pytest.mark.slow
def test_the_other_sections_of_the_editor_read_well(visitors):
    iris = visitors("iris")
    iris.go("/policy")
    iris.page.get_by_role("button", name="Prepare a change").click()
    draft = iris.page.url
    for slug in ("routes", "reviews", "evidence", "sight", "words", "approvals", "freshness"):
        iris.page.goto(f"{draft}/sections/{slug}")
        iris.look(f"policy-{slug}")
        assert iris.page.get_by_role("button", name="Save in the draft").count() == 1, slug
    iris.page.goto(draft)
    iris.page.get_by_role("button", name="Throw the draft away").click()
    expect(iris.page.get_by_text("The draft was thrown away")).to_be_visible()
