"""Who helped a client before."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.directory.doors import CouncilRequest
from core.network.doors import for_the_network
from core.network.identity_bar import bar
from core.network.queries.past import past_for


@require_safe
@for_the_network
def past(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """The lines that ended not long ago."""
    page = past_for(request.viewer, client_id)
    return render(request, "network/past.html", {"page": page, "client": page.client, "bar": bar(page.client)})
