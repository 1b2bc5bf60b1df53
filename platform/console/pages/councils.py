"""Councils: the list, the page of one, and how far its order has come."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.money import written
from billing.queries.summary import money_of_council
from console.actions.log import note_council_seen
from console.choices import Permission
from console.doors import OperatorRequest, or_404
from console.pages.answers import page_number, pages_of
from console.pages.forms import CouncilFilterForm
from console.queries.councils import CouncilFilter, council_list, council_name, council_page, filter_choices, orders_of
from core import clock


@require_safe
def index(request: OperatorRequest) -> HttpResponse:
    """Every council, 25 a page; narrowed by name or host, state, deployment, region and mark."""
    deployments, regions = filter_choices()
    form = CouncilFilterForm(request.GET or None, deployments=deployments, regions=regions)
    fits = form.is_bound and form.is_valid()
    wanted = CouncilFilter(**form.cleaned_data) if fits else CouncilFilter()
    found = council_list(wanted, page=page_number(request))
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    shown = {
        "form": form,
        "page": found,
        "pages": pages_of(reverse("console:councils"), kept, found.page, has_next=found.page < found.pages),
        "is_narrowed": wanted != CouncilFilter(),
    }
    return render(request, "console/councils.html", shown, status=422 if form.is_bound and not fits else 200)


@require_safe
@or_404
def show(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """One council. That it was opened is recorded."""
    page = council_page(request.operator, council_id)
    note_council_seen(council_id=council_id, by=request.operator)
    shown = {"page": page, "written": written}
    if request.operator.may(Permission.SEE_FINANCE):
        shown |= {"sees_finance": True, "contract": money_of_council(council_id, clock.today())}
    return render(request, "console/council.html", shown)


@require_safe
@or_404
def progress(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """How far the last order has come: a part of the council's page, and a page of its own without scripts."""
    name = council_name(council_id)
    orders = orders_of(council_id)
    shown = {"council_id": council_id, "name": name, "order": orders[0] if orders else None}
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "console/_progress.html" if is_part else "console/progress.html", shown)
