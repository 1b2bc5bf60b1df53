"""Letters with attachments, and what proves that a mail server took them.

A plain mail is text in the outbox. A letter is composed when it is sent, by a module that the settings name for its
kind (`OUTBOX_LETTERS`): so no file is kept in the outbox, and what is drawn slowly is drawn outside of a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

Proof = dict[str, Any]
"""What is kept of a sending: ids, names and checksums."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `kind` is its media type."""

    name: str
    content: bytes
    kind: str

    def proof(self) -> Proof:
        """By which the file is known again."""
        return {"name": self.name, "sha256": sha256(self.content).hexdigest(), "bytes": len(self.content)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address. Answers go to `answers_to`, where there is one."""

    to: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    answers_to: str = ""


class Sender(Protocol):
    """What a module of `OUTBOX_LETTERS` has."""

    def send(self, payload: Mapping[str, Any], item_id: UUID) -> Proof | None:
        """Compose and send, outside of any scope. None: there is nothing to send any more."""

    def sent(self, payload: Mapping[str, Any], proof: Proof) -> None:
        """Keep the proof, in the transaction that marks the item as done."""

    def failed(self, payload: Mapping[str, Any], error: Exception) -> None:
        """Note that it failed and will be tried again, in a transaction of its own."""


def message_id(item_id: UUID) -> str:
    """The Message-ID of an item: the same at every try, so that a mailbox knows a second one for the first."""
    return f"<{item_id}@{settings.MAIL_DOMAIN}>"


def post(letter: Letter, item_id: UUID) -> Proof:
    """Hand a letter to the mail server. Raises what the mail server raised."""
    EmailMessage(
        subject=" ".join(letter.subject.split()),
        body=letter.text,
        to=[letter.to],
        reply_to=[letter.answers_to] if letter.answers_to else None,
        attachments=[(one.name, one.content, one.kind) for one in letter.attachments],
        headers={"Message-ID": message_id(item_id), "Auto-Submitted": "auto-generated"},
    ).send()
    return {
        "message_id": message_id(item_id), "to": letter.to, "files": [one.proof() for one in letter.attachments],
    }  # fmt: skip
