"""“I know this person privately”, taking that back, and the officers' list."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.directory.doors import CouncilRequest
from core.network.actions import conflicts as actions
from core.network.doors import for_officers, for_the_network
from core.network.errors import NotPermitted
from core.network.identity_bar import bar
from core.network.officers import Officer
from core.network.queries.conflicts import conflicts_for
from core.network.queries.show import identity_for
from ui import undo


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def declare(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Say what follows, and then close the client to the viewer."""
    client = identity_for(request.viewer, client_id)
    if request.method != "POST":
        return render(request, "network/conflict.html", {"client": client, "bar": bar(client)})
    made = actions.declare_conflict(client_id=client_id, by=request.viewer)
    text = _("You no longer see anything of this person here.")
    undo.offer(request.session, text=text, action=reverse("network:undo_conflict", args=[made.id]))
    return redirect("council:home")


@require_POST
@for_the_network
def take_back(request: CouncilRequest, conflict_id: UUID) -> HttpResponse:
    """Take it back, within ten minutes."""
    try:
        made = actions.undo_conflict(conflict_id=conflict_id, by=request.viewer)
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return redirect("council:home")
    messages.success(request, _("Undone."))
    return redirect("visits:client", made.client_id)


@require_safe
@for_officers
def listed(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """Who said that they know a client."""
    return render(request, "network/conflicts.html", {"lines": conflicts_for(officer)})


@require_POST
@for_officers
def lift(request: CouncilRequest, officer: Officer, conflict_id: UUID) -> HttpResponse:
    """Lift one."""
    actions.lift_conflict(conflict_id=conflict_id, by=officer)
    messages.success(request, _("Lifted. They may see this client again, as everybody may."))
    return redirect("network:conflicts")
