"""Letters that are composed when they are sent: with their files, under one id, and proven in the marking's transaction."""

from __future__ import annotations

from hashlib import sha256
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail

from core.notices.actions import queue
from core.notices.letters import Attachment, Letter, message_id, post
from core.notices.models import OutboxItem
from core.notices.outbox import LEASE, drain
from tenants.context import current_scope, in_shared, shared

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

FILE = Attachment("a.pdf", b"%PDF", "application/pdf")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def sender(monkeypatch, settings):
    """A module that sends letters, and what was asked of it."""
    said = SimpleNamespace(sent_with=[], failed_with=[], letter=Letter("x@council.example", "S\nBcc: y", "T", (FILE,)))

    def send(payload, item_id):
        said.scope = (current_scope(), in_shared())
        return post(said.letter, item_id) if said.letter else None

    def sent(payload, proof):
        said.sent_with.append((payload, proof, in_shared()))

    def failed(payload, error):
        said.failed_with.append((payload, type(error).__name__, in_shared()))

    module = SimpleNamespace(send=send, sent=sent, failed=failed)
    monkeypatch.setattr("core.notices.outbox.import_module", {"made.up": module}.__getitem__)
    settings.OUTBOX_LETTERS = {"test.letter": "made.up"}
    return said


def asked() -> OutboxItem:
    with shared():
        return queue(kind="test.letter", payload={"id": "1"})


def test_a_letter_goes_out_outside_of_any_transaction_and_its_proof_is_told_inside(sender):
    item = asked()
    assert drain(None) == 1
    assert drain(None) == 0
    [letter] = mail.outbox
    assert letter.subject == "S Bcc: y"
    assert letter.attachments[0][:2] == ("a.pdf", b"%PDF")
    assert letter.extra_headers["Message-ID"] == message_id(item.id)
    assert sender.scope == (None, False)
    proof = {"name": "a.pdf", "sha256": sha256(b"%PDF").hexdigest(), "bytes": 4}
    told = {"message_id": message_id(item.id), "to": "x@council.example", "files": [proof]}
    assert sender.sent_with == [({"id": "1"}, told, True)]
    assert sender.failed_with == []


def test_a_letter_that_fails_is_told_of_and_tried_again_under_the_same_id(sender, settings, clock):
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.notices.test_outbox.Broken"
    item = asked()
    assert drain(None) == 0
    assert sender.failed_with == [({"id": "1"}, "ConnectionRefusedError", True)]
    settings.EMAIL_BACKEND = backend
    clock.shift(LEASE)
    assert drain(None) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == message_id(item.id)
    assert len(sender.sent_with) == 1


def test_a_proof_that_can_t_be_kept_leaves_the_letter_to_be_sent_again(sender, clock, monkeypatch):
    asked()
    kept = sender.sent_with
    sender.sent_with = SimpleNamespace(append=lambda _told: 1 / 0)
    assert drain(None) == 0
    sender.sent_with = kept
    clock.shift(LEASE)
    assert drain(None) == 1
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_nothing_to_send_ends_the_item_without_a_proof(sender):
    item = asked()
    sender.letter = None
    assert drain(None) == 1
    assert (sender.sent_with, mail.outbox) == ([], [])
    with shared():
        item.refresh_from_db()
    assert item.done_at is not None


def test_a_mail_does_not_wait_behind_letters_that_are_due_longer(sender, clock):
    from core.notices.outbox import claim

    for _number in range(3):
        asked()
    clock.shift(LEASE)
    with shared():
        queue(kind="mail", payload={"to": "ann@council.example", "subject": "Sign in", "text": "x"})
        kinds = [claim().kind for _turn in range(4)]
        assert claim() is None
    assert kinds == ["mail", "test.letter", "test.letter", "test.letter"]
