"""Files handed out from where councils' files are kept, once the council's transaction has ended.

A view answers with StoredFile, which names a file and holds nothing of it. StoredFileMiddleware, which stands outside
of the council's scope, opens it and sends it piece by piece: no transaction waits for the store or for a slow browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from tenants.context import CouncilRef
from tenants.files import FileMissing, FilesAway, council_files
from tenants.routing import error_page

_FILENAME: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\.zip")


class StoredFile(HttpResponse):
    """A file of `council` to be sent, by its path among that council's files.

    `filename` is small letters, digits and hyphens, and never holds a person's name: addresses and downloads are kept
    by browsers. Raises ValueError for another filename.
    """

    def __init__(self, council: CouncilRef, path: str, *, filename: str, size: int) -> None:
        if not _FILENAME.fullmatch(filename):
            raise ValueError(f"{filename!r} is no file name for a download: small letters, digits, hyphens, then .zip.")
        super().__init__(content_type="application/zip")
        self.council, self.path = council, path
        self.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
        self.headers["Content-Length"] = str(size)
        self.headers["Cache-Control"] = "no-store"


class StoredFileMiddleware:
    """Sends every StoredFile. Stands outside of the council's middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, StoredFile):
            return response
        try:
            pieces = council_files(response.council).pieces(response.path)
        except FilesAway:
            return error_page(503, cause="files")
        except FileMissing:
            return error_page(404)
        sent = StreamingHttpResponse(pieces, headers=dict(response.items()))
        sent.cookies = response.cookies
        return sent
