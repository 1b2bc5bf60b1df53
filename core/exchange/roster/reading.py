"""Bytes of a CSV or Excel file into rows, numbered as a spreadsheet shows them.

Numbers start at 1; headers and blank lines count, and a cell that runs over two lines counts once. Whatever can't be
read is refused with one sentence for the person who sent the file.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from python_calamine import CalamineError, CalamineWorkbook

from core.exchange.roster.mapping import FileFormat, RosterMapping
from core.people.names import fold

Cell = str | date | datetime
"""Text, or a real date where a workbook holds one."""

MAX_FILE_BYTES = 50 * 1024 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_BINARY_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")


class UnreadableFile(ValueError):
    """The file can't be read as its mapping says; the text is one sentence to show."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the file: its number in a spreadsheet, its cells by column name, and cells beyond the last column."""

    number: int
    cells: dict[str, Cell]
    beyond: tuple[Cell, ...] = ()

    @property
    def values(self) -> tuple[Cell, ...]:
        """The cells in the file's order."""
        return (*self.cells.values(), *self.beyond)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The data rows of a file, and the columns that the mapping does not know (never kept)."""

    rows: tuple[SheetRow, ...]
    unknown_columns: tuple[str, ...] = ()


def read_sheet(data: bytes, mapping: RosterMapping) -> Sheet:
    """The data rows of a file: no titles, headers, blank lines or totals. Raises UnreadableFile."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile(f"{mapping.file} is empty.")
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(f"{mapping.file} is larger than 50 MB: split it into several files.")
    if mapping.format.type == "xlsx":
        return _with_header(_workbook_rows(data, mapping), mapping)
    return _text_sheet(data, mapping)


def _text_sheet(data: bytes, mapping: RosterMapping) -> Sheet:
    text = _decoded(data, mapping)
    mistakes: list[UnreadableFile] = []
    for delimiter in dict.fromkeys((mapping.format.delimiter, *_DELIMITERS)):
        try:
            return _with_header(_text_rows(text, delimiter, mapping), mapping)
        except UnreadableFile as mistake:
            mistakes.append(mistake)
    raise mistakes[0]


def _decoded(data: bytes, mapping: RosterMapping) -> str:
    if data.startswith(_BINARY_STARTS):
        raise UnreadableFile(f"{mapping.file} is not a text file: it should be CSV.")
    marked = tuple(encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark))
    for encoding in marked or mapping.format.encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    if b"\x00" in data:
        raise UnreadableFile(f"{mapping.file} is not a text file: it should be CSV.")
    expected = " or ".join(mapping.format.encodings)
    raise UnreadableFile(f"{mapping.file} is in another encoding than {expected}: save it as CSV UTF-8 and try again.")


def _text_rows(text: str, delimiter: str, mapping: RosterMapping) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise UnreadableFile(f"{mapping.file} can't be read as CSV near row {number}: {problem}.") from problem
        yield number, list(line)


def _workbook_rows(data: bytes, mapping: RosterMapping) -> Iterator[tuple[int, list[Cell]]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        wanted = mapping.format.sheet or workbook.sheet_names[0]
        if wanted not in workbook.sheet_names:
            found = ", ".join(workbook.sheet_names)
            raise UnreadableFile(f"{mapping.file} has no sheet called {wanted}; it has {found}.")
        lines = workbook.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as problem:
        raise UnreadableFile(f"{mapping.file} is not an Excel workbook.") from problem
    for number, line in enumerate(lines, start=1):
        yield number, [_cell(value) for value in line]


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date() if value.time() == time_of_day() else value
    if isinstance(value, date | str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, time_of_day | timedelta | int | float | bool):
        return str(value)
    return ""


def _with_header(lines: Iterator[tuple[int, list[Cell]]], mapping: RosterMapping) -> Sheet:
    """The rows below the header, which stands within the first lines, perhaps under a title."""
    wanted = {fold(column.name): column.name for column in mapping.columns}
    needed = {fold(column.name) for column in mapping.kept}
    closest: set[str] = needed
    for number, cells in lines:
        header = [fold(cell) if isinstance(cell, str) else "" for cell in cells]
        missing = needed - set(header)
        if not missing:
            names = [wanted.get(name, str(cell)) for name, cell in zip(header, cells, strict=True)]
            unknown = tuple(name for name in names if name and fold(name) not in wanted)
            return Sheet(tuple(_data_rows(lines, names, mapping.format)), unknown)
        closest = min(closest, missing, key=len)
        if number >= mapping.format.header_within:
            break
    absent = ", ".join(sorted(wanted[name] for name in closest))
    raise UnreadableFile(f"{mapping.file} lacks the columns: {absent}.")


def _data_rows(
    lines: Iterator[tuple[int, list[Cell]]], names: Sequence[str], file_format: FileFormat
) -> Iterator[SheetRow]:
    totals = {fold(word) for word in file_format.totals}
    for number, line in lines:
        filled = [cell for cell in line if not isinstance(cell, str) or cell.strip()]
        if not filled or (isinstance(filled[0], str) and fold(filled[0]) in totals):
            continue
        padded = [*line, *[""] * (len(names) - len(line))]
        cells = {name or f"column {index + 1}": padded[index] for index, name in enumerate(names)}
        yield SheetRow(number, cells, tuple(padded[len(names) :]))
