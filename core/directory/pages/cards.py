"""One's own card, and colleagues' cards."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from core.directory.actions import CardDetails, change_card
from core.directory.doors import CouncilRequest, for_practitioners
from core.directory.errors import CardChanged, CardNotFound
from core.directory.pages.forms import CardForm
from core.directory.queries import card_for, colleagues


@require_http_methods(["GET", "HEAD", "POST"])
@for_practitioners
def card(request: CouncilRequest) -> HttpResponse:
    """Keep one's own card. A second person's save in between is shown, and nothing typed is lost."""
    own = card_for(request.viewer, request.viewer.id)
    if request.method != "POST":
        form = CardForm(initial=CardForm.initial_of(own), region=_region(request))
        return render(request, "directory/card.html", {"form": form, "card": own})
    form = CardForm(request.POST, region=_region(request))
    if not form.is_valid():
        return render(request, "directory/card.html", {"form": form, "card": own}, status=422)
    try:
        change_card(details=form.details, version=form.cleaned_data["version"], by=request.viewer)
    except CardChanged:
        return _conflict(request, form)
    messages.success(request, gettext("Your card is saved. Every client page shows it now."))
    return redirect("directory:card")


def _conflict(request: CouncilRequest, form: CardForm) -> HttpResponse:
    """409: what is saved now beside what was typed; saving again from here keeps what was typed."""
    saved = card_for(request.viewer, request.viewer.id)
    typed = form.details
    rows = [
        {"label": form[name].label, "saved": getattr(saved, name), "typed": getattr(typed, name)}
        for name in CardDetails.__slots__
        if getattr(saved, name) != getattr(typed, name)
    ]
    again = CardForm({**request.POST.dict(), "version": saved.version}, region=_region(request))
    again.is_valid()
    return render(request, "directory/card.html", {"form": again, "card": saved, "differences": rows}, status=409)


def _region(request: CouncilRequest) -> str:
    return request.region


@require_safe
@for_practitioners
def people(request: CouncilRequest) -> HttpResponse:
    """Find a colleague or an agency."""
    number = request.GET.get("page", "1")
    page = colleagues(
        request.viewer,
        request.GET.get("q", "")[:200],
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )
    return render(request, "directory/people.html", {"page": page})


@require_safe
@for_practitioners
def practitioner(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """One colleague's card."""
    try:
        shown = card_for(request.viewer, practitioner_id)
    except CardNotFound as error:
        raise Http404 from error
    return render(request, "directory/practitioner.html", {"card": shown})
