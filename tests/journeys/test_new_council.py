"""An operator brings a fourth council live: the task list, the making with real workers, its first administrator, the
checks and the last click. In a browser, on a database and a broker of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.request import Request, urlopen

import pyotp
import pytest
from playwright.sync_api import Page

from core import clock
from tests import bootstrap
from tests.broker import Broker
from tests.journeys.conftest import Stage, Visitor
from tests.own import BIN, Own, wait_until

pytestmark = pytest.mark.slow

ADMIN = "ada.first@council.example"
PASSWORD = "a patient green kettle"
OPERATORS = """
import json
from tenants.context import shared
from tests.factories.console import make_operator
from tests.factories.site import session_for
from tests.journeys.conftest import VIEWS
made = {}
with shared():
    for view in VIEWS:
        made[f"olive-{view}"] = {"session": session_for(make_operator(f"Olive {view}", "operator").user)}
print(json.dumps(made))
"""


@pytest.fixture(params=["wide", "narrow-no-script"])
def view(request: pytest.FixtureRequest) -> str:
    """Two views: this journey starts five processes."""
    return request.param


@pytest.fixture(scope="module")
def stage(django_db_setup: None, cluster: object) -> Iterator[Stage]:
    """The site with its workers, its migrator and its scheduler, all real."""
    broker, own = Broker(), Own(cluster, "newcouncil")
    own.variables |= {
        "BROKER_URL": broker.url, "PATCHWORK_DEPLOYMENT_NAME": "United Kingdom", "PATCHWORK_REGION": "uk",
        "PATCHWORK_STATE": str(bootstrap.RUN / "newcouncil"), "SESSION_IDLE_SECONDS": "900",
    }  # fmt: skip
    try:
        people = json.loads(own.python(OPERATORS).stdout.splitlines()[-1])
        own.manage("sync_deployments")
        celery = (str(BIN / "celery"), "-A", "config")
        quiet = ("--pool", "threads", "--loglevel", "warning", "--without-mingle", "--without-gossip")
        own.start(*celery, "worker", "--concurrency", "2", *quiet)
        own.variables["PATCHWORK_PROCESS"] = "migrator"
        own.start(*celery, "worker", "--queues", "migrator", "--concurrency", "1", *quiet)
        del own.variables["PATCHWORK_PROCESS"]
        beat = str(bootstrap.RUN / "newcouncil-beat")
        own.start(*celery, "beat", "--loglevel", "warning", "--schedule", beat, "--pidfile", "")
        port = own.serve()
        # The first page of a process takes its time, beside four others that start.
        request = Request(f"http://127.0.0.1:{port}/sign-in", headers={"Host": "console.localhost"})
        assert urlopen(request, timeout=90).status == 200  # noqa: S310  # our own server
        yield Stage(own, port, people)
    finally:
        own.end()
        broker.stop()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def answer(olive: Visitor, task: str) -> None:
    """Open a task of the list; what follows fills it in."""
    olive.page.get_by_role("link", name=task, exact=True).click()


def save(olive: Visitor) -> None:
    press(olive.page, "Save")
    assert olive.page.get_by_text("Saved.").is_visible(), olive.page.inner_text("body")


def mail_to(address: str) -> str:
    """The newest mail to someone, once it is there."""
    folder = bootstrap.RUN / "newcouncil" / "mail"

    def found() -> list[str]:
        texts = [file.read_text() for file in sorted(folder.glob("*"))] if folder.is_dir() else []
        return [text for text in texts if f"To: {address}" in text]

    wait_until(found, f"no mail came to {address}", seconds=90)
    return found()[-1]


def look_again(page: Page) -> bool:
    page.reload()
    return True


def button(page: Page, name: str) -> bool:
    return page.get_by_role("button", name=name, exact=True).count() == 1


def until(page: Page, words: str) -> None:
    """Look again, as someone without scripts would, until the page says it."""

    def says() -> bool:
        look_again(page)
        return words in " ".join(page.inner_text("main").split())

    wait_until(says, f"the page never said {words!r}", seconds=120)


@pytest.mark.timeout(420)
def test_an_operator_brings_a_council_live_and_its_administrator_signs_in(visitors, view, stage):
    olive: Visitor = visitors("olive", council="console")
    page, host, admin = olive.page, f"{view}.fourth.localhost", f"{view}.{ADMIN}"
    olive.go("/new/start", council="console")
    page.get_by_label("Name of the council").fill("Fourth")
    press(page, "Begin")
    olive.look("new-council-tasks")

    answer(olive, "Name and hosts")
    page.get_by_label("Host names").fill("10.0.0.1")
    press(page, "Save")
    assert olive.says("10.0.0.1"), "what was typed is kept"
    assert page.get_by_role("alert").is_visible() or page.locator(".govuk-error-summary").is_visible()
    page.get_by_label("Host names").fill(host)
    save(olive)
    answer(olive, "Region and deployment")
    page.get_by_label("United Kingdom: UK").check()
    save(olive)
    answer(olive, "Law pack and version")
    page.locator("input[type=radio]").last.check()
    page.get_by_label(re.compile("England")).check()
    olive.look("new-council-pack")
    save(olive)
    answer(olive, "Service types")
    for group, service in (("For everyone", "Health visiting"), ("Education", "School or college")):
        page.locator("summary", has_text=group).click()
        page.get_by_label(service, exact=True).check()
    save(olive)
    answer(olive, "Agencies")
    press(page, "Begin without agencies")
    for task in ("Roles", "Look"):
        answer(olive, task)
        save(olive)
    answer(olive, "Words")
    page.get_by_label("Whom people ask for help").fill("Patchwork team, 01632 960777")
    save(olive)
    answer(olive, "Retention")
    page.get_by_label("The council knows the law pack's periods").check()
    save(olive)
    answer(olive, "First administrator")
    page.get_by_label("Work e-mail address").fill(admin)
    save(olive)
    answer(olive, "Training council")
    page.get_by_label("Make a training council too").uncheck()
    save(olive)
    page.get_by_role("button", name="Check the answers").click()
    olive.look("new-council-check")
    press(page, "Create the council")
    until(page, "ready")
    olive.look("new-council-made")

    link = re.search(r"http://\S+/join/\S+", mail_to(admin))
    assert link is not None
    ada: Visitor = visitors()
    ada.page.goto(re.sub(r"http://[^/]+", stage.address("", f"{view}.fourth"), link[0]))
    ada.page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    for field in ada.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    ada.page.locator("main form button[type=submit]").last.click()
    ada.page.get_by_role("button", name=re.compile("authenticator", re.I)).or_(
        ada.page.get_by_role("link", name=re.compile("authenticator", re.I))
    ).first.click()
    secret = re.search(r"\b([A-Z2-7]{4}(?: [A-Z2-7]{1,4}){3,})\b", ada.page.inner_text("main"))
    assert secret is not None, ada.page.inner_text("main")
    ada.page.get_by_label(re.compile("code", re.I)).last.fill(pyotp.TOTP(secret[1].replace(" ", "")).now())
    ada.page.locator("main form button[type=submit]").last.click()
    ada.go("/", council=f"{view}.fourth")
    assert ada.says("To get everyone started"), ada.page.inner_text("main")
    ada.look("new-council-administrator")

    page.get_by_role("button", name="Go-live checks").click()
    olive.look("go-live-checks")
    if page.get_by_label("Who signed it off").count():
        page.get_by_label("Who signed it off").fill("Lena Law, head of information law")
        press(page, "Record the sign-off")
    signed = page.get_by_role("group", name=re.compile("Signed by both sides"))
    day = clock.today() - timedelta(days=3)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        signed.get_by_label(label).fill(str(value))
    page.get_by_label("Reference").fill("AGR-4")
    press(page, "Record the agreement")
    if page.get_by_role("button", name="Send the sign-off to the deployment").count():
        press(page, "Send the sign-off to the deployment")
    said = {"page": ""}

    def is_ready() -> bool:
        look_again(page)
        said["page"] = page.inner_text("main")
        return button(page, "Go live")

    try:
        wait_until(is_ready, "the checks were never met", seconds=170)
    except AssertionError:
        pytest.fail(said["page"] + stage.own.log()[-3000:])
    olive.look("go-live-ready")
    press(page, "Go live")
    until(page, "It is live.")
    olive.look("go-live-done")
