"""Invoices, credit notes and statements on paper: what they say, that they are tagged, and that they can be drawn."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
from pypdfium2 import raw

from billing.documents.letters import invoice_words, reminder_words, statement_words
from billing.documents.pdf import invoice_html, plain, statement_html, tax_number
from billing.models import InvoiceLine
from billing.money import written
from billing.tax import taxes_on
from tenants.context import shared
from tests.factories import billing as make
from ui.pdf import rendered

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

COUNCILS = ("Ashford", "Brackley", "Corfe")


class Paper:
    """A PDF, read and drawn."""

    def __init__(self, html: str) -> None:
        self.content = rendered(html)
        self.document = pypdfium2.PdfDocument(self.content)

    @property
    def pages(self) -> list[str]:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in self.document]

    @property
    def text(self) -> str:
        return " ".join(self.pages)

    def ink(self, number: int) -> float:
        """Which share of a page is not white, drawn small."""
        picture = self.document[number].render(scale=0.5).to_pil().convert("L")
        dark = sum(count for shade, count in enumerate(picture.histogram()) if shade < 200)
        return dark / (picture.width * picture.height)

    def reaches(self, number: int) -> tuple[float, float]:
        """How far to the left and right anything is drawn on a page, as shares of its width."""
        picture = self.document[number].render(scale=1).to_pil().convert("L").point(lambda shade: 255 * (shade < 200))
        left, _top, right, _bottom = picture.getbbox()
        return left / picture.width, right / picture.width

    def tags(self, number: int) -> set[str]:
        """The kinds of structure on a page."""
        found: set[str] = set()
        tree = raw.FPDF_StructTree_GetForPage(self.document[number])

        def walk(element) -> None:
            size = raw.FPDF_StructElement_GetType(element, None, 0)
            text = ctypes.create_string_buffer(size)
            raw.FPDF_StructElement_GetType(element, text, size)
            found.add(text.raw.decode("utf-16-le").rstrip("\0"))
            for child in range(raw.FPDF_StructElement_CountChildren(element)):
                inner = raw.FPDF_StructElement_GetChildAtIndex(element, child)
                if inner:
                    walk(inner)

        for child in range(raw.FPDF_StructTree_CountChildren(tree)):
            walk(raw.FPDF_StructTree_GetChildAtIndex(tree, child))
        raw.FPDF_StructTree_Close(tree)
        return found


def big_invoice(country: str = "GB", councils=COUNCILS, months: int = 3, **given):
    """A quarter of a county and its districts: fees, discounts, practitioners in two bands, a part of a month."""
    contract = make.make_contract(make.make_customer("Example County", country, legal_name="Example County Council"))
    rule = "gb-standard" if country == "GB" else "au-standard"
    lines = []

    def add(name, quantity, price, first, last, net=None):
        quantity, price = Decimal(quantity), Decimal(price)
        lines.append(
            InvoiceLine(
                position=len(lines) + 1, key=f"{len(lines)}", kind="platform", month=first.replace(day=1),
                period_first=first, period_last=last, description=name, quantity=quantity, unit="month",
                unit_price=price, net=Decimal(net) if net else (quantity * price).quantize(Decimal("0.01")),
                tax_rule=rule, tax_category="S", tax_rate=Decimal(20 if country == "GB" else 10),
            )
        )  # fmt: skip

    for name in councils:
        for month in range(1, months + 1):
            first, last = date(2026, month, 1), date(2026, month, 28)
            add(f"{name}: platform fee, {first:%B %Y}", "1", "750.00", first, last)
            add(f"{name}: 3 councils on one contract, 10% off the platform fee", "-1", "75.00", first, last)
            add(f"{name}: active practitioners, {first:%B %Y} (first 200)", "200", "3.20", first, last)
            add(f"{name}: active practitioners, {first:%B %Y} (201 and more)", "1041", "2.60", first, last)
    add("Training in Brackley for safeguarding leads & supervisors", "1.5", "750", date(2026, 2, 3), date(2026, 2, 3))
    [part] = taxes_on((line.tax_rule, line.net) for line in lines)
    invoice = make.make_invoice(
        contract,
        **{
            "net": str(part.net), "tax": part.tax, "gross": part.net + part.tax, "order_number": "PO-2026-00781",
            "period_last": date(2026, 3, 31), "terms": "Payable within 30 days of the invoice's date.",
            "taxes": [{"rule": rule, "category": "S", "rate": str(part.rate), "net": str(part.net), "tax": str(part.tax)}],
            **given,
        },
    )  # fmt: skip
    for line in lines:
        line.position += 1
        line.invoice = invoice
    InvoiceLine.objects.bulk_create(lines)
    return invoice


@dataclass(frozen=True)
class Row:
    """A line of a statement, an open invoice or a bucket, as the template reads it."""

    on: date | None = None
    text: str = ""
    number: str = ""
    amount: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    issued_on: date | None = None
    due_on: date | None = None
    days_late: int = 0
    gross: Decimal = Decimal(0)
    open: Decimal = Decimal(0)
    label: str = ""


class Told:
    """A statement as billing.queries.statements gives it."""

    first, last = date(2026, 1, 1), date(2026, 3, 31)
    currency = "GBP"
    opening, credit = Decimal("0.00"), Decimal("12.50")

    def __init__(self, closing: str = "1187.50") -> None:
        self.closing = Decimal(closing)
        self.seller, self.buyer = make.as_said(make.make_entity()), make.as_said(make.make_customer("Example County"))
        self.lines = [
            Row(date(2026, 2, 1), "Invoice", "PWUK-2026-000001", Decimal("1200.00"), Decimal("1200.00")),
            Row(date(2026, 3, 3), "Payment, thank you", "BACS 7781", Decimal("-12.50"), Decimal("1187.50")),
        ]
        late = Row(number="PWUK-2026-000001", issued_on=date(2026, 2, 1), due_on=date(2026, 3, 3), days_late=28)
        self.open_invoices = [Row(**{**late.__dict__, "gross": Decimal(1200), "open": Decimal(1200)})]
        self.buckets = [Row(label="Not due yet"), Row(label="1 to 30 days late", amount=Decimal("1200.00"))]
        self.overdue = Decimal("1200.00")

    def written(self, amount: Decimal) -> str:
        return written(amount, self.currency)


def test_an_invoice_of_many_lines_says_everything_within_its_margins_and_is_tagged():
    with shared():
        invoice = big_invoice()
        paper = Paper(invoice_html(invoice))
    assert len(paper.pages) >= 3
    said = ("Description", "Unit price", f"Invoice {invoice.number}")
    assert all(word in page for page in paper.pages[:-1] for word in said)
    for words in (
        "GB 980 7806 84", "Example County Council", "PO-2026-00781", "-£75.00", "1,041", "£2,706.60", "£1,125.00",
        written(invoice.net, "GBP"), f"VAT at 20% on {written(invoice.net, 'GBP')}", written(invoice.tax, "GBP"),
        written(invoice.gross, "GBP"), "Sort code 00-00-00", "Please pay",
    ):  # fmt: skip
        assert words in paper.text, words
    assert paper.text.count(written(invoice.gross, "GBP")) == 2
    assert raw.FPDFCatalog_IsTagged(paper.document)
    assert paper.document.get_metadata_value("Title") == f"Invoice {invoice.number}"
    assert {"Table", "TH", "TD", "H1", "H2", "P"} <= paper.tags(0)
    for number in range(len(paper.pages)):
        left, right = paper.reaches(number)
        assert 0.01 < paper.ink(number) < 0.3
        assert left > 0.07
        assert right < 0.93


def test_an_australian_invoice_is_a_tax_invoice_and_has_no_pounds():
    with shared():
        invoice = make.make_invoice(make.make_contract(make.make_customer("Example Region", "AU")), net="1234.50")
        paper = Paper(invoice_html(invoice))
    assert f"Tax invoice {invoice.number}" in paper.text
    assert "ABN: 51 824 753 556" in paper.text
    assert "GST at 10% on A$1,234.50 A$123.45" in paper.text
    assert "BSB 000-000" in paper.text
    assert not any(word in paper.text for word in ("£", "VAT", "Sort code"))


def credit_note(country: str = "GB"):
    invoice = make.make_invoice(make.make_contract(make.make_customer("Example County", country)), net="500.00")
    note = make.make_invoice(
        invoice.contract, net="120.00", kind="credit_note", credits=invoice, reason="One council left in September.",
        issued_on=date(2026, 3, 1),
    )  # fmt: skip
    return invoice, note


def test_a_credit_note_names_its_invoice_says_why_and_asks_for_nothing():
    with shared():
        invoice, note = credit_note()
        paper = Paper(invoice_html(note))
    assert f"Credit note {note.number}" in paper.text
    assert f"Credits {invoice.number} of 1 Feb 2026" in paper.text
    assert "One council left in September." in paper.text
    assert "Credited in all GBP £144.00" in paper.text
    assert "How to pay" not in paper.text
    assert "Nothing is to be paid" in paper.text


def test_what_is_outside_the_scope_of_vat_says_why_on_paper():
    with shared():
        taxes = [{"rule": "gb-abroad", "category": "O", "rate": "0.00", "net": "100.00", "tax": "0.00"}]
        invoice = make.make_invoice(taxes=taxes, tax=Decimal(0), gross=Decimal(100))
        paper = Paper(invoice_html(invoice))
    assert "Outside the scope of UK VAT: services to a business customer outside the UK" in paper.text


def test_the_same_invoice_is_the_same_page_whatever_language_is_read():
    from django.utils.translation import override

    with shared():
        invoice = make.make_invoice()
        english = invoice_html(invoice)
        with override("cy"):
            assert invoice_html(invoice) == english
    assert rendered(english) == rendered(english)


def test_signs_of_markup_in_a_name_are_printed_and_not_obeyed():
    with shared():
        contract = make.make_contract(make.make_customer(legal_name="<b>Ynys Môn</b> & Sons"))
        paper = Paper(invoice_html(make.make_invoice(contract)))
    assert "<b>Ynys Môn</b> & Sons" in paper.text


def test_a_statement_says_what_was_billed_paid_and_is_late():
    with shared():
        told = Told()
        paper = Paper(statement_html(told))
    for words in (
        "Statement of account", "This is not an invoice", "Brought forward", "PWUK-2026-000001", "-£12.50", "28 days late",
        "1 to 30 days late £1,200.00", "£1,187.50", "Account number 00012345",
    ):  # fmt: skip
        assert words in paper.text, words
    assert "was open" in statement_words(told).text


def test_a_statement_in_the_customer_s_favour_asks_for_nothing():
    with shared():
        told = Told("-5.00")
        told.open_invoices = []
        paper = Paper(statement_html(told))
    assert "In your favour" in paper.text
    assert "How to pay" not in paper.text
    assert "£5.00 stood in your favour" in statement_words(told).text


def test_letters_say_what_is_attached_and_threaten_nothing():
    with shared():
        invoice, note = credit_note()
        told = invoice_words(invoice)
        credited = invoice_words(note)
        first = reminder_words(invoice, was_asked_before=False, still_open=Decimal("600.00"), on=date(2026, 3, 11))
        second = reminder_words(invoice, was_asked_before=True, still_open=Decimal("50.00"), on=date(2026, 3, 25))
    assert told.subject == f"Invoice {invoice.number} from Patchwork Example Ltd"
    assert "£600.00" in told.text
    assert "It is due on 3 March 2026." in told.text
    assert f"for invoice {invoice.number}. Nothing is to be paid." in credited.text
    assert "8 days ago. £600.00 is still open." in first.text
    assert "£50.00 of £600.00 is still open." in second.text
    assert ("wrote to you about this before" in first.text, "wrote to you about this before" in second.text) == (
        False, True,
    )  # fmt: skip
    for one in (first, second):
        assert "Nobody loses access to Patchwork over an unpaid invoice" in one.text
        assert not any(word in one.text.lower() for word in ("suspend", "legal action", "court", "interest", "debt"))


@pytest.mark.parametrize(
    ("number", "places", "words"),
    [("200.00", 0, "200"), ("1.50", 0, "1.5"), ("3.2000", 2, "3.20"), ("15.2381", 2, "15.2381"), ("-1", 0, "-1"),
     ("0.00", 0, "0"), ("12345.00", 0, "12,345")],
)  # fmt: skip
def test_numbers_are_written_without_needless_noughts(number, places, words):
    assert plain(Decimal(number), places) == words


def test_numbers_of_tax_offices_are_written_in_groups():
    assert tax_number("GB980780684") == "GB 980 7806 84"
    assert tax_number("51824753556") == "51 824 753 556"
    assert tax_number("other") == "other"
