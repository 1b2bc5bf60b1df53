"""The council's own time zone, for its requests and its tasks."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.consent.packs_in_use import pack_of
from tenants.context import CouncilRef, current


def time_zone_of(council: CouncilRef) -> ZoneInfo:
    """The time zone that a council's law pack names."""
    return ZoneInfo(pack_of(council).locale.timezone)


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
        with timezone.override(time_zone_of(council)):
            return self.get_response(request)
