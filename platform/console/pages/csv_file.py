"""Rows as a file that a spreadsheet opens, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from console.pages.log import safe_cell


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """The rows under their heading, to be kept as `name`."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in heading])
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
