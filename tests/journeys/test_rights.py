"""Rights: a call noted in two taps; a request taken in, seen in the officer's queue, and its pack fetched."""

from __future__ import annotations

import json
import re

import pyotp
import pytest


@pytest.fixture
def amelia(stage, view):
    """The client of this view: her page's path and her surname."""
    hana = stage.people[f"hana-{view}"]
    return f"/clients/{hana['client']}", hana["client_name"].split()[-1].upper()


def test_a_call_is_noted_in_two_taps(visitors, amelia):
    hana = visitors("hana")
    hana.go(amelia[0])
    hana.page.get_by_role("link", name=re.compile("I spoke with them")).first.click()
    hana.page.wait_for_selector("text=You spoke with")
    hana.look("rights-call")
    hana.page.get_by_role("button", name="Keep the note").first.click()
    hana.page.wait_for_selector("#people")
    assert hana.says("Noted: what you shared, with whom and when.")
    hana.page.get_by_role("link", name="Notes the law asks for").click()
    hana.look("rights-records")
    assert hana.says("What I shared after a call or a meeting")
    hana.page.get_by_role("link", name="We refused another agency's request").click()
    hana.page.get_by_role("button", name="Keep the note").click()
    hana.page.wait_for_selector(".govuk-error-summary")
    hana.look("rights-refusal-incomplete")


def test_an_access_request_goes_from_the_client_page_to_the_pack(visitors, stage, view, amelia):
    hana, ivy = visitors("hana"), visitors("ivy")
    hana.go(amelia[0])
    hana.page.get_by_role("link", name="They want to see or correct what we hold").click()
    hana.look("rights-intake")
    hana.page.check("[name=key][value='access:access']")
    hana.page.check("[name=asked_by][value=self]")
    hana.page.check("[name=is_known]")
    hana.page.get_by_role("button", name="Take it in").click()
    hana.page.wait_for_selector("#people")
    assert hana.says("Passed to your information-governance officer")

    ivy.go("/rights")
    ivy.look("rights-queue")
    assert ivy.says("due in")
    ivy.page.get_by_role("link", name=re.compile(amelia[1])).first.click()
    ivy.page.wait_for_selector("#pack")
    ivy.look("rights-request")
    pack = json.loads(_fetched(ivy, stage, view, "Make the pack (JSON)").read_bytes())
    assert pack["is_standard_only"] is False
    assert {line["role"] for line in pack["lines"]} >= {"Health visitor", "School nurse"}
    assert any(look["what"] == "Opened the page" for look in pack["looks"])
    assert _fetched(ivy, stage, view, "Make the pack (PDF)").read_bytes().startswith(b"%PDF")

    ivy.page.locator("summary", has_text="Answer it").click()
    ivy.page.check("[name=answer][value=given]")
    ivy.page.get_by_role("button", name="Keep the answer").click()
    assert ivy.says("Given in full")
    ivy.look("rights-answered")


def test_a_letter_from_a_parent_waits_for_what_the_young_person_says(visitors, amelia):
    ivy = visitors("ivy")
    ivy.go("/rights/find")
    for name, value in {
        "given_name": "Amelia",
        "family_name": amelia[1].title(),
        "birth_date_day": "3 April 2018",
    }.items():
        ivy.page.fill(f"[name={name}]", value)
    ivy.page.get_by_role("button", name="Find", exact=True).click()
    ivy.look("rights-found")
    ivy.page.get_by_role("link", name=re.compile(amelia[1])).click()
    ivy.page.check("[name=key][value='access:access']")
    ivy.page.check("[name=asked_by][value=parent]")
    ivy.page.get_by_role("button", name="Take it in").click()
    ivy.page.wait_for_selector("#pack")
    assert ivy.says("waits for proof of identity")
    assert ivy.says("Ask the person first")
    ivy.page.locator("[name=view][value=standard_only]").check()
    ivy.page.locator("form[action$='/steps/view'] button").click()
    assert ivy.says("They agree, but not to confidential services")
    ivy.look("rights-by-another")


def test_the_register_and_retention_name_nobody(visitors, amelia):
    ivy = visitors("ivy")
    for path, name in (("/rights/register", "rights-register"), ("/retention", "rights-retention")):
        assert ivy.go(path) == 200
        ivy.look(name)
        assert amelia[1] not in ivy.page.inner_text("main").upper()


def _fetched(officer, stage, view, button):
    """The file behind a button; the officer shows first that it is they, where that was long ago."""
    page = officer.page
    where = page.url
    if "/confirm" not in page.url:
        try:
            with page.expect_download(timeout=15_000) as fetched:
                page.get_by_role("button", name=button).click()
            return fetched.value.path()
        except Exception:
            if "/confirm" not in page.url:
                raise
    person = stage.people[f"ivy-{view}"]
    page.fill("[name=password]", person["password"])
    page.fill("[name=code]", pyotp.TOTP(person["secret"]).now())
    page.locator("main form button[type=submit]").last.click()
    page.goto(where)
    with page.expect_download() as fetched:
        page.get_by_role("button", name=button).click()
    return fetched.value.path()
