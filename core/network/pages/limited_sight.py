"""Asking to see a closed or shielded record for a limited time, ending that, and the officers' reviews."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.sessions import is_freshly_proved
from core.directory.doors import CouncilRequest
from core.network.actions import limited_sight as actions
from core.network.choices import SightFinding, SightReason
from core.network.doors import for_officers, for_the_network
from core.network.errors import AlreadyDecided, NotPermitted, ReasonNotUsable
from core.network.officers import Officer
from core.network.pages.approvals import taken_page
from core.network.pages.safeguard_forms import FindingForm, SightForm
from core.network.queries.limited_sight import limited_sight_for, limited_sights_for, sight_asking

TYPED: Final = "limited_sight_typed"


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def ask(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Say what will happen, ask why, and have them show once more who they are.

    What was typed is kept on the server while they do, and is in the form again when they come back.
    """
    about = sight_asking(request.viewer, client_id)
    form = SightForm(request.POST if request.method == "POST" else None, initial=request.session.pop(TYPED, None))
    if not is_freshly_proved(request.session):
        if form.is_bound:
            request.session[TYPED] = {name: request.POST.get(name, "")[:400] for name in form.fields}
        query = urlencode({"next": request.path})
        return redirect(f"{reverse('accounts:confirm')}?{query}")
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            actions.open_limited_sight(
                client_id=client_id, reason=SightReason(given["reason"]), text=given["text"], by=request.viewer
            )
        except ReasonNotUsable as problem:
            form.add_error("text", str(problem))
        except NotPermitted as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You see this record for a limited time. It is recorded and will be reviewed."))
            return redirect("visits:client", client_id)
    return render(
        request, "network/limited_sight.html", {"about": about, "form": form}, status=422 if form.is_bound else 200
    )


@require_POST
@for_the_network
def end(request: CouncilRequest, sight_id: UUID) -> HttpResponse:
    """End it now."""
    actions.end_limited_sight(sight_id=sight_id, by=request.viewer)
    messages.success(request, _("Ended. You no longer see that record."))
    return redirect("council:home")


@require_safe
@for_officers
def reviews(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """What waits for review, and what was found lately."""
    return render(request, "network/limited_sights.html", {"page": limited_sights_for(officer)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def review(request: CouncilRequest, officer: Officer, sight_id: UUID) -> HttpResponse:
    """One sight; the finding is posted here."""
    form = FindingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.review_limited_sight(
                sight_id=sight_id, finding=SightFinding(form.cleaned_data["finding"]), by=officer
            )
        except AlreadyDecided as taken:
            return taken_page(request, str(taken), "network:limited_sights")
        except NotPermitted as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded."))
            return redirect("network:limited_sights")
    page = limited_sight_for(officer, sight_id)
    return render(
        request, "network/limited_sight_review.html", {"page": page, "form": form}, status=422 if form.is_bound else 200
    )
