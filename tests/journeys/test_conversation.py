"""The conversation: agree; refuse; a young person names one agency alone; and the same family under Victoria's scheme."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module", autouse=True)
def talkers(stage):
    """The family and who talks with them."""
    made = stage.own.python((Path(__file__).parent / "talkers.py").read_text(encoding="utf-8"))
    stage.people.update(json.loads(made.stdout.splitlines()[-1]))


@pytest.fixture
def family(stage, view):
    return stage.people[f"clients-{view}"]


def send(page) -> None:
    page.locator("form:has([name=talk-talked]) button[type=submit]").last.click()


def test_a_parent_agrees_and_the_others_see_the_line_at_once(visitors, family):
    fay, nell = visitors("fay"), visitors("nell")
    fay.go(f"/clients/{family['bella']}/talk")
    fay.look("talk")
    assert fay.says("Talk to a parent or carer with parental responsibility")
    assert fay.says("You are not added, and you still get this service")
    fay.page.get_by_role("button", name="I have talked: record it").click()
    page = fay.page
    page.wait_for_selector("[name=talk-talked]")
    page.check("[name=talk-talked][value=yes]")
    page.check("[name=talk-with_whom][value=parent]")
    page.get_by_text("Why they may decide, and what other parents say").click()
    page.check("[name=talk-beside_pr_basis][value=mother]")
    page.check("[name=talk-outcome_yes][value=agreed]")
    fay.look("talk-agreed")
    send(page)
    page.wait_for_selector("#people")
    fay.look("talk-recorded")
    nell.go(f"/clients/{family['bella']}")
    assert nell.says("Fay Lindqvist")


def test_a_no_keeps_the_line_to_its_own_practitioner(visitors, family):
    rob, nell = visitors("rob"), visitors("nell")
    rob.go(f"/clients/{family['bella']}/join")
    page = rob.page
    page.check("[name=talk-talked][value=yes]")
    page.check("[name=talk-with_whom][value=parent]")
    page.check("[name=talk-outcome_yes][value=refused]")
    rob.look("talk-refused")
    assert rob.says("I am not sharing it")
    send(page)
    page.wait_for_selector("#people")
    rob.look("talk-refused-recorded")
    assert rob.says("they said no")
    nell.go(f"/clients/{family['bella']}")
    assert not nell.says("Rob Adair")


def test_a_fifteen_year_old_lets_the_school_nurse_alone_see_it_and_the_housing_officer_sees_nothing(
    visitors, family, stage, view
):
    kit, nell, olga = visitors("kit"), visitors("nell"), visitors("olga")
    path = f"/clients/{family['kian']}"
    before = shown_to(olga, path)
    kit.go(f"{path}/talk")
    assert kit.says("no parent is needed")
    kit.look("talk-young-person")
    kit.go(f"{path}/join")
    page = kit.page
    page.check("[name=talk-talked][value=yes]")
    page.check("[name=talk-with_whom][value=self]")
    page.check("[name=talk-competent][value=yes]")
    page.check("[name=talk-beside_competence_shown][value=both]")
    page.check("[name=talk-beside_spoken_alone][value=alone]")
    page.check("[name=talk-outcome_yes][value=agreed]")
    page.check(f"[name=talk-agreed_named][value='{stage.people[f'nell-{view}']['agency']}']")
    page.check("[name=talk-agreed_withdrawal_explained]")
    kit.look("talk-young-person-agreed")
    send(page)
    page.wait_for_selector("#people")
    kit.look("talk-young-person-recorded")
    nell.go(path)
    assert nell.says("Kit Maranda")
    assert shown_to(olga, path) == before
    olga.look("talk-housing-sees-nothing")
    olga.go("/notices")
    assert not olga.says("Kit Maranda")


def shown_to(visitor, path: str) -> str:
    """What the list of people says, and its headings with any counts."""
    visitor.go(path)
    return " ".join(visitor.page.inner_text("#people").split())


def test_the_same_family_in_victoria_is_asked_for_views_under_the_scheme(visitors, view):
    may, kim = visitors("may", council="coral"), visitors("kim", council="coral")
    may.go("/clients/add", council="coral")
    page = may.page
    page.fill("[name=given_name]", "Bella")
    page.fill("[name=family_name]", f"Bellamy{view.replace('-', '')}")
    for part, value in {"day": "4", "month": "5", "year": "2023"}.items():
        page.fill(f"[name=birth_date_{part}]", value)
    page.check("[name=talk-agreed][value=more]")
    may.look("victoria-add")
    page.locator("button:has-text('Save')").last.click()
    page.wait_for_selector("[name=talk-talked]")
    page.check("[name=talk-talked][value=yes]")
    page.check("[name=talk-with_whom][value=parent]")
    page.check("[name=talk-outcome_yes][value=agreed]")
    for fact in ("promotes_child_wellbeing_or_safety", "assists_recipient_activity"):
        page.check(f"[name=talk-agreed_facts][value={fact}]")
    page.check("[name=talk-agreed_activity][value=service]")
    page.check("[name=talk-agreed_informed_status][value=told]")
    may.look("victoria-views")
    assert may.says("They support it")
    assert not may.says("They agreed")
    send(page)
    page.wait_for_selector("#people")
    may.look("victoria-recorded")
    assert may.says("Shown to the people on this network")
    assert may.says("Child Information Sharing Scheme")
    client = page.url.split("?")[0].rstrip("/").rsplit("/clients/", 1)[1].split("/")[0]
    kim.go(f"/clients/{client}/join", council="coral")
    kim.page.check("[name=talk-talked][value=not_yet]")
    send(kim.page)
    kim.page.wait_for_selector("#people")
    assert kim.says("May Nguyen")
    may.go(f"/clients/{client}", council="coral")
    assert not may.says("Kim Doyle"), "not yet discussed is not shown"


def test_the_cards_are_listed_and_read_at_320_pixels_too(visitors):
    fay = visitors("fay")
    fay.go("/materials")
    fay.look("materials")
    assert fay.says("Is this big brother?")
    assert fay.page.locator("a[href*='/materials/']").count() >= 10
