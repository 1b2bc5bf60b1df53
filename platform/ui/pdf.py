"""Pages as PDF: a view answers with the HTML, and the PDF is made once the council's transaction has ended.

Laying out a document takes much longer than reading what it says. So a view returns `PdfResponse`, which holds HTML
alone, and `PdfMiddleware`, which stands outside of the council's scope, turns it into a PDF. Templates of PDFs extend
`ui/pdf.html`; their looks are in `pdf.css` beside this module. Nothing is ever fetched: no network, no file.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

STYLES: Final = Path(__file__).with_name("pdf.css")
VARIANT: Final = "pdf/ua-1"
"""Tagged for screen readers, with language and title, as ISO 14289-1 asks."""

_FILENAME: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\.pdf")


class PdfNotPossible(Exception):
    """This server lacks a library that PDFs need (Pango, of Debian's libpango-1.0-0 and libpangoft2-1.0-0)."""


class PdfRefersOutside(Exception):
    """The HTML of a PDF names a picture, a style or a font that would have to be fetched."""


class PdfResponse(HttpResponse):
    """A PDF to be: the HTML now, the PDF after the unit of work.

    `filename` is small letters, digits and hyphens, and never holds a person's name: addresses and downloads are kept
    by browsers. With `download` the browser saves it instead of showing it. Raises ValueError for another filename.
    """

    def __init__(self, html: str, *, filename: str, download: bool = False) -> None:
        if not _FILENAME.fullmatch(filename):
            raise ValueError(f"{filename!r} is no file name for a PDF: small letters, digits, hyphens, then .pdf.")
        super().__init__(content_type="application/pdf")
        self.html = html
        kind = "attachment" if download else "inline"
        self.headers["Content-Disposition"] = f'{kind}; filename="{filename}"'
        self.headers["Cache-Control"] = "no-store"


class PdfMiddleware:
    """Renders every PdfResponse. Stands outside of the council's middleware, so no transaction waits for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, PdfResponse):
            return response
        try:
            response.content = rendered(response.html)
        except PdfNotPossible:
            logger.exception("pdf_not_possible")
            return _not_possible()
        response.headers["Content-Length"] = str(len(response.content))
        return response


def rendered(html: str) -> bytes:
    """The PDF of a page. Raises PdfNotPossible, PdfRefersOutside."""
    try:
        from weasyprint import CSS, HTML  # here, since it loads libraries that a server may lack
        from weasyprint.urls import FatalURLFetchingError
    except (ImportError, OSError) as error:
        raise PdfNotPossible from error
    fetcher = _fetcher_of_nothing()
    try:
        page = HTML(string=html, url_fetcher=fetcher)
        made = page.write_pdf(stylesheets=[CSS(string=_styles(), url_fetcher=fetcher)], pdf_variant=VARIANT)
    except FatalURLFetchingError as error:  # not an Exception: WeasyPrint would go on without the missing piece
        raise PdfRefersOutside(str(error)) from error
    return bytes(made)


def _styles() -> str:
    return STYLES.read_text(encoding="utf-8")


def _fetcher_of_nothing() -> Any:
    """What WeasyPrint asks for every address in a page: always refused, also files of this machine."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]  # WeasyPrint tells no types
        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002  # WeasyPrint's signature
            raise FatalURLFetchingError(f"A PDF may not fetch {url.split(':')[0]}: addresses.")

    return Nothing()


def _not_possible() -> HttpResponse:
    words = {"status": 503, "cause": "pdf"}
    return HttpResponse(
        render_to_string("ui/error.html", words, using="jinja2"), status=503, headers={"Cache-Control": "no-store"}
    )
