"""The search: one box, its results, and what appears while typing."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.directory.doors import CouncilRequest
from core.network.doors import for_the_network
from core.network.errors import NotPermitted
from core.network.pages import typed_searches
from core.network.queries.find import MOST_SUGGESTED, recent_for, search_clients

FEWEST_SIGNS = 2
"""Signs from which something is looked up while typing; Enter looks up anything."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def search(request: CouncilRequest) -> HttpResponse:
    """Keep what was typed and show its results at an address that holds no name; without anything typed, the box."""
    text = request.POST.get("q", "").strip() if request.method == "POST" else ""
    if text:
        return redirect("network:results", typed_searches.keep(request.session, text))
    return _page(request, "")


@require_GET
@for_the_network
def results(request: CouncilRequest, search_id: UUID) -> HttpResponse:
    """The results of what was typed in this session; the box again when the session no longer knows."""
    text = typed_searches.recall(request.session, search_id)
    return _page(request, text or "", search_id if text else None, is_forgotten=text is None)


@require_POST
@for_the_network
def suggest(request: CouncilRequest) -> HttpResponse:
    """The list while typing; the clients opened last, before."""
    text = request.POST.get("q", "").strip()
    try:
        if len(text) < FEWEST_SIGNS:
            return render(request, "network/_recent.html", {"recent": recent_for(request.viewer), "is_typing": True})
        found = search_clients(request.viewer, text, limit=MOST_SUGGESTED)
    except NotPermitted as refusal:
        return render(request, "network/_refused.html", {"sentence": str(refusal)}, status=403)
    search_id = typed_searches.keep(request.session, text) if found.add_name else None
    return render(request, "network/_results.html", {"found": found, "search_id": search_id, "is_typing": True})


def _page(
    request: CouncilRequest, text: str, search_id: UUID | None = None, *, is_forgotten: bool = False
) -> HttpResponse:
    shown: dict[str, object] = {"text": text, "search_id": search_id, "is_forgotten": is_forgotten}
    try:
        if text:
            shown["found"] = search_clients(request.viewer, text)
        else:
            shown["recent"] = recent_for(request.viewer)
    except NotPermitted as refusal:
        return render(request, "network/search.html", {**shown, "sentence": str(refusal)}, status=403)
    return render(request, "network/search.html", shown)
