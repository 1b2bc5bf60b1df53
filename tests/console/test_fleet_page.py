"""The fleet's page: how far every deployment's councils are, here and elsewhere, and the button that asks for more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenants.context import shared
from tests.console.conftest import log_slugs
from tests.tenants.broken_values import BROKEN

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

SAID = {
    "councils": 40, "current": 38, "behind_count": 2, "behind": [{"id": "1", "name": "Larch", "error": "DuplicateTable (42P07)"}],
    "is_open": False, "drift": {"checked_at": "2026-11-20T01:30:00+00:00", "differing": [{"id": "1", "name": "Oak", "differences": "extra column a.b"}]},
    "runs": [{"id": "1", "work": "migrate", "state": "stopped", "note": "Stopped: 2 of 4 councils failed.", "started_by": "Otto",
              "started_at": "2026-11-21T08:00:00+00:00", "heartbeat_at": "2026-11-21T08:01:00+00:00", "finished_at": None,
              "is_silent": False, "waves": [{"wave": 0, "total": 3, "done": 3, "failed": 0, "skipped": 0, "left": 0},
                                            {"wave": 2, "total": 4, "done": 1, "failed": 2, "skipped": 0, "left": 1}],
              "failed": [{"id": "1", "name": "Larch", "error": "DuplicateTable (42P07)"}]}],
}  # fmt: skip


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def local(console):
    """This very installation, as the console knows it."""
    from console.models import Deployment

    with shared():
        found, _new = Deployment.objects.get_or_create(port="local", defaults={"name": "Here", "region": "uk"})
    return found


def say(console, fleet) -> None:
    from console.models import Deployment
    from core import clock

    with shared():
        Deployment.objects.filter(id=console.deployment.id).update(
            said={"fleet": fleet}, seen_at=clock.now() - timedelta(minutes=7)
        )


def test_a_deployment_elsewhere_is_shown_as_it_was_last_heard_with_its_age(console):
    say(console, SAID)
    page = text(console.browser().get("/fleet"))
    for words in ("38 of 40 councils are on this release.", "2 behind", "7 minutes ago", "stopped after failures", "Stopped: 2 of 4 councils failed.",
                  "Canary councils", "Ten per cent of the others", "1 council failed", "DuplicateTable (42P07)", "extra column a.b", "Go on"):  # fmt: skip
        assert words in page, words


def test_a_deployment_that_is_away_says_so_and_one_never_heard_too(console):
    from console.models import Deployment
    from core import clock

    assert "It was never heard." in text(console.browser().get("/fleet"))
    say(console, SAID)
    with shared():
        Deployment.objects.update(failing_since=clock.now(), failure="unreachable")
    page = text(console.browser().get("/fleet"))
    assert "it does not answer" in page
    assert "38 of 40 councils" in page


def test_a_deployment_that_talks_nonsense_breaks_no_page(console):
    browser = console.browser()
    for broken in BROKEN:
        run = {"work": broken, "state": broken, "started_at": broken, "waves": [{"wave": broken}], "failed": broken}
        for fleet in (dict.fromkeys(SAID, broken), {**SAID, "runs": [run], "drift": run, "behind": [run]}):
            say(console, fleet)
            page = browser.get("/fleet")
            assert page.status_code == 200
            assert b"<script>alert" not in page.content


def test_this_installation_is_asked_now_and_names_its_councils(console, local, amber):
    from tenants.models import SchemaStatus

    with shared():
        SchemaStatus.objects.filter(council_id=amber.id).update(fingerprint="old", error="DuplicateTable (42P07)")
    page = text(console.browser().get("/fleet"))
    assert "2 of 3 councils are on this release." in page
    assert "<strong>Amber</strong>: DuplicateTable (42P07)" in page
    assert amber.schema_name not in page


def test_asking_here_opens_a_run_once_and_is_in_the_log(console, local, amber):
    from tenants.models import FleetRun, SchemaStatus

    with shared():
        SchemaStatus.objects.filter(council_id=amber.id).update(fingerprint="old")
    browser = console.browser()
    for _twice in range(2):
        answer = browser.post(f"/fleet/{local.id}/run")
        assert answer.status_code == 302
        assert answer["Location"] == "/fleet"
    with shared():
        assert list(FleetRun.objects.values_list("work", "state", "started_by")) == [
            ("migrate", "running", "Olive Operator")
        ]
    assert log_slugs()[-1] == "console.fleet.asked"
    assert "under way" in text(browser.get("/fleet"))


def test_a_run_that_stopped_is_gone_on_with_and_its_failures_are_to_do_again(console, local, amber):
    from core import clock
    from tenants.fleet.report import code_fingerprint
    from tenants.models import FleetRun, FleetStep

    now = clock.now()
    with shared():
        run = FleetRun.objects.create(
            work="migrate",
            fingerprint=code_fingerprint(),
            state="stopped",
            started_at=now,
            heartbeat_at=now,
            finished_at=now,
            note="Stopped.",
        )
        FleetStep.objects.create(
            run=run, council_id=amber.id, schema_name=amber.schema_name, wave=0, state="failed", error="X (1)"
        )
    console.browser().post(f"/fleet/{local.id}/run")
    with shared():
        assert list(FleetRun.objects.values_list("id", "state", "finished_at")) == [(run.id, "running", None)]
        assert list(FleetStep.objects.values_list("state", flat=True)) == ["pending"]


def test_asking_elsewhere_happens_outside_of_the_request_and_a_refusal_is_in_the_log(console, monkeypatch):
    from console.actions import fleet
    from console.ports.errors import Unreachable

    asked = []

    class Port:
        def run_fleet(self, *, asked_by: str) -> None:
            asked.append(asked_by)
            if len(asked) > 1:
                raise Unreachable("No answer.")

    monkeypatch.setattr(fleet, "port_for", lambda deployment: Port())
    assert console.browser().post(f"/fleet/{console.deployment.id}/run").status_code == 302
    assert asked == []
    fleet.ask_deployment(deployment_id=console.deployment.id, asked_by="Olive Operator")
    assert asked == ["Olive Operator"]
    assert log_slugs()[-1] == "console.fleet.asked"
    fleet.ask_deployment(deployment_id=console.deployment.id, asked_by="Olive Operator")
    assert log_slugs()[-1] == "console.fleet.not_asked"


def test_an_auditor_sees_the_fleet_and_has_no_button(console):
    say(console, SAID)
    browser = console.browser("Ada Auditor", "auditor")
    page = text(browser.get("/fleet"))
    assert "38 of 40 councils" in page
    assert "Go on" not in page
    assert browser.post(f"/fleet/{console.deployment.id}/run").status_code in (403, 404)
