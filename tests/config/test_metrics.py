"""What is counted, who may read it, and that no stranger and no council can grow it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from config.watching import metrics
from tenants.context import inside
from tests.factories import make_viewer

TOKEN = "m" * 40


@pytest.fixture
def told(settings):
    settings.METRICS_HOST, settings.METRICS_TOKEN = "metrics.localhost", TOKEN
    return lambda **headers: Client(headers={"host": "metrics.localhost", **headers}).get("/metrics")


def samples(text: str, name: str) -> dict[str, float]:
    found = re.findall(rf"^{name}({{[^}}]*}}) ([0-9.e+]+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def test_requests_are_counted_by_council_and_by_view(db, amber, site, told):
    with inside(amber):
        viewer = make_viewer()
    site.sign_in(viewer).get("/")
    text = told(authorization=f"Bearer {TOKEN}").content.decode()
    assert samples(text, "patchwork_requests_total")[f'{{council="{amber.schema_name}",status="2xx"}}'] >= 1
    assert samples(text, "patchwork_request_seconds_count")['{view="council:home"}'] >= 1
    assert "Amber" not in text
    assert amber.host not in text


def test_only_who_knows_the_token_is_told_and_on_that_host_alone(db, amber, told):
    assert told(authorization=f"Bearer {TOKEN}").status_code == 200
    for wrong in ({}, {"authorization": "Bearer x"}, {"authorization": ""}, {"authorization": f"Basic {TOKEN}"}):
        assert told(**wrong).status_code == 401
    elsewhere = Client(headers={"host": "amber.localhost", "authorization": f"Bearer {TOKEN}"}).get("/metrics")
    assert b"patchwork_requests" not in elsewhere.content


def test_without_a_host_or_a_token_nobody_is_told(db, amber, settings):
    settings.METRICS_HOST, settings.METRICS_TOKEN = "metrics.localhost", ""
    assert Client(headers={"host": "metrics.localhost", "authorization": "Bearer "}).get("/metrics").status_code == 404
    settings.METRICS_HOST = ""
    assert Client(headers={"host": "metrics.localhost"}).get("/metrics").status_code == 404


def test_made_up_addresses_hosts_and_methods_make_no_new_series(db, amber, site, told):
    def series() -> int:
        return told(authorization=f"Bearer {TOKEN}").content.count(b"\n")

    site.get("/no-such-page")
    Client(headers={"host": "nobody.example"}).get("/")
    before = series()
    for number in range(40):
        site.get(f"/made-up-{number}")
        Client(headers={"host": f"made-up-{number}.example"}).get(f"/{number}")
    assert series() == before


def test_tasks_are_counted_by_our_own_names_alone():
    metrics.count_task(task="notices.drain_outbox", outcome="success", seconds=0.1, known=["notices.drain_outbox"])
    metrics.count_task(task="made.up", outcome="exploded", seconds=0.1, known=["notices.drain_outbox"])
    text = metrics.exposition().decode()
    assert '{outcome="success",task="notices.drain_outbox"}' in text
    assert '{outcome="other",task="other"}' in text
    assert "made.up" not in text


def test_every_view_of_every_host_has_a_name_to_be_counted_under():
    names = metrics.view_names()
    assert {"council:home", "console:home", "accounts:sign_in", "theme"} <= names


@pytest.mark.slow
def test_processes_that_share_a_folder_are_added_up(own_database, tmp_path):
    own_database.variables["PATCHWORK_METRICS_FOLDER"] = str(tmp_path)
    count = "from config.watching import metrics\nmetrics.count_request(council='t_00000000', view='x', status=200, seconds=1)\n"
    own_database.python(count)
    told = own_database.python(count + "print(metrics.exposition().decode())").stdout
    assert samples(told, "patchwork_requests_total") == {'{council="t_00000000",status="2xx"}': 2.0}


def test_the_pool_of_a_running_process_is_told(own_database):
    import urllib3

    own_database.variables |= {"PATCHWORK_METRICS_HOST": "metrics.localhost", "PATCHWORK_METRICS_TOKEN": TOKEN}
    port = own_database.serve()
    urllib3.request("GET", f"http://127.0.0.1:{port}/sign-in", headers={"Host": "amber.localhost"})
    text = urllib3.request(
        "GET",
        f"http://127.0.0.1:{port}/metrics",
        headers={"Host": "metrics.localhost", "Authorization": f"Bearer {TOKEN}"},
    ).data.decode()
    assert samples(text, "patchwork_pool_size")['{alias="default"}'] >= 1
