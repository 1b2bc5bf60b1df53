"""Releases on offer: what each would change here, and this council's yes or no."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.council.actions import offers as actions
from core.council.errors import DecidedAlready, NotAdoptable, NotHere
from core.council.offer_queries import offer_page, offers_page
from core.directory.doors import CouncilRequest


@require_safe
def listed(request: CouncilRequest) -> HttpResponse:
    """What waits for an answer, and what was answered."""
    return render(request, "council/offers.html", {"offers": offers_page()})


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: CouncilRequest, offer_id: UUID) -> HttpResponse:
    """One release in words; then one POST that adopts it or declines it."""
    try:
        page = offer_page(offer_id)
        if request.method == "POST":
            return _decided(request, offer_id)
    except NotHere as missing:
        raise Http404 from missing
    return render(request, "council/offer.html", {"page": page})


def _decided(request: CouncilRequest, offer_id: UUID) -> HttpResponse:
    try:
        if request.POST.get("do") == "adopt":
            page = actions.adopt_release(offer_id=offer_id, by=request.user)
            if page.brings_draft:
                messages.success(request, _("Adopted as a draft. Rehearse it, then publish it for a day."))
                return redirect("council:policy")
            messages.success(request, _("Adopted. It is in force now."))
        elif request.POST.get("do") == "decline":
            actions.decline_release(offer_id=offer_id, by=request.user)
            messages.success(request, _("Declined. Everything stays as it is."))
    except (NotAdoptable, DecidedAlready) as refused:
        messages.error(request, str(refused))
        return redirect("council:offer", offer_id)
    return redirect("council:offers")
