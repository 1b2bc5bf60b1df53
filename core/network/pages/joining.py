"""“I am supporting this client”, with its conversation; and the conversation recorded later."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.directory.doors import CouncilRequest
from core.directory.viewers import ViewerService
from core.network import actions
from core.network.agencies import agencies_to_name
from core.network.conversation_form import ConversationForm
from core.network.doors import for_the_network
from core.network.errors import NotPermitted
from core.network.identity_bar import bar
from core.network.policies import services_to_join_with
from core.network.queries.own import Asking, asking, own_line
from ui import undo


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def join(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Ask the four questions, then put the viewer on the network."""
    about = asking(request.viewer, client_id)
    service = _service(request)
    if service is None:
        messages.error(request, _("You cannot join: your card names no service, or your agency has no agreement."))
        return redirect("visits:client", client_id)
    form = _form(request, about, service)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, about, form, service, status=422 if form.is_bound else 200)
    try:
        line = actions.join_network(client_id=client_id, service_id=service.id, answers=form.answers, by=request.viewer)
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return redirect("visits:client", client_id)
    text = _("You are on this client's network.")
    undo.offer(request.session, text=text, action=reverse("network:undo_join", args=[line.id]))
    return redirect("visits:client", client_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def conversation(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Record the conversation that a line still waits for."""
    line = own_line(request.viewer, involvement_id)
    service = request.viewer.service(line.service_id)
    about = asking(request.viewer, line.client_id)
    if service is None or not line.is_own:
        return redirect("visits:client", line.client_id)
    form = _form(request, about, service)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, about, form, service, line_id=line.id, status=422 if form.is_bound else 200)
    try:
        is_shown = actions.record_conversation_for(involvement_id=line.id, answers=form.answers, by=request.viewer)
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return redirect("visits:client", line.client_id)
    if is_shown:
        messages.success(request, _("Recorded. The others on the network now see your line."))
    else:
        messages.info(request, _("Recorded. Your line is still seen by you and your manager alone: see why below."))
    return redirect("visits:client", line.client_id)


@require_POST
@for_the_network
def undo_join(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Take a joining back."""
    line = own_line(request.viewer, involvement_id)
    try:
        actions.undo_join(involvement_id=involvement_id, by=request.viewer)
        messages.success(request, _("Undone. You are not on this network."))
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    return redirect("visits:client", line.client_id)


def _service(request: CouncilRequest) -> ViewerService | None:
    """The service chosen in the address or the form, or the first of one's own."""
    offered = services_to_join_with(request.viewer)
    chosen = request.POST.get("service") or request.GET.get("service")
    return next((one for one in offered if str(one.id) == chosen), next(iter(offered), None) if not chosen else None)


def _form(request: CouncilRequest, about: Asking, service: ViewerService) -> ConversationForm:
    return ConversationForm(
        request.POST if request.method == "POST" else None,
        policy=about.policy,
        viewer=request.viewer,
        service=service,
        client_facts=about.facts,
        recipients=agencies_to_name,
        on=about.on,
    )


def _ask(
    request: CouncilRequest,
    about: Asking,
    form: ConversationForm,
    service: ViewerService,
    *,
    line_id: UUID | None = None,
    status: int,
) -> HttpResponse:
    shown = {
        "client": about.client,
        "bar": bar(about.client),
        "form": form,
        "service": service,
        "services": () if line_id else services_to_join_with(request.viewer),
        "line_id": line_id,
    }
    return render(request, "network/join.html", shown, status=status)
