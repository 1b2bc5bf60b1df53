"""One's own line: end it, take the end back, say that it is still true; and the lead practitioner."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.directory.doors import CouncilRequest
from core.network import actions
from core.network.choices import EndReason
from core.network.doors import for_the_network
from core.network.errors import InvolvementNotFound, NotPermitted
from core.network.identity_bar import bar
from core.network.pages.forms import AnswerForm, EndForm, OnPageForm
from core.network.queries.own import own_line
from core.network.queries.show import identity_for
from ui import undo


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def end(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """“I no longer support this client”."""
    line = own_line(request.viewer, involvement_id)
    if line.is_ended:
        return redirect("council:home")
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        reason, on = EndReason(form.cleaned_data["reason"]), form.cleaned_data["on"]
        try:
            actions.end_involvement(involvement_id=line.id, on=on, reason=reason, by=request.viewer)
        except NotPermitted as refusal:
            form.add_error("on", str(refusal))
        else:
            text = _("Ended: you no longer support this client.") if line.is_own else _("Ended.")
            undo.offer(request.session, text=text, action=reverse("network:undo_end", args=[line.id]))
            return redirect("council:home")
    client = identity_for(request.viewer, line.client_id)
    shown = {"client": client, "bar": bar(client), "line": line, "form": form}
    return render(request, "network/end.html", shown, status=422 if form.is_bound else 200)


@require_POST
@for_the_network
def undo_end(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Take an end back."""
    line = own_line(request.viewer, involvement_id)
    try:
        actions.undo_end(involvement_id=line.id, by=request.viewer)
        messages.success(request, _("Undone. The line stands as before."))
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    return redirect("visits:client", line.client_id)


@require_POST
@for_the_network
def confirm(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """“Still true”."""
    line = own_line(request.viewer, involvement_id)
    try:
        actions.confirm_involvement(involvement_id=line.id, by=request.viewer)
        messages.success(request, _("Thank you. Last confirmed: today."))
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    if request.POST.get("back") == "home":
        return redirect("council:home")
    return redirect("visits:client", line.client_id)


@require_POST
@for_the_network
def take_lead(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Become the lead practitioner where nobody is."""
    line = own_line(request.viewer, involvement_id)
    try:
        actions.take_lead(involvement_id=line.id, by=request.viewer)
        messages.success(request, _("You are the lead practitioner."))
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    return redirect("visits:client", line.client_id)


@require_POST
@for_the_network
def offer_lead(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Ask the practitioner of a line to take the lead on."""
    try:
        made = actions.offer_lead(to_involvement_id=involvement_id, by=request.viewer)
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return _back_to_client(request) or redirect("council:home")
    except InvolvementNotFound:
        # It may have been taken back while the page was open. An id that never was is answered alike.
        back = _back_to_client(request)
        if back is None:
            raise
        messages.error(request, _("This line is not shown to you any more. Nobody was asked."))
        return back
    messages.success(request, _("They were asked to take the lead. You lead until they accept."))
    return redirect("visits:client", made.client_id)


def _back_to_client(request: CouncilRequest) -> HttpResponse | None:
    """The client's page that a form was on, if it says so, and the viewer may still open it."""
    form = OnPageForm(request.POST)
    if not form.is_valid():
        return None
    return redirect("visits:client", identity_for(request.viewer, form.cleaned_data["client"]).id)


@require_POST
@for_the_network
def answer_lead(request: CouncilRequest, offer_id: UUID) -> HttpResponse:
    """Accept or decline the lead."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        made = actions.answer_lead(offer_id=offer_id, accept=form.is_yes, by=request.viewer)
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return redirect("council:home")
    said = _("You are the lead practitioner.") if form.is_yes else _("You declined the lead.")
    messages.success(request, said)
    return redirect("visits:client", made.client_id)
