"""The client page: who supports this client, who visits next, who was last in contact."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.audit.actions import record_sight
from core.directory.doors import CouncilRequest
from core.network.agencies import agencies_to_name
from core.network.conversation_form import ConversationForm
from core.network.doors import for_the_network
from core.network.identity_bar import bar
from core.network.queries.limited_sight import open_sight
from core.people.actions import remember_opened
from core.visits.queries import ClientPage, client_page_for
from core.visits.rows import contact_words, picture_of, rows_of, visit_words

PRELOADS = "Purpose", "Sec-Purpose", "HX-Preloaded"


@require_safe
@for_the_network
def client(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """The page; showing it is a sight, and is written down with the lines (and so the numbers) that were on it."""
    if any(name in request.headers for name in PRELOADS):
        # Nothing is shown ahead: a page that whoever asks could keep unrecorded would be a sight without a trace.
        return HttpResponse(status=204)
    page = client_page_for(request.viewer, client_id)
    if request.method == "GET":
        lines = [str(line.member.involvement_id) for line in page.lines]
        record_sight("network.client.opened", by=request.viewer, client_id=client_id, detail={"lines": lines})
        remember_opened(client_id=client_id, user_id=request.viewer.user_id)
    limited = open_sight(request.viewer, client_id)
    shown = {
        "page": page,
        "network": page.network,
        "client": page.network.client,
        "bar": bar(page.network.client),
        "limited": limited,
        "rows": rows_of(page),
        "picture": picture_of(page),
        "join_form": None if limited else _join_form(request, page),
        "join_service": next(iter(page.network.services_to_join_with), None),
        "visit_words": visit_words,
        "contact_words": contact_words,
    }
    return render(request, "visits/client.html", shown)


def _join_form(request: CouncilRequest, page: ClientPage) -> ConversationForm | None:
    """The form for someone who is not on the network; for the others it is a page away."""
    network = page.network
    service = next(iter(network.services_to_join_with), None)
    if service is None or page.own or network.invitation:
        return None
    return ConversationForm(
        policy=network.policy,
        viewer=request.viewer,
        service=service,
        client_facts=network.facts,
        recipients=agencies_to_name,
        on=clock.today(),
    )
