"""A bank's file of movements, read: pure, from bytes to plain values. A file is taken whole or not at all.

Columns are found by their headings, wherever they stand and whatever stands above them. What can't be read is told
with its row, and nothing is guessed: a day with a thirteenth month, an amount in another currency, a balance that does
not follow from the one before, a total that is not the sum. No cell is ever worked out: a formula stays text.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from billing.bank_cells import amount_in, day_in, plain, text_in
from billing.bank_sides import not_said, side_of, signed, unknown_sides
from billing.errors import BadValue
from billing.money import PENNY, total, written

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 20_000
MOST_PROBLEMS: Final = 20
HEADINGS_WITHIN: Final = 25
"""In how many rows the headings must come: some banks put the account's name and number above them."""

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("date", "transaction date", "booking date", "date posted", "posted", "posting date", "entry date",
            "processed date", "effective date", "value date"),
    "amount": ("amount", "transaction amount", "value", "net amount", "amount gbp", "amount aud"),
    "credit": ("credit", "credits", "credit amount", "paid in", "money in", "in", "deposit", "deposits", "receipts",
               "credit gbp", "credit aud"),
    "debit": ("debit", "debits", "debit amount", "paid out", "money out", "out", "withdrawal", "withdrawals",
              "payments", "debit gbp", "debit aud"),
    "reference": ("reference", "payment reference", "transaction reference", "customer reference", "their reference",
                  "ref"),
    "description": ("description", "transaction description", "narrative", "transaction narrative", "details",
                    "transaction details", "particulars", "memo", "remarks"),
    "payer": ("payer", "name", "payer name", "counterparty", "counter party", "counterparty name", "from",
              "other party"),
    "balance": ("balance", "running balance", "account balance", "balance gbp", "balance aud"),
    "currency": ("currency", "ccy", "currency code"),
    "side": ("dr cr", "cr dr", "debit credit", "credit debit", "d c", "c d", "credit debit indicator",
             "debit credit indicator", "creditdebitindicator", "cd indicator", "dc indicator", "cdt dbt ind"),
    "type": ("type", "transaction type", "type of transaction"),
}  # fmt: skip
_NAMES: Final = {
    "day": "a date (such as “Date”)",
    "amount": "an amount (“Amount”, or “Paid in” and “Paid out”)",
    "reference": "what the payer wrote (such as “Reference” or “Description”)",
}
_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "an Excel workbook or another packed file"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a packed file"),
    (b"OFXHEADER", "an OFX file"),
    (b"<", "a web page or an XML file"),
    (b"!Type:", "a QIF file"),
)
_BREAK: Final = re.compile(
    r"(opening|closing|start|end|brought|carried)\b.*\b(balance|forward)|balance (brought|carried)"
)
_TOTAL: Final = re.compile(r"(sub)?totals?\b")


class BadBankFile(BadValue):
    """A file that can't be taken in. `problems` are sentences, each with its row where it has one."""

    def __init__(self, *problems: str) -> None:
        more = f" And {len(problems) - MOST_PROBLEMS} more like these." if len(problems) > MOST_PROBLEMS else ""
        self.problems = problems[:MOST_PROBLEMS]
        super().__init__("file", " ".join(self.problems) + more)


@dataclass(frozen=True, slots=True)
class BankRow:
    """Money that came in. `row` is its number in the file, from 1; `again`, that an equal one stands above it."""

    row: int
    day: date
    amount: Decimal
    reference: str
    payer: str
    fingerprint: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class BankFile:
    """What a file holds: money in, and how many rows brought none."""

    encoding: str
    lines: tuple[BankRow, ...]
    outgoing: int
    total: Decimal


@dataclass(slots=True)
class _Row:
    """A row as read: what moved, and the balance after it. `is_mark` is a row that only states a balance."""

    row: int
    day: date | None
    amount: Decimal
    reference: str
    payer: str
    balance: Decimal | None
    is_mark: bool = False


