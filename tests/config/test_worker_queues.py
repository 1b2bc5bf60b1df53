"""A migrator's worker takes the migrator's work alone, and no other worker takes any of it, whatever -Q said."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.app.amqp import Queues
from kombu import Queue

from config.celery import listen_to_its_own_queue


def listened_to(*names: str) -> set[str]:
    queues = Queues([Queue(name) for name in ("celery", "migrator")])
    queues.select(list(names))
    listen_to_its_own_queue(SimpleNamespace(app=SimpleNamespace(amqp=SimpleNamespace(queues=queues))))
    return set(queues.consume_from)


@pytest.mark.parametrize("asked", [("celery",), ("migrator",), ("celery", "migrator")])
def test_a_migrator_s_worker_listens_to_its_queue_alone(monkeypatch, asked):
    monkeypatch.setenv("PATCHWORK_PROCESS", "migrator")
    assert listened_to(*asked) == {"migrator"}


@pytest.mark.parametrize(("asked", "heard"), [(("celery",), {"celery"}), (("celery", "migrator"), {"celery"})])
def test_no_other_worker_listens_to_the_migrator_s_queue(asked, heard):
    assert listened_to(*asked) == heard


def test_a_worker_asked_for_the_migrator_s_queue_without_being_one_takes_nothing():
    assert listened_to("migrator") == set()
