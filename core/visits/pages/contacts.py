"""Logging a contact in two taps, and taking it back."""

from __future__ import annotations

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
from core.visits.choices import ContactKind
from core.visits.errors import NotPossible
from core.visits.pages.forms import ContactForm
from ui import undo
from ui.filters import ago


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def log(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """Note a contact: from a button of the client page, or from the page for another day or another way."""
    line = own_line(request.viewer, involvement_id)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        kind = ContactKind(form.cleaned_data["kind"])
        try:
            contact = actions.log_contact(involvement_id=line.id, kind=kind, on=form.on, by=request.viewer)
        except NotPossible as impossible:
            form.add_error("day", str(impossible))
        else:
            said = _("Contact noted: %(how)s, %(when)s.") % {"how": str(kind.label).lower(), "when": ago(contact.on)}
            undo.offer(request.session, text=said, action=reverse("visits:undo_contact", args=[contact.id]))
            return redirect("visits:client", line.client_id)
    client = identity_for(request.viewer, line.client_id)
    shown = {"client": client, "bar": bar(client), "line": line, "form": form}
    return render(request, "visits/contact.html", shown, status=422 if form.is_bound else 200)


@require_POST
@for_the_network
def undo_contact(request: CouncilRequest, contact_id: UUID) -> HttpResponse:
    """Take a contact back."""
    try:
        contact = actions.undo_contact(contact_id=contact_id, by=request.viewer)
    except NotPossible as impossible:
        messages.error(request, str(impossible))
        return redirect("council:home")
    messages.success(request, _("Undone. The contact is not noted."))
    return redirect("visits:client", contact.client_id)
