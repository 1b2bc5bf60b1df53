"""The console hears from this very installation and from others, keeps what was said, and loses no order."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from console.actions import syncing
from console.actions.orders import place_order
from console.actions.syncing import ensure_local_deployment, sync, sync_all
from console.errors import NotPossible
from console.models import Certificate, Council, Deployment, Offer, Order, Reading, Release, SupportRequest
from console.ports import base, errors, port_for
from console.ports.local import LocalPort
from console.queries.operators import operator_of
from core.audit.models import Event
from tenants.context import shared
from tenants.models import CouncilFacts, CouncilOrder, CouncilReading
from tenants.orders.working import work
from tests.factories.console import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

NOW = timezone.now()


@pytest.fixture
def here(amber):
    """This installation, heard once."""
    assert sync_all() == 1
    with shared():
        return Deployment.objects.get()


@pytest.fixture
def elsewhere(db):
    """A deployment elsewhere with one council, and a port that says what the test wants."""
    with shared():
        found = Deployment.objects.create(
            name="Australia", region="au", address="https://au.example", said={"version": "1"}
        )
        council = Council.objects.create(
            name="Victoria", deployment=found, hosts=["victoria.localhost"], pack_id="au-vic", state="live",
            created_at=NOW,
        )  # fmt: skip
    return found, council


class Port:
    """Says what it was told to say; `away` is the error it raises instead."""

    def __init__(self, council):
        self.there = [base.CouncilHere(council.id, council.name, tuple(council.hosts), "live", "au-vic", True, {})]
        self.taken = {}
        self.numbers = []
        self.away = None
        self.refusal = None

    def _answer(self, value):
        if self.away:
            raise self.away
        return value

    def health(self):
        return self._answer(base.Health("Australia", "au", "shared", "2", NOW, True, (), (), {}))

    def councils(self):
        return self._answer(tuple(self.there))

    def place(self, *, order_id, council_id, kind, payload, asked_by):
        if self.refusal:
            raise errors.OrderRefused(self.refusal)
        self._answer(None)
        self.taken[order_id] = base.OrderHere(order_id, council_id, kind, "waiting", (("s", "Step", False),), {}, "")
        return self.taken[order_id]

    def order(self, order_id):
        if order_id not in self.taken:
            raise errors.NotHere("gone")
        return self._answer(self.taken[order_id])

    def readings(self, since):
        return self._answer(tuple(self.numbers))


@pytest.fixture
def port(elsewhere, monkeypatch):
    from console.actions import orders

    said = Port(elsewhere[1])
    for module in (syncing, orders):
        monkeypatch.setattr(module, "port_for", lambda deployment: said)
    return said


def now(row):
    with shared():
        return type(row).objects.get(pk=row.pk)


def ask(council, kind="export", payload=None, by=None):
    with shared():
        return place_order(council=Council.objects.get(id=council.id), kind=kind, payload=payload or {}, by=by)


def test_this_installation_is_known_by_itself_with_the_councils_it_has_already(here):
    assert (here.name, here.port, here.region) == ("this deployment", "local", "uk")
    assert here.said["packs"]
    assert here.seen_at is not None
    with shared():
        assert set(Council.objects.values_list("name", "state")) == {
            ("Amber", "training"), ("Birch", "training"), ("Coral", "training"),
        }  # fmt: skip
    ensure_local_deployment()
    with shared():
        assert Deployment.objects.count() == 1


def test_a_console_alone_is_no_deployment(settings, db):
    settings.DEPLOYMENT_NAME = ""
    assert sync_all() == 0
    with shared():
        assert not Deployment.objects.exists()


def test_the_local_port_speaks_inside_the_console_s_unit_of_work_and_outside_of_it(here, amber):
    assert isinstance(port_for(here), LocalPort)
    assert port_for(here).health().name == "this deployment"
    with shared():
        assert {one.name for one in port_for(here).councils()} == {"Amber", "Birch", "Coral"}
        with pytest.raises(errors.NotHere):
            port_for(here).template(amber.id)
        with pytest.raises(errors.NotHere):
            port_for(here).order(uuid4())


def test_a_local_order_is_taken_in_the_same_unit_of_work_and_its_end_is_heard(here, amber):
    with shared():
        by = operator_of(make_operator().user_id)
        order = place_order(
            council=Council.objects.get(id=amber.id), kind="rename", payload={"hosts": ["a.localhost"]}, by=by
        )
        assert CouncilOrder.objects.get(id=order.id).asked_by == "Otto Operator"
        assert Event.objects.get(slug="console.order.placed").subject_id == order.id
    assert order.is_sent
    assert work("app") == 1
    assert sync(here)
    assert now(order).state == "done"
    assert now(Council(id=amber.id)).said["hosts"] == ["a.localhost"]


def test_what_this_installation_refuses_is_refused_to_the_operator_and_nothing_stays(here, amber):
    with pytest.raises(NotPossible, match=r"There is a council at birch\.localhost already"):
        ask(amber, "rename", {"hosts": ["birch.localhost"]})
    with shared():
        assert not Order.objects.exists()


def test_a_second_order_for_a_busy_council_is_refused(here, amber):
    ask(amber)
    with pytest.raises(NotPossible, match="Something else is under way"):
        ask(amber)


def test_an_order_for_elsewhere_waits_until_it_has_arrived(elsewhere, port):
    deployment, council = elsewhere
    port.away = errors.Unreachable("no answer")
    order = ask(council)
    assert not sync(deployment)
    assert (now(order).is_sent, now(order).state) == (False, "waiting")
    port.away = None
    assert sync(deployment)
    assert now(order).is_sent
    assert now(order).steps == [["s", "Step", False]]


def test_what_a_deployment_refuses_is_the_order_s_error(elsewhere, port):
    deployment, council = elsewhere
    port.refusal = "There is no such council in this deployment."
    order = ask(council)
    assert sync(deployment)
    assert (now(order).state, now(order).error) == ("failed", port.refusal)


def test_an_order_that_a_restored_deployment_lost_is_asked_again(elsewhere, port):
    deployment, council = elsewhere
    order = ask(council)
    sync(deployment)
    port.taken.clear()
    sync(deployment)
    assert not now(order).is_sent
    sync(deployment)
    assert order.id in port.taken


def test_a_silent_deployment_keeps_its_last_word_and_the_time_since_when(elsewhere, port):
    deployment, council = elsewhere
    assert sync(deployment)
    heard = now(deployment)
    port.away = errors.ClockSkew("apart")
    assert not sync(deployment)
    first = now(deployment)
    assert (first.failure, first.said, first.seen_at) == ("clock_skew", heard.said, heard.seen_at)
    port.away = errors.Unreachable("no answer")
    assert not sync(deployment)
    second = now(deployment)
    assert (second.failure, second.failing_since) == ("unreachable", first.failing_since)
    assert now(council).said["state"] == "live"
    port.away = None
    assert sync(deployment)
    assert (now(deployment).failure, now(deployment).failing_since) == ("", None)


def test_a_fault_of_ours_with_one_deployment_silences_no_other(here, elsewhere, port, monkeypatch, caplog):
    port.away = ZeroDivisionError("ours")
    assert not sync(elsewhere[0])
    assert now(elsewhere[0]).failure == "failed"


def test_a_council_that_its_deployment_does_not_have_is_said_so_and_an_unknown_one_is_named(elsewhere, port):
    deployment, council = elsewhere
    port.there = [base.CouncilHere(uuid4(), "Tasmania", ("t.localhost",), "live", "au-vic", True, {})]
    assert sync(deployment)
    assert (now(council).said, now(council).said_at is not None) == ({}, True)
    assert [one["name"] for one in now(deployment).said["unknown"]] == ["Tasmania"]


def test_a_deployment_has_nothing_to_say_of_another_s_council(here, elsewhere, port, amber):
    deployment, council = elsewhere
    port.there.append(base.CouncilHere(amber.id, "Evil", ("evil.localhost",), "live", "au-vic", True, {}))
    port.numbers = [
        base.ReadingHere(amber.id, NOW.date(), {"clients": 1}, NOW),
        base.ReadingHere(council.id, NOW.date(), {"clients": None}, NOW),
    ]
    assert sync(deployment)
    with shared():
        assert Council.objects.get(id=amber.id).name == "Amber"
        assert Council.objects.get(id=amber.id).said["name"] == "Amber"
        assert [one.council_id for one in Reading.objects.all()] == [council.id]


def test_numbers_that_were_counted_anew_take_the_place_of_the_old(elsewhere, port):
    deployment, council = elsewhere
    for count in (7, 8):
        port.numbers = [base.ReadingHere(council.id, NOW.date(), {"clients": count}, NOW)]
        sync(deployment)
    with shared():
        assert Reading.objects.get().numbers == {"clients": 8}


def test_a_finished_creation_is_a_training_council_and_a_live_one_is_live(elsewhere, port):
    deployment, council = elsewhere
    with shared():
        Council.objects.filter(id=council.id).update(state="preparing")
    for kind, state in (("create", "training"), ("go_live", "live")):
        order = ask(council, kind)
        sync(deployment)
        port.taken[order.id] = base.OrderHere(order.id, council.id, kind, "done", (("s", "Step", True),), {}, "")
        sync(deployment)
        assert now(council).state == state


def test_a_deletion_ends_with_its_certificate(elsewhere, port):
    deployment, council = elsewhere
    certificate = uuid4()
    order = ask(council, "delete", {"certificate_id": str(certificate)})
    sync(deployment)
    port.taken[order.id] = base.OrderHere(order.id, council.id, "delete", "done", (), {"rows": 12}, "")
    port.there = []
    for _ in range(2):
        sync(deployment)
    assert now(council).state == "deleted"
    with shared():
        kept = Certificate.objects.get()
    assert (kept.id, kept.content) == (certificate, {"rows": 12})


def test_answers_of_a_council_come_with_its_facts(elsewhere, port):
    deployment, council = elsewhere
    with shared():
        operator = make_operator()
        release = Release.objects.create(
            kind="template", slug="t", version="1", title="T", checksum="a" * 64, made_by=operator, made_at=NOW
        )
        offer = Offer.objects.create(release=release, council=council, offered_at=NOW)
        request = SupportRequest.objects.create(
            council=council, operator=operator, reason="r", hours=2, state="asked", asked_at=NOW
        )
    facts = {"offers": {str(release.id): "adopted"}, "support": {str(request.id): "granted", str(uuid4()): "granted"}}
    port.there = [base.CouncilHere(council.id, council.name, tuple(council.hosts), "live", "au-vic", True, facts)]
    sync(deployment)
    assert (now(offer).state, now(request).state) == ("adopted", "granted")
    port.there = [
        base.CouncilHere(council.id, council.name, tuple(council.hosts), "live", "au-vic", True,
                         {"offers": {str(release.id): "exploded"}, "support": ["?"]}),
    ]  # fmt: skip
    sync(deployment)
    assert (now(offer).state, now(request).state) == ("adopted", "granted")


def test_local_numbers_and_templates_come_from_outside_of_the_council(here, amber):
    with shared():
        CouncilReading.objects.create(
            council_id=amber.id, on=NOW.date() - timedelta(days=1), numbers={"a": 1}, counted_at=NOW
        )
        CouncilFacts.objects.create(council_id=amber.id, facts={"has_policy": True}, template={"roles": {}}, at=NOW)
    assert sync(here)
    with shared():
        assert Reading.objects.get().numbers == {"a": 1}
    assert now(Council(id=amber.id)).said["facts"] == {"has_policy": True}
    assert port_for(here).template(amber.id) == {"roles": {}}
