"""Signing in with a second factor, by keyboard and password manager alike, with and without scripts."""

from __future__ import annotations

import pyotp


def test_sign_in_with_a_second_factor_and_see_my_clients(visitors, stage, view):
    person = stage.people[f"asks-{view}"]
    asks = visitors()
    asks.go("/")
    asks.look("sign-in")
    page = asks.page
    page.fill("[name=email]", person["email"])
    page.fill("[name=password]", "not the right one at all")
    page.press("[name=password]", "Enter")
    page.wait_for_selector(".govuk-error-summary")
    asks.look("sign-in-refused")
    assert page.input_value("[name=email]") == person["email"]
    page.fill("[name=password]", person["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_selector("[name=code]")
    asks.look("second-factor")
    page.fill("[name=code]", pyotp.TOTP(person["secret"]).now())
    page.press("[name=code]", "Enter")
    page.wait_for_selector("h1:has-text('My clients')")
    asks.look("home-empty")
    page.locator("nav").first.wait_for()
    asks.go("/my-sign-in")
    asks.look("my-sign-in")


def test_a_page_asked_for_before_signing_in_is_shown_after_it(visitors, stage, view):
    person = stage.people[f"codes-{view}"]
    codes = visitors()
    codes.go("/card")
    page = codes.page
    page.fill("[name=email]", person["email"])
    page.fill("[name=password]", person["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_selector("[name=code]")
    page.fill("[name=code]", pyotp.TOTP(person["secret"]).now())
    page.press("[name=code]", "Enter")
    page.wait_for_url("**/card")
    assert codes.says("My card")
    codes.look("card")
