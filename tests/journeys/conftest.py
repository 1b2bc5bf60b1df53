"""A real site on a database of its own, and a real Chromium at four views: wide and narrow, with and without scripts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import bootstrap

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
VIEWS = {"wide": (1280, True), "narrow": (375, True), "wide-no-script": (1280, False), "narrow-no-script": (375, False)}
SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
axe = Axe()


@dataclass
class Stage:
    """The running site and who can use it. `sessions` holds a signed-in session's key for each person."""

    own: object
    port: int
    people: dict[str, dict[str, str]]

    def address(self, path: str = "/", council: str = "amber") -> str:
        return f"http://{council}.localhost:{self.port}{path}"


@pytest.fixture(scope="session")
def stage(django_db_setup: None, cluster: object) -> Iterator[Stage]:
    """The site for all journeys; each view has people and clients of its own, so that journeys don't meet."""
    from tests.own import Own

    own = Own(cluster, "journeys")
    made = own.python((Path(__file__).parent / "people.py").read_text(encoding="utf-8"))
    own.variables["SESSION_IDLE_SECONDS"] = "900"
    yield Stage(own, own.serve(), json.loads(made.stdout.splitlines()[-1]))
    own.end()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ends with its module: while the driver runs, Django takes this thread for an asynchronous one."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


MAIN_JOB = ("test_sign_in.py", "test_find_and_add.py", "test_network.py")
MAIN_VIEWS = ("wide", "narrow-no-script")
"""The views that differ most: the main job is walked in both, other journeys in the first; the rest by `make test-slow`."""


@pytest.fixture(params=list(VIEWS))
def view(request: pytest.FixtureRequest) -> str:
    """Each of the four views in turn."""
    return request.param


class Visitor:
    """One person in one browser window: asks axe about every page they come to, and fails on any error of the page's."""

    def __init__(self, stage: Stage, context: BrowserContext, view: str) -> None:
        self.stage, self.context, self.view = stage, context, view
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.wrong: list[str] = []
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    @property
    def has_script(self) -> bool:
        return VIEWS[self.view][1]

    def go(self, path: str, council: str = "amber") -> int:
        answer = self.page.goto(self.stage.address(path, council))
        assert answer is not None
        return answer.status

    def look(self, name: str) -> None:
        """Keep a picture of this page, and have axe find nothing on it."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}-{self.view}.png"), full_page=True)
        if self.has_script:
            found = axe.run(self.page).response["violations"]
            assert found == [], [(v["id"], [n["html"] for n in v["nodes"]]) for v in found]
        wide = (
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            if self.has_script
            else False
        )
        assert not wide, f"{name} has to be scrolled sideways"

    def says(self, words: str) -> bool:
        return words in " ".join(self.page.inner_text("body").split())


@pytest.fixture
def visitors(stage: Stage, chromium: Browser, view: str) -> Iterator[object]:
    """Makes visitors: `visitors("hana")` is signed in already, `visitors()` is a stranger."""
    made: list[Visitor] = []

    def visit(person: str | None = None, *, council: str = "amber") -> Visitor:
        width, scripts = VIEWS[view]
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        if person:
            key = stage.people[f"{person}-{view}"]["session"]
            context.add_cookies([{"name": "session", "value": key, "url": stage.address("/", council)}])
        made.append(Visitor(stage, context, view))
        return made[-1]

    yield visit
    wrong = [problem for visitor in made for problem in visitor.wrong if "404" not in problem and "422" not in problem]
    for visitor in made:
        visitor.context.close()
    assert wrong == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" not in item.path.parts:
            continue
        item.add_marker(pytest.mark.journey)
        walked = item.callspec.params.get("view", "wide") if hasattr(item, "callspec") else "wide"
        if walked not in (MAIN_VIEWS if item.path.name in MAIN_JOB else MAIN_VIEWS[:1]):
            item.add_marker(pytest.mark.slow)


assert bootstrap.RUN
