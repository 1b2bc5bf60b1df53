"""Rehearsing a draft: what it would change for whom, and one client's page as somebody of a role would see it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.audit.actions import record_sight, refuse
from core.council.pages.policy import for_policy_makers, is_officer
from core.council.pages.policy_forms import RehearsalForm
from core.council.policy_queries import draft_page, to_compare
from core.council.policy_words import rounded
from core.directory.doors import CouncilRequest
from core.network.errors import ClientNotFound
from core.network.identity_bar import bar
from core.network.queries.conflicts import clients_known_to
from core.network.rehearsal import ask_rehearsal, client_as_it_would_be, rehearsal_page


@require_http_methods(["GET", "HEAD", "POST"])
@for_policy_makers
def rehearsal(request: CouncilRequest, draft_id: UUID) -> HttpResponse:
    """Ask for the day, have it rehearsed, and say how far it came or what would change.

    Once it is done the draft is rehearsed, and may be published as it stands.
    """
    page = draft_page(draft_id)
    form = RehearsalForm(request.POST if request.method == "POST" else None, initial={"on": clock.today()})
    if form.is_bound and form.is_valid():
        ask_rehearsal(draft_id=page.id, on=form.cleaned_data["on"], by=request.user)
        return redirect("council:rehearse_policy", page.id)
    shown = {
        "page": page,
        "form": form,
        "rehearsal": rehearsal_page(page.id, version=page.version, without=clients_known_to(request.user)),
        "may_see_clients": is_officer(request),
        "say": rounded(exact=is_officer(request)),
    }
    return render(request, "council/policy_rehearsal.html", shown, status=422 if form.is_bound else 200)


@require_safe
@for_policy_makers
def client(request: CouncilRequest, draft_id: UUID, client_id: UUID) -> HttpResponse:
    """A client's lines now and under the draft, through the eyes of a role and an agency on their network."""
    page = draft_page(draft_id)
    agency_id, role = _eyes(request)
    now, then = to_compare(page, clock.today())
    try:
        seen = client_as_it_would_be(
            now=now, then=then, client_id=client_id, agency_id=agency_id, role=role,
            without=clients_known_to(request.user),
        )  # fmt: skip
    except ClientNotFound:
        refuse("network.rehearsal.refused", by=request.user, reason="not_found", subject_id=client_id)
        raise
    record_sight(
        "network.rehearsal.seen",
        by=request.user,
        client_id=client_id,
        detail={"draft": str(page.id), "agency": str(seen.agency_id), "lines": len(seen.lines)},
    )
    shown = {"page": page, "seen": seen, "bar": bar(seen.client)}
    return render(request, "council/policy_client.html", shown)


def _eyes(request: CouncilRequest) -> tuple[UUID | None, str]:
    """Whose eyes, from the address: an agency's id, a space, a role. Raises ClientNotFound for nonsense."""
    agency, _space, role = request.GET.get("as", "").partition(" ")
    try:
        return (UUID(agency) if agency else None), role
    except ValueError:
        raise ClientNotFound from None