def read_file(content: bytes, *, currency: str, today: date) -> BankFile:
    """Read a bank's file of an account in `currency`. Raises BadBankFile with all that is wrong with it."""
    text, encoding = _decoded(content)
    rows, headings, start = _table(text)
    reader = _Reader(headings, currency, today)
    reader.problems += reader.unknown_sides(rows[start:])
    found = [one for one in (reader.row(number, cells) for number, cells in rows[start:]) if one is not None]
    reader.problems += reader.without_side()
    problems = [*reader.problems, *(_balances(found, currency) if not reader.problems else ())]
    if problems:
        raise BadBankFile(*problems)
    lines = tuple(_money_in(found, currency))
    moved = [one for one in found if not one.is_mark]
    if not moved:
        raise BadBankFile("This file has headings and no movements under them. Choose a longer time at the bank.")
    return BankFile(encoding, lines, len(moved) - len(lines), total(one.amount for one in lines))


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and the encoding in which it was written."""
    if not content.strip():
        raise BadBankFile("This file is empty. Download it from the bank again.")
    if len(content) > MOST_BYTES:
        raise BadBankFile("This file is bigger than 5 MB. Download a shorter time from the bank.")
    for mark, kind in _OTHER_KINDS:
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(mark):
            raise BadBankFile(f"This is {kind}, not a CSV file. Choose CSV where the bank offers what to download.")
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise BadBankFile("This is not a text file that we can read. Choose CSV where the bank offers what to download.")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return ("utf-16",)
    if b"\x00" in content:
        return ("utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be",)
    return ("utf-8", "cp1252")


Cells = list[str]
Numbered = list[tuple[int, Cells]]


def _table(text: str) -> tuple[Numbered, Cells, int]:
    """The file's rows, the headings, and the first row under them."""
    best: dict[str, int] = {}
    for delimiter in (",", ";", "\t", "|"):
        rows, broken = _rows(text, delimiter)
        for position, (_number, cells) in enumerate(rows[:HEADINGS_WITHIN]):
            columns = _columns(cells)
            if not _missing(columns) and broken:
                raise BadBankFile(f"Row {broken}: a quotation mark is not closed. Download the file again.")
            if not _missing(columns):
                return rows, cells, position + 1
            best = max(best, columns, key=len)
    missing = " and ".join(_NAMES[name] for name in _missing(best))
    raise BadBankFile(
        f"No row of headings names {missing}. Choose CSV with headings where the bank offers what to download."
    )


def _rows(text: str, delimiter: str) -> tuple[Numbered, int]:
    """The rows that are not empty, as cells, and the row at which the file stops being well formed, or 0."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: Numbered = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [plain(cell) for cell in cells]))
            if len(rows) > MOST_ROWS:
                raise BadBankFile(f"This file has more than {MOST_ROWS:,} rows. Download a shorter time from the bank.")
    except csv.Error:
        return rows, reader.line_num
    return rows, 0


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each column stands, for a row of headings. The name further ahead in the list wins."""
    said = [re.sub(r"[^a-z]+", " ", cell.casefold()).strip() for cell in cells]
    found = {}
    for name, headings in HEADINGS.items():
        place = next((said.index(heading) for heading in headings if heading in said), None)
        if place is not None:
            found[name] = place
    return found


def _missing(columns: Mapping[str, int]) -> list[str]:
    missing = [] if "day" in columns else ["day"]
    if "amount" not in columns and "credit" not in columns:
        missing.append("amount")
    if not {"reference", "description", "payer"} & set(columns):
        missing.append("reference")
    return missing


