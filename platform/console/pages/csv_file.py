"""Rows as a file that a spreadsheet opens, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpResponse

from console.pages.log import safe_cell

_FIGURE: Final = re.compile(r"-\d+(\.\d+)?")
"""An amount below zero: no formula, and of no use to anybody as a text."""


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """The rows under their heading, to be kept as `name`."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in heading])
    for row in rows:
        writer.writerow([cell if _FIGURE.fullmatch(cell) else safe_cell(cell) for cell in row])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
