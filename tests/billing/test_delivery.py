"""Invoices on their way: by a real mail server that goes away and comes back, and into a folder that is not there."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connections, transaction
from django.test.utils import CaptureQueriesContext

from billing.actions import delivery
from billing.actions.sending import PAID, compose, pdf_of
from billing.documents.ubl import xml_of
from billing.errors import BadValue, NotPossible, NotThere
from billing.models import Contact, Delivery, Invoice, InvoiceDocument, InvoiceRun
from billing.queries.deliveries import kept_pdf, not_sent, of_customer, of_invoice
from console.actions.finance.delivery import post, send_again, send_invoice, send_run, send_statement, stop_sending
from console.errors import NotPermitted
from core.audit.models import Event
from core.notices.models import OutboxItem
from core.notices.outbox import LEASE, drain
from tenants.context import SHARED_ALIAS, shared
from tests.factories import billing as make
from tests.factories.console import make_operator
from tests.factories.deployments import as_ref
from tests.faults.mail_catcher import MailCatcher
from ui.pdf import rendered

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(autouse=True)
def drawn(monkeypatch) -> None:
    """A PDF's place is taken by what it would say: drawing one is slow, and one test draws it."""
    monkeypatch.setattr("billing.actions.sending.rendered", lambda html: b"%PDF-1.7 " + html.encode())


