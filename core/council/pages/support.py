"""Support access: the council's answers to an operator who asks, and the few pages that operator then sees."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.accounts.sessions import is_freshly_proved
from core.council.actions import support as actions
from core.council.errors import DecidedAlready, NotGrantable, NotHere
from core.council.support_queries import GrantPage, grant_page, overview, own_grant, support_page
from core.directory.doors import CouncilRequest


@require_safe
def listed(request: CouncilRequest) -> HttpResponse:
    """Who asked, who is let in until when, and who was."""
    return render(request, "council/support.html", {"grants": support_page()})


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: CouncilRequest, grant_id: UUID) -> HttpResponse:
    """One request: grant it after showing once more who you are, refuse it, or take back what was granted."""
    page = _page(grant_id)
    if request.method != "POST":
        return render(request, "council/support_request.html", {"page": page})
    asked = request.POST.get("do", "")
    if asked == "grant" and not is_freshly_proved(request.session):
        return redirect(f"{reverse('accounts:confirm')}?{urlencode({'next': request.path})}")
    try:
        said = _answer(asked, grant_id, request)
    except (DecidedAlready, NotGrantable) as refused:
        messages.error(request, str(refused))
        return redirect("council:support_request", grant_id)
    if not said:
        return render(request, "council/support_request.html", {"page": page}, status=422)
    messages.success(request, said)
    return redirect("council:support_request", grant_id)


@require_safe
def agencies(request: CouncilRequest) -> HttpResponse:
    """Organisations and counts, for the operator: nobody is on this page."""
    return render(request, "council/support_agencies.html", {"page": overview()})


@require_safe
def log(request: CouncilRequest) -> HttpResponse:
    """What this very operator opened here, as the council's log has it."""
    return render(request, "council/support_log.html", {"page": own_grant(request.user)})


def operator_home(request: CouncilRequest) -> HttpResponse:
    """Where an operator arrives: who let them in, until when, and what there is to see."""
    return render(request, "council/support_home.html", {"page": own_grant(request.user)})


def _answer(asked: str, grant_id: UUID, request: CouncilRequest) -> str:
    """Do what was asked; what to say of it, or nothing where it was nonsense."""
    if asked == "grant":
        grant = actions.grant_support(grant_id=grant_id, by=request.user)
        return _("Granted. %(name)s gets a link by mail, and their access ends by itself.") % {
            "name": grant.operator_name
        }
    if asked == "refuse":
        actions.refuse_support(grant_id=grant_id, by=request.user)
        return _("Refused. The operators are told.")
    if asked == "withdraw":
        actions.withdraw_support(grant_id=grant_id, by=request.user)
        return _("Withdrawn. Whatever they had open has ended.")
    return ""


def _page(grant_id: UUID) -> GrantPage:
    try:
        return grant_page(grant_id)
    except NotHere as missing:
        raise Http404 from missing
