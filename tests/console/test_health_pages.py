"""Health and use: stored counts alone, hidden ones as gaps, a table beside each picture and a file of both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console import reports
from console.queries.charts import MEASURE_BY_SLUG, series_of, series_over_all, total_of
from core import clock
from tenants.context import shared
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.deployments import make_deployment, make_listed_council, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


@pytest.fixture
def world(db):
    with shared():
        operator, deployment = make_operator("Asa Auditor", "auditor"), make_deployment()
        tamworth = make_listed_council("Tamworth", deployment)
        stafford = make_listed_council("Stafford", deployment)
    return ConsoleSite().sign_in(operator), tamworth, stafford


def test_numbers_of_each_council_and_over_all(world):
    site, tamworth, stafford = world
    with shared():
        make_reading(tamworth, clients=40)
        make_reading(stafford, clients=None, p95_ms=120)
    page = " ".join(site.get("/health").content.decode().split())
    assert "Newest numbers" in page
    assert "<strong>40</strong>" in page
    assert "<strong>120 ms</strong>" in page
    assert "As a table" in page or "as a table" in page


def test_a_hidden_count_is_a_gap_and_is_said(world):
    site, tamworth, _stafford = world
    with shared():
        make_reading(tamworth, 2, clients=7)
        make_reading(tamworth, 1, clients=None)
        make_reading(tamworth, 0, clients=9)
    page = " ".join(site.get(f"/councils/{tamworth.id}/health").content.decode().split())
    assert "On 1 day the number is hidden, so that it picks nobody out: it is a gap in the line." in page
    assert ">hidden</td>" in page
    with shared():
        readings = reports.readings_for(tamworth.id, clock.today() - timedelta(days=29))
    series = series_of(
        MEASURE_BY_SLUG["clients"], readings, first=clock.today() - timedelta(days=29), last=clock.today()
    )
    assert [one.value for one in series.values] == [7, None, 9]


@pytest.mark.parametrize("count", [0, 1, 365])
def test_a_year_of_readings_is_drawn_whatever_there_is(world, count):
    site, tamworth, _stafford = world
    with shared():
        for day in range(count):
            make_reading(tamworth, day, clients=day + 5)
    page = site.get(f"/councils/{tamworth.id}/health?days=365")
    assert page.status_code == 200
    assert page.content.decode().count('role="img"') == 9
    assert "style=" not in page.content.decode()


def test_a_council_whose_every_count_is_hidden_shows_no_number_of_people(world):
    site, tamworth, _stafford = world
    hidden = dict.fromkeys(reports.HIDDEN)
    with shared():
        for day in range(3):
            make_reading(tamworth, day, **hidden)
    page = site.get(f"/councils/{tamworth.id}/health").content.decode()
    assert page.count("Nothing that may be shown") == 4


def test_a_sum_holds_only_what_is_shown_for_itself(world):
    _site, tamworth, stafford = world
    with shared():
        make_reading(tamworth, clients=40)
        make_reading(stafford, clients=None)
        latest = reports.latest_readings()
        readings = reports.readings_of_all(clock.today())
    assert total_of(MEASURE_BY_SLUG["clients"], latest.values()) == 40
    over_all = series_over_all(MEASURE_BY_SLUG["clients"], readings, first=clock.today(), last=clock.today())
    assert [one.value for one in over_all.values] == [40]


def test_what_is_no_count_is_no_number(world):
    _site, tamworth, _stafford = world
    with shared():
        make_reading(tamworth, clients="Ada Jones", errors=True, backlog=-1, p95_ms={"x": 1})
        (reading,) = reports.readings_for(tamworth.id, clock.today())
    assert [reading.clients, reading.errors, reading.backlog, reading.p95_ms] == [None] * 4


def test_the_numbers_as_a_file(world):
    site, tamworth, _stafford = world
    with shared():
        make_reading(tamworth, 1, clients=None)
        make_reading(tamworth, 0, clients=9)
    answer = site.get(f"/councils/{tamworth.id}/health.csv")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("Day,Active practitioners,Clients")
    assert [line.split(",")[2] for line in lines[1:]] == ["", "9"]
    assert str(tamworth.name) not in answer["Content-Disposition"]
    assert site.get("/health.csv?days=90").status_code == 200


def test_a_strange_period_is_thirty_days(world):
    site, _tamworth, _stafford = world
    assert 'href="/health?days=30"' in site.get("/health?days=99999999999999999999").content.decode()


def test_looking_at_one_council_is_a_sight_in_the_log(world):
    from core.audit.models import Event

    site, tamworth, _stafford = world
    site.get(f"/councils/{tamworth.id}/health")
    with shared():
        assert Event.objects.filter(slug="console.council.numbers_seen").exists()


def test_the_page_asks_as_often_for_many_councils_as_for_one(world):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    site, tamworth, _stafford = world

    def asked() -> int:
        with CaptureQueriesContext(connections["console"]) as captured:
            assert site.get("/health").status_code == 200
        return len(captured)

    with shared():
        make_reading(tamworth)
    asked()
    few = asked()
    with shared():
        for number in range(10):
            council = make_listed_council(f"C{number}", tamworth.deployment)
            for day in range(5):
                make_reading(council, day)
    assert asked() == few