@pytest.fixture(autouse=True)
def mail_server(settings, port) -> None:
    """Mail goes to a port at which nobody listens, until a test has a catcher there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "", False, False


@dataclass(frozen=True)
class Caught:
    """A letter as the mail server was given it."""

    to: str
    subject: str
    text: str
    message_id: str
    answers_to: str
    files: dict[str, bytes]


def caught(letters: list[str]) -> list[Caught]:
    found = []
    for one in letters:
        letter = message_from_bytes(one.encode(), policy=default)
        files = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
        files = {name: part if isinstance(part, bytes) else part.encode() for name, part in files.items()}
        text = letter.get_body().get_content()
        found.append(
            Caught(letter["To"], letter["Subject"], text, letter["Message-ID"], letter["Reply-To"] or "", files)
        )
    return found


def einvoice(**given) -> Invoice:
    """An issued invoice whose customer takes it over its network as well."""
    contract = make.make_contract(make.make_customer(takes_einvoices=True))
    plain = make.make_invoice(contract, **given)
    lines = list(plain.lines.all())
    return make.make_invoice(contract, **given, xml=xml_of(plain, lines))


def queued(invoice: Invoice) -> tuple[Delivery, ...]:
    made = delivery.queue_invoice(invoice_id=invoice.id, by=None, at=START)
    post(made)
    return made


def row(one: Delivery) -> Delivery:
    with shared():
        return Delivery.objects.get(id=one.id)


def test_an_invoice_goes_out_with_its_pdf_and_the_proof_of_it_is_kept(clock, port, monkeypatch):
    monkeypatch.setattr("billing.actions.sending.rendered", rendered)
    with shared():
        invoice = make.make_invoice()
        [sending] = queued(invoice)
    with MailCatcher(port) as server:
        assert drain(None) == 1
        assert drain(None) == 0
    [letter] = caught(server.letters)
    assert letter.to == sending.to
    assert letter.subject == f"Invoice {invoice.number} from Patchwork Example Ltd"
    assert letter.answers_to == invoice.seller["email"]
    name = f"{invoice.number.lower()}.pdf"
    assert list(letter.files) == [name]
    with shared():
        kept = kept_pdf(invoice.id)
        [told] = of_invoice(invoice.id)
    assert letter.files[name] == kept
    assert kept.startswith(b"%PDF-1.7")
    assert (told.state, told.attempts, told.error, told.sent_at) == ("sent", 1, "", START)
    assert told.message_id == letter.message_id
    assert told.files == ((name, sha256(kept).hexdigest()),)


def test_a_mail_server_that_is_away_delays_an_invoice_and_sends_it_once_when_it_is_back(clock, port):
    with shared():
        [sending] = queued(make.make_invoice())
    assert drain(None) == 0
    first = row(sending)
    assert (first.state, first.attempts) == ("failing", 1)
    assert first.error == "The mail server could not be reached, or broke off."
    with shared():
        assert [one.id for one in not_sent()] == [sending.id]
        kept = InvoiceDocument.objects.get()
    clock.shift(LEASE)
    assert drain(None) == 0
    clock.shift(2 * LEASE)
    with MailCatcher(port) as server:
        assert drain(None) == 1
    assert len(server.letters) == 1
    last = row(sending)
    assert (last.state, last.attempts, last.error) == ("sent", 3, "")
    with shared():
        assert not_sent() == ()
        assert InvoiceDocument.objects.get().made_at == kept.made_at


def test_an_invoice_that_is_sent_twice_is_the_same_to_the_byte(clock, port):
    with shared():
        invoice = make.make_invoice()
        queued(invoice)
    with MailCatcher(port) as server:
        drain(None)
        with shared():
            queued(invoice)
        clock.shift(timedelta(days=90))
        drain(None)
    first, second = caught(server.letters)
    assert first.files == second.files
    assert first.message_id != second.message_id
    with shared():
        assert InvoiceDocument.objects.count() == 1
        assert len(of_invoice(invoice.id)) == 2


def test_of_two_that_draw_the_same_invoice_at_once_both_send_what_was_kept_first(clock, monkeypatch):
    with shared():
        invoice = make.make_invoice()

    def slowly(_html):
        with shared():
            document = InvoiceDocument(invoice=invoice, content=b"first", checksum="a" * 64, made_at=START)
            document.save(force_insert=True)
        return b"second"

    monkeypatch.setattr("billing.actions.sending.rendered", slowly)
    assert pdf_of(invoice.id, at=START) == b"first"


def test_a_pdf_that_was_kept_can_be_neither_changed_nor_deleted():
    with shared():
        invoice = make.make_invoice()
        InvoiceDocument.objects.create(invoice=invoice, content=b"first", checksum="a" * 64, made_at=START)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using=SHARED_ALIAS):
            InvoiceDocument.objects.update(content=b"other")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using=SHARED_ALIAS):
            InvoiceDocument.objects.all().delete()


def test_everyone_who_gets_invoices_gets_one_and_nobody_else(clock, port):
    with shared():
        invoice = make.make_invoice()
        known = {"customer": invoice.customer, "name": "Chris"}
        Contact.objects.create(**known, email="zed@council.example")
        Contact.objects.create(**known, email="zed@council.example")
        Contact.objects.create(**known, email="never@council.example", gets_invoices=False)
        Contact.objects.create(**known, email="left@council.example", ended_at=START)
        made = queued(invoice)
    with MailCatcher(port) as server:
        assert drain(None) == 2
    assert sorted(one.to for one in caught(server.letters)) == sorted(one.to for one in made)
    assert made[-1].to == "zed@council.example"


def test_a_customer_without_a_contact_is_told_of_in_a_sentence_and_nothing_is_queued():
    with shared():
        invoice = make.make_invoice()
        Contact.objects.filter(customer=invoice.customer).update(ended_at=START)
        name = invoice.customer.name
        with pytest.raises(NotPossible) as refused:
            queued(invoice)
        assert str(refused.value) == f"Nobody at {name} gets invoices. Add a contact who does, then send it."
        with pytest.raises(NotPossible, match="gets reminders. Add a contact who does, or ring them"):
            delivery.queue_reminder(invoice_id=invoice.id, step=1, on=date(2026, 3, 11), by=None, at=START)
        assert not Delivery.objects.exists()
        assert not OutboxItem.objects.exists()


def test_what_is_on_its_way_is_not_queued_again():
    with shared():
        invoice = make.make_invoice()
        queued(invoice)
        with pytest.raises(NotPossible, match="is on its way to everyone who gets it"):
            queued(invoice)
        Contact.objects.create(customer=invoice.customer, name="Chris", email="zed@council.example")
        assert [one.to for one in queued(invoice)] == ["zed@council.example"]


def made_run():
    return InvoiceRun.objects.create(
        entity=make.make_entity(), month=date(2026, 2, 1), started_at=START, state="done", is_dry=False
    )


def test_a_run_is_sent_once_whole_and_says_whom_nobody_reaches(clock, port):
    with shared():
        run = made_run()
        reached = [make.make_invoice(run_id=run.id), make.make_invoice(run_id=run.id)]
        lost, other = make.make_invoice(run_id=run.id), make.make_invoice()
        Contact.objects.filter(customer=lost.customer).update(ended_at=START)
        finance = as_ref(make_operator("Fay", "finance"))
        first = send_run(run_id=run.id, by=finance)
        second = send_run(run_id=run.id, by=finance)
        with pytest.raises(NotThere):
            send_run(run_id=uuid4(), by=finance)
    assert {one.invoice_id for one in first.deliveries} == {one.id for one in reached}
    assert first.unreached == second.unreached == (lost.number,)
    assert second.deliveries == ()
    with MailCatcher(port) as server:
        assert drain(None) == 2
    assert not any(other.number in one.subject for one in caught(server.letters))


def test_a_run_of_many_is_sent_in_as_many_statements_as_one_of_few(clock):
    with shared():
        finance = as_ref(make_operator("Fay", "finance"))
        counts = []
        for many in (2, 12):
            run = made_run() if many == 2 else InvoiceRun.objects.create(
                entity=make.make_entity(), month=date(2026, 3, 1), started_at=START, state="done"
            )  # fmt: skip
            for _one in range(many):
                make.make_invoice(run_id=run.id)
            with CaptureQueriesContext(connections[SHARED_ALIAS]) as asked:
                assert len(send_run(run_id=run.id, by=finance).deliveries) == many
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_sending_that_is_stopped_never_goes_out(clock, port):
    with shared():
        [sending] = queued(make.make_invoice())
        delivery.stop(delivery_id=sending.id)
        with pytest.raises(NotPossible, match="given up on before"):
            delivery.stop(delivery_id=sending.id)
    with MailCatcher(port) as server:
        assert drain(None) == 1
    assert server.letters == []
    assert row(sending).state == "stopped"
    with shared():
        assert OutboxItem.objects.get().done_at == START


def test_one_that_fails_stays_stopped_and_what_went_out_meanwhile_says_so(clock, port):
    with shared():
        [sending] = queued(make.make_invoice())
    drain(None)
    with shared():
        delivery.stop(delivery_id=sending.id)
        delivery.note_failed(delivery_id=sending.id, sentence="x" * 300)
    assert (row(sending).state, len(row(sending).error)) == ("stopped", 120)
    with shared():
        delivery.note_sent(delivery_id=sending.id, proof={"message_id": "<1@x>"}, at=START)
        with pytest.raises(NotPossible, match="gone out already"):
            delivery.stop(delivery_id=sending.id)
        delivery.note_failed(delivery_id=sending.id, sentence="too late")
    assert (row(sending).state, row(sending).error) == ("sent", "")


def test_sending_again_gives_up_the_one_that_fails_and_is_a_sending_of_its_own(clock, port):
    with shared():
        [sending] = queued(make.make_invoice())
        with pytest.raises(NotPossible, match="not been tried yet"):
            delivery.again(delivery_id=sending.id, by=None, at=START)
    drain(None)
    with shared():
        second = delivery.again(delivery_id=sending.id, by=None, at=START)
        post([second])
        assert not_sent() == ()  # the second one waits
        delivery.stop(delivery_id=second.id)
        assert {one.id for one in not_sent()} == {sending.id, second.id}
        Delivery.objects.filter(id=second.id).update(state="waiting")
    clock.shift(LEASE)
    with MailCatcher(port) as server:
        assert drain(None) == 2  # the first one is looked at, and nothing is sent for it
    assert len(server.letters) == 1
    assert (row(sending).state, row(second).state) == ("stopped", "sent")


def test_nothing_is_sent_again_to_someone_who_is_no_contact_any_more():
    with shared():
        [sending] = queued(make.make_invoice())
        Delivery.objects.update(state="sent")
        Contact.objects.update(ended_at=START)
        with pytest.raises(NotPossible, match="is no contact of"):
            delivery.again(delivery_id=sending.id, by=None, at=START)


def test_what_is_not_there_is_said_to_be_not_there():
    with shared():
        for call in (
            lambda: delivery.queue_invoice(invoice_id=uuid4(), by=None, at=START),
            lambda: delivery.again(delivery_id=uuid4(), by=None, at=START),
            lambda: delivery.stop(delivery_id=uuid4()),
        ):
            with pytest.raises(NotThere):
                call()
    assert compose(uuid4(), at=START) is None
    with pytest.raises(NotThere):
        pdf_of(uuid4(), at=START)


def test_a_reminder_carries_the_invoice_and_what_is_still_open(clock, port):
    with shared():
        invoice = make.make_invoice(net="100.00", due_on=date(2026, 3, 3))
        made = delivery.queue_reminder(invoice_id=invoice.id, step=1, on=date(2026, 3, 11), by=None, at=START)
        post(made)
    with MailCatcher(port) as server:
        assert drain(None) == 1
    [letter] = caught(server.letters)
    assert letter.subject == f"Reminder: invoice {invoice.number} was due on 3 March 2026"
    assert "8 days ago. £120.00 is still open." in letter.text
    assert "Nobody loses access to Patchwork over an unpaid invoice" in letter.text
    assert list(letter.files) == [f"{invoice.number.lower()}.pdf"]


def test_a_reminder_of_what_was_paid_meanwhile_is_not_sent(clock, port):
    from billing.models import Allocation, Payment

    with shared():
        invoice = make.make_invoice(net="100.00")
        made = delivery.queue_reminder(invoice_id=invoice.id, step=1, on=date(2026, 3, 11), by=None, at=START)
        post(made)
        money = {"entity": invoice.entity, "customer": invoice.customer, "recorded_at": START}
        payment = Payment.objects.create(**money, received_on=date(2026, 3, 2), amount=Decimal("120.00"), method="hand")
        Allocation.objects.create(invoice=invoice, payment=payment, amount=Decimal("120.00"), at=START)
    with MailCatcher(port) as server:
        assert drain(None) == 1
    assert server.letters == []
    assert (row(made[0]).state, row(made[0]).error) == ("stopped", PAID)


def test_a_statement_goes_out_as_a_pdf(clock, port):
    with shared():
        invoice = make.make_invoice(net="100.00")
        asked = {"customer_id": invoice.customer_id, "entity_id": invoice.entity_id, "by": None, "at": START}
        post(delivery.queue_statement(**asked, first=date(2026, 1, 1), last=date(2026, 2, 28)))
        with pytest.raises(BadValue):
            delivery.queue_statement(**asked, first=date(2026, 2, 1), last=date(2026, 1, 31))
    with MailCatcher(port) as server:
        assert drain(None) == 1
    [letter] = caught(server.letters)
    assert list(letter.files) == ["statement-2026-02-28.pdf"]
    assert "£120.00 was open" in letter.text
    with shared():
        [told] = of_customer(invoice.customer_id)
    assert told.files[0][1] == sha256(letter.files["statement-2026-02-28.pdf"]).hexdigest()


def test_an_electronic_invoice_is_put_into_the_folder_and_goes_with_the_mail(clock, port, settings, tmp_path):
    settings.EINVOICE_FOLDER = tmp_path
    with shared():
        invoice = einvoice()
        mailed, put = queued(invoice)
    with MailCatcher(port) as server:
        assert drain(None) == 2
    name = f"{invoice.number.lower()}.xml"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == invoice.xml.encode()
    [letter] = caught(server.letters)
    assert letter.files[name] == invoice.xml.encode()
    assert (mailed.way, put.way) == ("mail", "folder")
    with shared():
        told = next(one for one in of_invoice(invoice.id) if one.way == "folder")
    assert told.to == "0088:5060123450002"
    assert told.path == str(tmp_path / name)
    assert told.files == ((name, sha256(invoice.xml.encode()).hexdigest()),)


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [(None, "No folder is named: PATCHWORK_EINVOICE_FOLDER is empty."), ("missing", "The folder is not there.")],
)
def test_a_folder_that_is_not_there_delays_an_electronic_invoice_and_loses_nothing(
    clock, port, settings, tmp_path, folder, sentence
):
    settings.EINVOICE_FOLDER = tmp_path / folder if folder else None
    with shared():
        invoice = einvoice()
        _mailed, put = queued(invoice)
    with MailCatcher(port):
        assert drain(None) == 1  # the mail
        assert (row(put).state, row(put).error) == ("failing", sentence)
        settings.EINVOICE_FOLDER = tmp_path
        clock.shift(LEASE)
        assert drain(None) == 1
    assert row(put).state == "sent"
    assert (tmp_path / f"{invoice.number.lower()}.xml").exists()


def test_finance_sends_stops_and_sends_again_and_the_log_says_so(clock, port):
    with shared():
        finance, auditor = as_ref(make_operator("Fay", "finance")), as_ref(make_operator("Al", "auditor"))
        invoice = make.make_invoice()
        with pytest.raises(NotPermitted):
            send_invoice(invoice_id=invoice.id, by=auditor)
        assert send_invoice(invoice_id=invoice.id, by=finance) == 1
        [told] = of_invoice(invoice.id)
        assert (told.may_be_stopped, told.may_be_sent_again) == (True, False)
        stop_sending(delivery_id=told.id, by=finance)
        send_again(delivery_id=told.id, by=finance)
        period = {"first": date(2026, 1, 1), "last": date(2026, 1, 31)}
        send_statement(customer_id=invoice.customer_id, entity_id=invoice.entity_id, **period, by=finance)
        slugs = [event.slug for event in Event.objects.filter(actor_id=finance.id)]
    assert {
        "console.invoice.sent",
        "console.delivery.stopped",
        "console.delivery.sent_again",
        "console.statement.sent",
    } <= set(slugs)
    with MailCatcher(port) as server:
        assert drain(None) == 3
    assert len(server.letters) == 2
