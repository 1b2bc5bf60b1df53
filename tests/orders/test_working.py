"""Steps are done in their order, once, each written down; what fails is tried again, and then fails with a sentence."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.context import inside, shared
from tenants.errors import NotTheMigrator
from tenants.models import Council, CouncilOrder, Domain
from tenants.orders.working import MOST_ATTEMPTS, claim_next, waits_for, work

RENAME = {"hosts": ["amber.localhost", "second.localhost"]}


def let_pass(order):
    """The pause before the next attempt is over."""
    with shared():
        CouncilOrder.objects.filter(id=order.id, leased_by="").update(leased_until=timezone.now() - timedelta(1))


def test_steps_run_in_order_hand_on_what_they_found_and_are_written_down(asked, now_is, our_steps):
    order = asked("rename", RENAME)
    assert work("app") == 2
    kept = now_is(order)
    assert our_steps == ["one", "two"]
    assert (kept.state, kept.steps_done, kept.error) == ("done", ["one", "two"], "")
    assert kept.result == {"one": RENAME["hosts"], "two": RENAME["hosts"], "seen": {}}
    assert kept.finished_at is not None
    assert (kept.leased_by, kept.leased_until) == ("", None)
    assert work("app") == 0


def test_a_step_with_a_condition_runs_only_for_orders_that_meet_it(asked, our_steps, settings):
    settings.ORDER_STEPS = {
        **settings.ORDER_STEPS, "rename": (*settings.ORDER_STEPS["rename"][:2],
                                           ("extra", "Extra", "app", "tests.orders.steps.extra", "hosts")),
    }  # fmt: skip
    asked("rename", RENAME)
    work("app")
    assert our_steps == ["one", "two", "extra"]


def test_a_refusing_step_fails_the_order_with_its_sentence(asked, now_is, our_steps):
    order = asked("suspend", {"contact": "01632 960001"})
    work("app")
    kept = now_is(order)
    assert (kept.state, kept.error) == ("failed", "The council does not want it.")


def test_a_breaking_step_is_tried_three_times_and_its_text_is_kept_from_everyone(asked, now_is, our_steps, caplog):
    order = asked("resume")
    for _ in range(MOST_ATTEMPTS):
        assert now_is(order).state in {"waiting", "running"}
        work("app")
        let_pass(order)
    kept = now_is(order)
    assert our_steps == ["broke"] * MOST_ATTEMPTS
    assert kept.state == "failed"
    assert kept.error.startswith("Something went wrong at the step “Step that breaks”, 3 times.")
    assert "client" not in kept.error
    assert work("app") == 0


def test_a_broken_step_rests_before_it_is_tried_again(asked, now_is, our_steps):
    order = asked("resume")
    assert work("app") == 1
    kept = now_is(order)
    assert kept.leased_by == ""
    assert kept.leased_until > timezone.now()
    assert work("app") == 0


def test_a_step_that_this_release_does_not_have_fails_with_a_sentence(asked, now_is, our_steps):
    order = asked("go_live", {"pack_checksum": "0" * 64})
    work("app")
    assert now_is(order).error == "This deployment's release can't do the step “Step of another release”."


def test_a_result_that_can_t_be_kept_is_a_failure_like_any_other(asked, now_is, our_steps):
    order = asked("export")
    work("app")
    assert now_is(order).attempts == 1
    assert now_is(order).state == "running"


def test_each_kind_of_process_does_its_own_steps_alone(asked, now_is, our_steps):
    order = asked("delete", {"certificate_id": "5f0f7a50-4c86-4a7e-9f0b-0f1f0a7d8a11"})
    assert work("app") == 0
    assert now_is(order).state == "waiting"
    with shared():
        assert waits_for("migrator")
    with pytest.raises(NotTheMigrator):
        work("migrator")


def test_a_claimed_step_is_nobody_else_s_until_its_lease_runs_out(asked, our_steps):
    order = asked("rename", RENAME)
    held = claim_next("app")
    assert held is not None
    assert claim_next("app") is None
    with shared():
        CouncilOrder.objects.filter(id=order.id).update(leased_until=timezone.now() - timedelta(seconds=1))
    again = claim_next("app")
    assert again is not None
    assert (again.order.id, again.attempt) == (order.id, 2)
    assert again.token != held.token


def test_a_worker_that_lost_its_lease_writes_nothing(asked, now_is, our_steps):
    from tenants.orders.working import _do

    order = asked("rename", RENAME)
    late = claim_next("app")
    with shared():
        CouncilOrder.objects.filter(id=order.id).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert work("app") == 2
    _do(late)
    assert our_steps == ["one", "two", "one"]
    assert now_is(order).steps_done == ["one", "two"]


def test_a_step_whose_workers_die_three_times_is_given_up(asked, now_is, our_steps):
    order = asked("rename", RENAME)
    for _ in range(MOST_ATTEMPTS):
        assert claim_next("app") is not None
        with shared():
            CouncilOrder.objects.filter(id=order.id).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert work("app") == 0
    assert now_is(order).state == "failed"
    assert our_steps == []


def state_of(council):
    with shared():
        return Council.objects.get(id=council.id)


def test_a_rename_moves_the_council_to_its_new_hosts(asked, now_is, amber):
    order = asked("rename", {"hosts": ["new.localhost", "amber.localhost"]})
    work("app")
    assert now_is(order).state == "done"
    with shared():
        found = dict(Domain.objects.filter(tenant_id=amber.id).values_list("domain", "is_primary"))
    assert found == {"new.localhost": True, "amber.localhost": False}


def test_suspending_and_resuming_gives_back_what_the_council_was(asked, amber):
    with shared():
        Council.objects.filter(id=amber.id).update(state="live")
    asked("suspend", {"contact": "Ring 01632 960001", "leaves_on": "2127-01-31"})
    work("app")
    stopped = state_of(amber)
    assert (stopped.state, stopped.suspended_contact) == ("suspended", "Ring 01632 960001")
    assert stopped.leaves_on.isoformat() == "2127-01-31"
    asked("suspend", {"contact": "Ring 01632 960002"})
    work("app")
    assert state_of(amber).suspended_from == "live"
    asked("resume")
    work("app")
    again = state_of(amber)
    assert (again.state, again.suspended_contact, again.leaves_on) == ("live", "", None)


@pytest.mark.parametrize("named", ["2020-01-01", None])
def test_a_deployment_keeps_a_leaving_council_for_its_own_wait_whatever_day_the_console_names(
    asked, now_is, amber, named
):
    today = timezone.now().date()
    order = asked("suspend", {"contact": "Ring 01632 960001", "leaves_on": named or today.isoformat()})
    work("app")
    earliest = now_is(order).asked_at.date() + timedelta(days=30)
    assert state_of(amber).leaves_on == earliest
    assert now_is(order).result["leaves_on"] == earliest.isoformat()


def test_a_council_goes_live_only_on_a_pack_that_was_signed(asked, now_is, amber):
    from core.consent.packs_in_use import packs

    pack = packs()["gb-eng"]
    refused = asked("go_live", {"pack_checksum": pack.checksum})
    work("app")
    assert now_is(refused).state == "failed"
    assert "has not been signed off" in now_is(refused).error
    signed = asked(
        "sign_pack",
        {"pack_id": pack.id, "pack_version": pack.version, "pack_checksum": pack.checksum, "signed_by": "Ada Lane"},
    )
    work("app")
    assert now_is(signed).result == {"was_signed": False}
    live = asked("go_live", {"pack_checksum": pack.checksum})
    work("app")
    assert now_is(live).state == "done"
    assert state_of(amber).state == "live"


def test_progress_may_be_reported_from_inside_a_council(asked, our_steps, amber):
    asked("rename", RENAME)
    claim = claim_next("app")
    from tenants.orders.holding import Holding

    with Holding(claim.order, claim.token) as holding, inside(amber):
        holding.order.report(3, 10, "tables")
        assert holding._progress == {"done": 3, "of": 10, "words": "tables"}


def test_an_order_whose_step_is_no_more_is_given_up_and_holds_nobody_up(asked, now_is, our_steps, settings, birch):
    order = asked("rename", RENAME)
    assert work("app", most=1) == 1
    settings.ORDER_STEPS = {**settings.ORDER_STEPS, "rename": settings.ORDER_STEPS["rename"][:1]}
    other = asked("rename", {"hosts": ["birch.localhost"]}, council_id=birch.id)
    with shared():
        assert waits_for("app")
    work("app")
    assert now_is(order).state == "failed"
    assert "no step with which this order could go on" in now_is(order).error
    assert now_is(other).state == "done"


def test_a_database_that_is_away_for_a_moment_does_not_end_the_lease(asked, our_steps, monkeypatch):
    import threading

    from django.db import OperationalError

    from tenants.orders import holding as module

    asked("rename", RENAME)
    claim = claim_next("app")
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.0)
    tries, renewed = [], threading.Event()

    def write(_self, _progress):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the connection is closed")
        renewed.set()

    monkeypatch.setattr(module.Holding, "_write", write)
    with module.Holding(claim.order, claim.token):
        assert renewed.wait(10), "the lease is renewed again once the database is back"


def test_the_heartbeat_of_a_job_outlives_a_database_that_is_away_for_a_moment(monkeypatch):
    import threading

    from django.db import OperationalError

    from tenants.fleet import jobs

    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.01)
    tries, beaten = [], threading.Event()

    def beat(_run):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the connection is closed")
        beaten.set()

    monkeypatch.setattr(jobs.ledger, "beat", beat)
    with jobs._Beating(None):
        assert beaten.wait(10)


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="tenants.orders.working")
    caplog.set_level(logging.CRITICAL, logger="tenants.orders.holding")
