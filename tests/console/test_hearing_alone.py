"""A hostile, broken or slow deployment fails for itself: the next one is heard, and no two workers ask the same one."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

import pytest

from console.actions import deployments, following, syncing
from console.actions.claiming import LASTS, claimed
from console.models import Deployment, Order, Reading
from console.ports import base
from core import clock
from tenants.context import shared
from tests.factories.console import make_operator
from tests.factories.deployments import as_ref, make_deployment, make_listed_council

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

UNKEEPABLE = "half a sign: \0"
"""A text that passed for one in a port's reading, and that no database keeps."""


class Port:
    """A deployment whose facts, orders and health hold `text`."""

    def __init__(self, deployment, council, text):
        self.deployment, self.council, self.text = deployment, council, text
        self.asked = 0

    def health(self):
        self.asked += 1
        return base.Health(
            self.deployment.name, "uk", "shared", "2", clock.now(), True, (), (), {"said": self.text}
        )  # fmt: skip

    def councils(self):
        one = self.council
        return (base.CouncilHere(one.id, one.name, tuple(one.hosts), "training", "gb-eng", True, {"x": self.text}),)

    def order(self, order_id):
        self.asked += 1
        return base.OrderHere(order_id, self.council.id, "export", "running", (), {"x": self.text}, "")

    def readings(self, since):
        return (base.ReadingHere(self.council.id, clock.today(), {"clients": 7}, clock.now()),)


@pytest.fixture
def two(monkeypatch, settings):
    """Two deployments, the first of which says what can't be kept; with an order each that was sent."""
    settings.DEPLOYMENT_NAME = ""
    ports = {}
    with shared():
        for name, text in (("Broken", UNKEEPABLE), ("Sound", "fine")):
            deployment = make_deployment(name, said={}, seen_at=None)
            council = make_listed_council(f"{name} council", deployment)
            Order.objects.create(
                id=uuid4(), council=council, kind="export", payload={}, state="waiting", is_sent=True,
                placed_at=clock.now(),
            )  # fmt: skip
            ports[deployment.id] = Port(deployment, council, text)
    for module in (syncing, following, deployments):
        monkeypatch.setattr(module, "port_for", lambda deployment: ports[deployment.id])
    logging.getLogger("console.actions").setLevel(logging.CRITICAL)
    yield list(ports.values())
    logging.getLogger("console.actions").setLevel(logging.NOTSET)


def row(port):
    with shared():
        return Deployment.objects.get(id=port.deployment.id)


def test_what_can_t_be_kept_is_a_bad_reply_of_one_deployment_and_the_next_is_heard(two):
    assert syncing.sync_all() == 1
    broken, sound = (row(port) for port in two)
    assert (broken.failure, broken.said, broken.seen_at) == ("bad_reply", {}, None)
    assert broken.failing_since is not None
    assert (sound.failure, sound.said["version"]) == ("", "2")
    with shared():
        assert [one.council_id for one in Reading.objects.all()] == [two[1].council.id]


def test_an_order_s_state_that_can_t_be_kept_stops_no_other_deployment_s(two):
    assert following.follow_orders() == 1
    with shared():
        states = dict(Order.objects.values_list("council__name", "state"))
    assert states == {"Broken council": "waiting", "Sound council": "running"}


def test_a_connection_whose_answer_can_t_be_kept_failed_and_the_next_is_tested(two):
    with shared():
        by = as_ref(make_operator())
        for port in two:
            deployments.ask_connection(deployment_id=port.deployment.id, by=by)
    assert deployments.test_connections() == 2
    broken, sound = (row(port) for port in two)
    assert broken.tested["slug"] == "bad_reply"
    assert "Nothing of it was used" in broken.tested["words"]
    assert sound.tested["slug"] == deployments.CONNECTED


@pytest.mark.parametrize("text", ["fine", UNKEEPABLE])
def test_a_deployment_is_asked_by_one_worker_at_a_time(two, text):
    port = two[1]
    port.text = text
    with claimed(port.deployment.id, "syncing") as first, claimed(port.deployment.id, "following") as other:
        assert first
        assert other
        assert not syncing.sync(port.deployment)
        assert following.follow_orders() == 0
        assert port.asked == 0
    assert row(port).failure == ""
    assert syncing.sync(port.deployment) == (text == "fine")
    assert port.asked == 2
    assert row(port).syncing_until is None


def test_a_claim_whose_worker_ended_runs_out_by_itself(two):
    port = two[1]
    with shared():
        Deployment.objects.update(syncing_until=clock.now() + LASTS)
    assert not syncing.sync(port.deployment)
    with shared():
        Deployment.objects.update(syncing_until=clock.now() - timedelta(seconds=1))
    assert syncing.sync(port.deployment)
