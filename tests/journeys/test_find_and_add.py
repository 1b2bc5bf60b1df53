"""Finding a client by a misspelt name, and adding one within the budget: interactions, page loads and keystrokes counted."""

from __future__ import annotations

from tests.journeys.conftest import Visitor

NUMBERS = {"wide": 0, "narrow": 1, "wide-no-script": 2, "narrow-no-script": 3}
NEW = {
    "wide": "Zara Quill 3/4/2015",
    "narrow": "Yusuf Penn 5/6/2014",
    "wide-no-script": "Wren Oakes 7/8/2013",
    "narrow-no-script": "Vikram Dale 9/1/2012",
}


def search_from_home(visitor: Visitor, text: str) -> None:
    visitor.go("/")
    visitor.page.fill("#pw-search", text)
    visitor.page.press("#pw-search", "Enter")
    visitor.page.wait_for_selector("#search-results")


def test_a_client_is_found_by_a_misspelt_name_surname_first(visitors, view):
    hana = visitors("hana")
    search_from_home(hana, f"Thornbruy{NUMBERS[view]} Amelia")
    hana.look("search-results")
    assert "Thornb" not in hana.page.url
    hana.page.click(f"text=/THORNBURY{NUMBERS[view]}, Amelia/i")
    hana.page.wait_for_selector("#people")
    assert hana.says("Amelia")
    assert hana.says("School nurse")


def test_nobody_found_says_what_to_do_next(visitors):
    hana = visitors("hana")
    search_from_home(hana, "Nobody Ofthatname")
    hana.look("search-nobody")
    assert hana.says("Not listed on Patchwork?")


class Budget:
    """Counts what someone has to do."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.keys, self.interactions = visitor, 0, 0
        self.pages: list[str] = []
        self.begun_at = visitor.page.url
        visitor.page.on("framenavigated", lambda frame: self._came_to(frame.url))

    def _came_to(self, address: str) -> None:
        # The page one starts from may still be reported after the count began.
        if self.pages or address != self.begun_at:
            self.pages.append(address)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.visitor.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.keys += 1
        self.interactions += 1
        self.visitor.page.keyboard.press(key)


def test_adding_a_client_stays_within_its_budget_without_a_mouse(visitors, view):
    hana = visitors("hana")
    hana.go("/")
    page = hana.page
    if hana.has_script:
        page.keyboard.press("/")
    else:
        page.focus("#pw-search")
    budget = Budget(hana)
    budget.type(NEW[view])
    budget.press("Enter")
    page.wait_for_url("**/search/*")  # the list under the box says the same while one types
    page.wait_for_selector("text=Not listed on Patchwork?")
    budget.press("Enter")
    page.wait_for_url("**/clients/add*")
    hana.look("add")
    if hana.has_script:
        page.wait_for_selector("input[type=radio]:focus")
    budget.press("Space")
    budget.press("Enter")
    page.wait_for_selector("#people")
    hana.look("added")
    assert hana.says(NEW[view].split()[0])
    assert hana.says("Undo")
    assert budget.interactions <= 4
    assert len(budget.pages) <= 3, budget.pages
    assert budget.keys <= 40
    print(
        f"adding a client ({view}): {budget.interactions} interactions, {len(budget.pages)} page loads, {budget.keys} keystrokes"
    )


def test_bad_input_when_adding_is_answered_in_sentences_and_keeps_what_was_typed(visitors):
    hana = visitors("hana")
    hana.go("/clients/add")
    page = hana.page
    page.fill("[name=given_name]", "x" * 10_000)
    page.fill("[name=family_name]", "Lane")
    page.fill("[name=birth_date_day]", "31")
    page.fill("[name=birth_date_month]", "2")
    page.fill("[name=birth_date_year]", "2015")
    page.locator("button:has-text('Save')").last.click()
    page.wait_for_selector(".govuk-error-summary")
    hana.look("add-refused")
    assert page.input_value("[name=family_name]") == "Lane"
    assert page.input_value("[name=birth_date_month]") == "2"
