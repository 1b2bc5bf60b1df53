"""Planning a visit, changing it, cancelling it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.directory.doors import CouncilRequest
from core.network.doors import for_the_network
from core.network.identity_bar import bar
from core.network.queries.own import own_line
from core.network.queries.show import identity_for
from core.visits import actions
from core.visits.errors import NotPossible, VisitChangedMeanwhile
from core.visits.pages.forms import VisitForm
from core.visits.queries import PlannedVisit, planned, visit_to_change
from core.visits.rows import visit_words
from ui import undo


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def plan(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Plan a visit under one's own line."""
    line = own_line(request.viewer, involvement_id)
    form = VisitForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            visit = actions.plan_visit(involvement_id=line.id, by=request.viewer, **_typed(form))
        except NotPossible as impossible:
            form.add_error("on", str(impossible))
        else:
            said = _("Visit planned: %(when)s. The others are told.") % {"when": visit_words(planned(visit))}
            undo.offer(request.session, text=said, action=reverse("visits:cancel", args=[visit.id]))
            return redirect("visits:client", line.client_id)
    return _ask(request, form, line.client_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def change(request: CouncilRequest, visit_id: UUID) -> HttpResponse:
    """Move a visit. Where someone else changed it meanwhile, both versions are shown and nothing typed is lost."""
    visit = visit_to_change(request.viewer, visit_id)
    kept = {"on": visit.on, "starts_at": visit.starts_at, "ends_at": visit.ends_at, "version": visit.version}
    form = VisitForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            changed = actions.change_visit(visit_id=visit.id, version=version, by=request.viewer, **_typed(form))
        except VisitChangedMeanwhile as meanwhile:
            typed = VisitForm({**request.POST.dict(), "version": meanwhile.theirs.version})
            return _ask(request, typed, visit.client_id, visit=visit, theirs=planned(meanwhile.theirs), status=409)
        except NotPossible as impossible:
            form.add_error("on", str(impossible))
        else:
            messages.success(request, _("Visit changed: %(when)s.") % {"when": visit_words(planned(changed))})
            return redirect("visits:client", visit.client_id)
    return _ask(request, form, visit.client_id, visit=visit)


@require_POST
@for_the_network
def cancel(request: CouncilRequest, visit_id: UUID) -> HttpResponse:
    """Cancel a visit; it can be undone."""
    visit = actions.cancel_visit(visit_id=visit_id, by=request.viewer)
    said = _("Visit cancelled: %(when)s.") % {"when": visit_words(planned(visit))}
    undo.offer(request.session, text=said, action=reverse("visits:undo_cancel", args=[visit.id]))
    return redirect("visits:client", visit.client_id)


@require_POST
@for_the_network
def undo_cancel(request: CouncilRequest, visit_id: UUID) -> HttpResponse:
    """Put a cancelled visit back."""
    try:
        visit = actions.undo_cancel(visit_id=visit_id, by=request.viewer)
    except NotPossible as impossible:
        messages.error(request, str(impossible))
        return redirect("council:home")
    messages.success(request, _("Undone. The visit stands: %(when)s.") % {"when": visit_words(planned(visit))})
    return redirect("visits:client", visit.client_id)


def _typed(form: VisitForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("on", "starts_at", "ends_at")}


def _ask(
    request: CouncilRequest,
    form: VisitForm,
    client_id: UUID,
    *,
    visit: PlannedVisit | None = None,
    theirs: PlannedVisit | None = None,
    status: int = 0,
) -> HttpResponse:
    client = identity_for(request.viewer, client_id)
    shown = {
        "client": client,
        "bar": bar(client),
        "form": form,
        "visit": visit,
        "theirs": visit_words(theirs) if theirs else "",
    }
    return render(request, "visits/plan.html", shown, status=status or (422 if form.is_bound else 200))