class _Reader:
    """Reads rows under the headings, and keeps what is wrong with them. Sums are kept for a row of totals."""

    def __init__(self, headings: Cells, currency: str, today: date) -> None:
        self.columns, self.width, self.headings = _columns(headings), len(headings), headings
        self.currency, self.today = currency, today
        self.problems: list[str] = []
        self.sums = {"amount": Decimal(0), "credit": Decimal(0), "debit": Decimal(0)}
        self._has_bare_debits = False
        self._without_side: dict[int, str] = {}

    def unknown_sides(self, rows: Numbered) -> Iterator[str]:
        """Columns that say which way money went without our knowing it, where the amounts alone do not."""
        if "credit" not in self.columns:
            known = frozenset(self.columns.values())
            yield from unknown_sides(self.headings, [cells for _number, cells in rows], known)

    def without_side(self) -> Iterator[str]:
        """Rows that don't say which way their money went, in a file whose amounts have no sign."""
        if self._has_bare_debits:
            yield from (f"Row {row}: {not_said(cell)}" for row, cell in self._without_side.items())

    def row(self, number: int, cells: Cells) -> _Row | None:
        """One row, or None where it is none or can't be read: then a problem says why."""
        try:
            return self._row(number, cells)
        except BadValue as bad:
            self.problems.append(f"Row {number}: {bad}")
            return None

    def _row(self, number: int, cells: Cells) -> _Row | None:
        words = " ".join(cells).casefold().strip()
        if not self._cell(cells, "day") or _TOTAL.match(self._cell(cells, "day").casefold()):
            if _TOTAL.search(words):
                self._check_totals(cells)
                return None
            if _BREAK.search(words):
                return _Row(number, None, Decimal(0), "", "", self._amount(cells, "balance"), is_mark=True)
        if any(cells[self.width :]):
            raise BadValue("file", "there are more cells than headings: an amount or a text has a comma of its own.")
        day = day_in(self._cell(cells, "day"), self.today)
        said = self._cell(cells, "currency").upper()
        if said and said != self.currency:
            raise BadValue("file", f"this is in {text_in(said, 10)}, and the account is in {self.currency}.")
        amount = self._moved(number, cells)
        is_mark = amount == 0 and bool(_BREAK.search(words))
        reference = " ".join(filter(None, (self._cell(cells, "reference"), self._cell(cells, "description"))))
        payer = text_in(self._cell(cells, "payer"), 120)
        balance = self._amount(cells, "balance")
        return _Row(number, day, amount, text_in(reference, 200), payer, balance, is_mark)

    def _moved(self, number: int, cells: Cells) -> Decimal:
        """What moved: more than zero came in. Both of one row add up, as banks write corrections so."""
        if "credit" not in self.columns:
            amount = self._amount(cells, "amount")
            if amount is None:
                raise BadValue("file", "there is no amount.")
            amount = self._by_side(number, cells, amount)
            self.sums["amount"] += amount
            return amount
        credit, debit = self._amount(cells, "credit"), self._amount(cells, "debit")
        if credit is None and debit is None and self._amount(cells, "amount") is None:
            if self._amount(cells, "balance") is not None:
                return Decimal(0)
            raise BadValue("file", "there is no amount.")
        if credit is not None and credit < 0:
            raise BadValue("file", "the amount paid in is below zero.")
        self.sums["credit"] += credit or 0
        self.sums["debit"] += abs(debit or Decimal(0))
        return (credit or Decimal(0)) - abs(debit or Decimal(0))

    def _by_side(self, number: int, cells: Cells, amount: Decimal) -> Decimal:
        """The amount by the column that says which way money went; a way of paying says nothing of that."""
        said = self._cell(cells, "side" if "side" in self.columns else "type")
        if side_of(said) is None:
            if "side" in self.columns and amount:
                raise BadValue("file", not_said(said))
            if amount > 0 and "type" in self.columns:
                self._without_side[number] = said
        elif side_of(said) is False and amount > 0:
            self._has_bare_debits = True
        return signed(amount, said)

    def _check_totals(self, cells: Cells) -> None:
        for name, found in self.sums.items():
            said = self._amount(cells, name)
            if said is not None and abs(said) != abs(found):
                said_words, found_words = written(said, self.currency), written(found, self.currency)
                raise BadValue("file", f"the total says {said_words}, and the rows above add up to {found_words}.")

    def _amount(self, cells: Cells, name: str) -> Decimal | None:
        cell = self._cell(cells, name)
        return amount_in(cell, self.currency) if cell else None

    def _cell(self, cells: Cells, name: str) -> str:
        place = self.columns.get(name)
        return cells[place] if place is not None and place < len(cells) else ""


def _balances(rows: list[_Row], currency: str) -> Iterator[str]:
    """What is wrong with the balances, for a file with the oldest row first or last. At most one sentence."""
    if sum(one.balance is not None for one in rows) < 2:
        return
    days = [one.day for one in rows if one.day]
    is_newest_first = bool(days) and days[0] > days[-1]
    broken = _first_break(rows[::-1] if is_newest_first else rows)
    if broken is None or (days and days[0] == days[-1] and _first_break(rows[::-1]) is None):
        return
    row, expected, said = broken
    yield (
        f"Row {row}: the balance says {written(said, currency)}, and from the rows before it is "
        f"{written(expected, currency)}. A row is missing, twice there, or was changed: download the file again."
    )


def _first_break(rows: list[_Row]) -> tuple[int, Decimal, Decimal] | None:
    """The first row whose balance is not the one before it and what moved since. None where all follow."""
    balance: Decimal | None = None
    for one in rows:
        expected = None if balance is None else balance + one.amount
        if one.balance is not None and expected is not None and one.balance != expected:
            return one.row, expected, one.balance
        balance = one.balance if one.balance is not None else expected
    return None


def _money_in(rows: list[_Row], currency: str) -> Iterator[BankRow]:
    """The rows that brought money, each with a fingerprint that it has in every file in which it stands."""
    seen: Counter[tuple[object, ...]] = Counter()
    for one in rows:
        if one.amount < PENNY or one.day is None:
            continue
        key = (one.day, one.amount, one.reference.casefold(), one.payer.casefold())
        seen[key] += 1
        said = "\x1f".join([currency, *map(str, key), str(seen[key])])
        print_of = hashlib.sha256(said.encode()).hexdigest()
        yield BankRow(one.row, one.day, one.amount, one.reference, one.payer, print_of, again=seen[key] > 1)
