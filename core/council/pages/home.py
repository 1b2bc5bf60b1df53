"""The home page: my clients, my next visits, and what waits for me."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.choices import Role
from core.audit.actions import record_sight
from core.council.pages.support import operator_home
from core.council.queries import SHOWS, Filters, client_ids, home_for, notices_shown_to
from core.directory.doors import CouncilRequest, for_practitioners
from core.network.policies.deciding import decides_today
from core.network.queries.broker import passed_to
from core.notices.actions import mark_read
from core.visits.rows import window_words


@require_safe
def home(request: CouncilRequest) -> HttpResponse:
    """My clients; for someone without a contact card, what they can do here."""
    if request.user.has_role(Role.SUPPORT):
        return operator_home(request)
    if not request.viewer:
        is_admin = request.user.has_role(Role.COUNCIL_ADMIN)
        is_finance = request.user.has_role(Role.FINANCE_CONTACT)
        return render(request, "council/welcome.html", {"is_admin": is_admin, "is_finance": is_finance})
    return _home(request)


@for_practitioners
def _home(request: CouncilRequest) -> HttpResponse:
    filters = _filters(request)
    page = home_for(request.viewer, filters)
    listed = client_ids(page.lines)
    if listed and request.method == "GET":
        record_sight("council.clients.listed", by=request.viewer, detail={"clients": listed})
    shown = {
        "page": page,
        "filters": filters,
        "services": request.viewer.services,
        "tabs": _tabs(filters, page.counts),
        "window_words": window_words,
        "passed": passed_to(request.viewer),
        "decides": decides_today(request.viewer),
        "previous": _address(filters, page=filters.page - 1) if filters.page > 1 else "",
        "next": _address(filters, page=filters.page + 1) if page.has_more else "",
    }
    return render(request, "council/home.html", shown)


@require_safe
def notices(request: CouncilRequest) -> HttpResponse:
    """What I was told, newest first; for officers and administrators too, who are told without a client."""
    told = notices_shown_to(request.viewer or None, request.user)
    seen = sorted({str(one.client_id) for one in told if one.client_id})
    if seen and request.method == "GET":
        record_sight("council.notices.listed", by=request.viewer, detail={"clients": seen})
    return render(request, "council/notices.html", {"told": told, "unread": [one for one in told if not one.is_read]})


@require_POST
def read_notices(request: CouncilRequest) -> HttpResponse:
    """Mark one notice, or all, as read."""
    chosen = request.POST.get("notice")
    try:
        ids = [UUID(chosen)] if chosen else None
    except ValueError:
        ids = []
    mark_read(user=request.user, notice_ids=ids)
    return redirect("council:notices")


def _filters(request: CouncilRequest) -> Filters:
    """The filters of the address; nonsense there is no filter."""
    show = request.GET.get("show", "all")
    page = request.GET.get("page", "1")
    try:
        service_id = UUID(request.GET.get("service", ""))
    except ValueError:
        service_id = None
    return Filters(
        show=show if show in SHOWS else "all",
        service_id=service_id,
        is_team=request.GET.get("whose") == "team",
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
    )


def _address(filters: Filters, *, show: str | None = None, page: int = 1) -> str:
    parts: dict[str, str] = {}
    if (show or filters.show) != "all":
        parts["show"] = show or filters.show
    if filters.service_id:
        parts["service"] = str(filters.service_id)
    if filters.is_team:
        parts["whose"] = "team"
    if page > 1:
        parts["page"] = str(page)
    return "?" + urlencode(parts)


def _tabs(filters: Filters, counts: dict[str, int]) -> list[dict[str, object]]:
    words = {
        "all": _("All (%d)"),
        "visits": _("With a visit to come (%d)"),
        "stale": _("Not confirmed for long (%d)"),
        "unrecorded": _("Conversation to record (%d)"),
        "anew": _("Ask anew soon (%d)"),
    }
    return [
        {"text": text % counts[show], "href": _address(filters, show=show), "is_current": filters.show == show}
        for show, text in words.items()
    ]
