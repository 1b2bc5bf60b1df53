"""Taking a request in: by a practitioner whom somebody asked, or by the officer who got a letter."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.directory.doors import CouncilRequest
from core.directory.viewers import Viewer
from core.network.doors import for_officers, for_the_network
from core.network.identity_bar import bar
from core.network.officers import Officer
from core.network.queries.show import ClientIdentity
from core.rights.actions.requests import take_in
from core.rights.choices import AskedBy
from core.rights.errors import NotPossible
from core.rights.pages.forms import FindForm, IntakeForm
from core.rights.queries.requests import find_by_letter, intake_by, intake_for, offers_today


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def from_client(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """“They want to see or correct what we hold”, from the client page."""
    client = intake_for(request.viewer, client_id)
    form = IntakeForm(request.POST if request.method == "POST" else None, offers=offers_today())
    if _taken_in(form, client_id, request.viewer):
        messages.success(request, _("Passed to your information-governance officer, who answers in time."))
        return redirect("visits:client", client_id)
    return _page(request, client, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def by_officer(request: CouncilRequest, officer: Officer, client_id: UUID) -> HttpResponse:
    """The same for a request that came to the officer."""
    client = intake_by(officer, client_id)
    form = IntakeForm(request.POST if request.method == "POST" else None, offers=offers_today())
    if made := _taken_in(form, client_id, officer):
        messages.success(request, _("The request was taken in."))
        return redirect("rights:request", made)
    return _page(request, client, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def find(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """Find whom a letter is about, by the whole name and the birth date."""
    form = FindForm(request.POST if request.method == "POST" else None)
    is_answered = form.is_bound and form.is_valid()
    found = find_by_letter(officer, **form.cleaned_data) if is_answered else ()
    status = 422 if form.is_bound and not is_answered else 200
    shown = {"form": form, "found": found, "is_answered": is_answered}
    return render(request, "rights/find.html", shown, status=status)


def _taken_in(form: IntakeForm, client_id: UUID, by: Viewer | Officer) -> UUID | None:
    if not (form.is_bound and form.is_valid()):
        return None
    said = form.cleaned_data
    try:
        return take_in(
            client_id=client_id, key=said["key"], asked_by=AskedBy(said["asked_by"]), received_on=said["received_on"],
            is_known=said["is_known"], by=by,
        ).id  # fmt: skip
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return None


def _page(request: CouncilRequest, client: ClientIdentity, form: IntakeForm) -> HttpResponse:
    shown = {"client": client, "bar": bar(client), "form": form}
    return render(request, "rights/intake.html", shown, status=422 if form.is_bound else 200)
