"""Retention: what is due when, what was deleted, and holding deletion."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.directory.doors import CouncilRequest
from core.network.doors import for_officers
from core.network.officers import Officer
from core.rights.actions.retention import end_hold, hold_deletion
from core.rights.choices import FreezeReason
from core.rights.errors import NotPossible
from core.rights.pages.forms import FreezeForm
from core.rights.queries.requests import request_for
from core.rights.queries.retention import retention_for


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def show(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """What is due when, receipts and holds; POST holds all deletion."""
    form = FreezeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _held(request, form, None, officer):
        return redirect("rights:retention")
    shown = {"page": retention_for(officer), "form": form}
    return render(request, "rights/retention.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def hold(request: CouncilRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """Hold the deletion of the record that a request is about."""
    page = request_for(officer, request_id)
    form = FreezeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _held(request, form, page.client_id, officer):
        return redirect("rights:request", request_id)
    return render(request, "rights/hold.html", {"page": page, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@for_officers
def end(request: CouncilRequest, officer: Officer, hold_id: UUID) -> HttpResponse:
    """Let deletion go on."""
    end_hold(hold_id=hold_id, by=officer)
    messages.success(request, _("The hold has ended. What is due is deleted with the next run."))
    return redirect("rights:retention")


def _held(request: CouncilRequest, form: FreezeForm, client_id: UUID | None, officer: Officer) -> bool:
    try:
        hold_deletion(client_id=client_id, reason=FreezeReason(form.cleaned_data["reason"]), by=officer)
    except NotPossible as refusal:
        form.add_error("reason", str(refusal))
        return False
    messages.success(request, _("Deletion is held."))
    return True
