"""The council admin's agencies: how each is reached, its agreement, and the services it offers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.council.actions.agencies import keep_agency
from core.council.pages.staff_doors import for_admins
from core.council.pages.staff_forms import AgencyForm
from core.council.staff_errors import AgencyNameTaken, StaffError
from core.council.staff_queries import agencies, agency_values
from core.directory.doors import CouncilRequest


@require_safe
@for_admins
def show(request: CouncilRequest) -> HttpResponse:
    """Every agency, with its agreement and services."""
    return render(request, "council/agencies.html", {"lines": agencies()})


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
def add(request: CouncilRequest) -> HttpResponse:
    """Add an agency."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
def change(request: CouncilRequest, agency_id: UUID) -> HttpResponse:
    """Change an agency."""
    return _form(request, agency_id)


def _form(request: CouncilRequest, agency_id: UUID | None) -> HttpResponse:
    initial = agency_values(agency_id) if agency_id else {}
    form = AgencyForm(request.POST or None, initial=initial, region=request.region)
    if form.is_bound and form.is_valid():
        try:
            agency = keep_agency(agency_id=agency_id, details=form.details, by=request.user)
        except StaffError as refused:
            form.add_error("name" if isinstance(refused, AgencyNameTaken) else "service_types", refused.sentence())
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": agency.name})
            return redirect("staff:agencies")
    words = {"form": form, "agency_id": agency_id, "name": initial.get("name", "")}
    return render(request, "council/agency_form.html", words, status=422 if form.is_bound else 200)
