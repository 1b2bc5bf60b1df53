"""What the outbox asks for a sending of billing (core.notices.letters.Sender): by mail, or into the folder."""

from __future__ import annotations

from collections.abc import Mapping
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any
from uuid import UUID

from django.conf import settings

from billing.actions.delivery import note_failed, note_sent
from billing.actions.sending import Parcel, compose
from billing.choices import DeliveryWay
from core import clock
from core.notices.letters import Attachment, Letter, Proof, post
from infra.drop_folder import FolderNotUsable, put
from ui.pdf import PdfNotPossible


def send(payload: Mapping[str, Any], item_id: UUID) -> Proof | None:
    """Compose and send one sending, outside of any scope. None: there is nothing to send any more."""
    parcel = compose(UUID(payload["delivery"]), at=clock.now())
    if parcel is None:
        return None
    files = tuple(Attachment(one.name, one.content, one.kind) for one in parcel.files)
    if parcel.way == DeliveryWay.FOLDER:
        return _put(parcel, files)
    letter = Letter(parcel.to, parcel.words.subject, parcel.words.text, files, answers_to=parcel.answers_to)
    return post(letter, item_id)


def sent(payload: Mapping[str, Any], proof: Proof) -> None:
    """Keep the proof with the sending."""
    note_sent(delivery_id=UUID(payload["delivery"]), proof=proof, at=clock.now())


def failed(payload: Mapping[str, Any], error: Exception) -> None:
    """Note in a sentence why it failed."""
    note_failed(delivery_id=UUID(payload["delivery"]), sentence=_sentence(error))


def _put(parcel: Parcel, files: tuple[Attachment, ...]) -> Proof:
    if settings.EINVOICE_FOLDER is None:
        raise FolderNotUsable("No folder is named: PATCHWORK_EINVOICE_FOLDER is empty.")
    [file] = files
    put(settings.EINVOICE_FOLDER, file.name, file.content)
    return {"path": str(settings.EINVOICE_FOLDER / file.name), "to": parcel.to, "files": [file.proof()]}


def _sentence(error: Exception) -> str:
    if isinstance(error, FolderNotUsable):
        return str(error)
    if isinstance(error, PdfNotPossible):
        return "This server lacks a library that PDFs need."
    if isinstance(error, SMTPRecipientsRefused):
        return "The mail server does not take mail for this address."
    if isinstance(error, SMTPSenderRefused):
        return "The mail server does not take mail from us."
    if isinstance(error, OSError | SMTPException):
        return "The mail server could not be reached, or broke off."
    return f"Something went wrong here ({type(error).__name__})."
