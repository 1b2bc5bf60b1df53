"""Changing a client's details, by somebody who supports them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.directory.doors import CouncilRequest
from core.network.actions.details import change_details
from core.network.doors import for_the_network
from core.network.errors import NotPermitted
from core.network.pages.add_forms import ChangeForm, as_typed
from core.network.queries.details import DetailsPage, details_for
from core.people.errors import ClientChanged
from core.people.identity import spoken

_FIELDS = (
    "given_name", "family_name", "known_as", "middle_names", "former_family_name", "birth_date", "address", "postcode",
    "phone",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def edit(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """The form with what is kept; then one POST that keeps what was typed, if nobody else was quicker."""
    page = details_for(request.viewer, client_id)
    if request.method == "POST":
        return _save(request, page)
    return _page(request, page, _form(page))


def _save(request: CouncilRequest, page: DetailsPage) -> HttpResponse:
    form = _form(page, request)
    if not form.is_valid():
        return _page(request, page, form, status=422)
    try:
        change_details(
            client_id=page.record.id,
            version=form.cleaned_data["version"],
            details=form.details,
            identifiers=form.identifiers,
            by=request.viewer,
        )
    except ClientChanged as conflict:
        again = request.POST.copy()
        again["version"] = str(conflict.theirs.version)
        form.data = again
        rows = _differences(conflict)
        return render(request, "network/details_conflict.html", {"page": page, "form": form, "rows": rows}, status=409)
    except NotPermitted as refusal:
        form.add_error(None, str(refusal))
        return _page(request, page, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("visits:client", page.record.id)


def _form(page: DetailsPage, request: CouncilRequest | None = None) -> ChangeForm:
    details = page.record.details
    numbers = {f"number_{one.kind}": one.value for one in page.identifiers}
    return ChangeForm(
        request.POST if request else None,
        initial={**as_typed(details, page.country), **numbers, "version": page.record.version},
        country=page.country,
        noted_age=details.approximate_age,
        identifiers=page.identifiers,
    )


def _page(request: CouncilRequest, page: DetailsPage, form: ChangeForm, status: int = 200) -> HttpResponse:
    return render(request, "network/details.html", {"page": page, "form": form}, status=status)


def _differences(conflict: ClientChanged) -> list[dict[str, str]]:
    """Each field that the two versions keep differently: theirs, which is saved, and yours, which is not yet."""
    theirs, yours = conflict.theirs.details, conflict.yours
    return [
        {
            "slug": name,
            "theirs": _said(getattr(theirs, name)),
            "mine": _said(getattr(yours, name)),
            "verdict": "differs",
        }
        for name in _FIELDS
        if getattr(theirs, name) != getattr(yours, name)
    ]


def _said(value: object) -> str:
    if isinstance(value, date):
        return spoken(value)
    return "" if value is None else str(value)
