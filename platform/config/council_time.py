"""The council's own time zone and language for a request."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.consent.packs_in_use import pack_of
from tenants.context import current


class CouncilTimeMiddleware:
    """Days and times are the council's: a visit "today" is today there. Also says how its phone numbers are written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        council = current()
        if council is None:
            return self.get_response(request)
        pack = pack_of(council)
        request.region = pack.jurisdiction.split("-")[0]  # type: ignore[attr-defined]  # typed by CouncilRequest
        with timezone.override(ZoneInfo(pack.locale.timezone)):
            return self.get_response(request)
