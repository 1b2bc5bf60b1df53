"""Noting what the law asks for: after a call, of a request refused, of why something was not shared."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.directory.doors import CouncilRequest
from core.network.doors import for_officers, for_the_network
from core.network.identity_bar import bar
from core.network.officers import Officer
from core.rights.actions.duties import record_call, record_duty
from core.rights.answers import AnswersInvalid
from core.rights.errors import NotPossible
from core.rights.pages.forms import DutyForm
from core.rights.queries.duties import DutyAsked, asked, asked_of_call, duties_for, duties_of_client, register


@require_safe
@for_the_network
def records(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """What I noted about this client, and what there is to note."""
    page = duties_for(request.viewer, client_id)
    return render(request, "rights/records.html", {"page": page, "client": page.client, "bar": bar(page.client)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def call(request: CouncilRequest, involvement_id: UUID) -> HttpResponse:
    """“I spoke with them: note what I shared”: filled in already, so that one more tap keeps it."""
    about = asked_of_call(request.viewer, involvement_id)
    form = DutyForm(request.POST if request.method == "POST" else None, asked=about)
    if form.is_bound and form.is_valid():
        try:
            record_call(involvement_id=involvement_id, answers=form.typed, on=form.day, by=request.viewer)
        except AnswersInvalid as invalid:
            form.tell(invalid)
        else:
            messages.success(request, _("Noted: what you shared, with whom and when."))
            return redirect("visits:client", about.client.id)
    return _page(request, about, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def record(request: CouncilRequest, client_id: UUID, kind: str) -> HttpResponse:
    """Note one event. A line of one's own may be named in the address, where it is about that one."""
    about = asked(request.viewer, client_id, kind, involvement_id=_line(request))
    form = DutyForm(request.POST if request.method == "POST" else None, asked=about)
    if form.is_bound and form.is_valid():
        try:
            record_duty(
                client_id=client_id, kind=kind, answers=form.typed, on=form.day, by=request.viewer,
                involvement_id=about.involvement_id,
            )  # fmt: skip
        except AnswersInvalid as invalid:
            form.tell(invalid)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect("rights:records", client_id)
    return _page(request, about, form)


@require_safe
@for_officers
def client_records(request: CouncilRequest, officer: Officer, client_id: UUID) -> HttpResponse:
    """All that was noted about a client who has a request open or answered: for the officer who answers it."""
    client, found = duties_of_client(officer, client_id)
    return render(request, "rights/client_records.html", {"client": client, "bar": bar(client), "records": found})


@require_safe
@for_officers
def registered(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """The council's register of what was noted. It names no client."""
    typed = request.GET.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    return render(request, "rights/register.html", {"page": register(officer, page=max(1, number))})


def _line(request: CouncilRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("line", ""))
    except ValueError:
        return None


def _page(request: CouncilRequest, about: DutyAsked, form: DutyForm) -> HttpResponse:
    shown = {"asked": about, "client": about.client, "bar": bar(about.client), "form": form}
    return render(request, "rights/record.html", shown, status=422 if form.is_bound else 200)
