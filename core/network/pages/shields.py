"""Asking for a shield, from the client page; the officers' pages: what was asked, who is shielded, who sees them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.directory.doors import CouncilRequest
from core.network.actions import shields as actions
from core.network.choices import ApprovalState, ShieldReason, Voice, VoiceReason
from core.network.doors import for_officers, for_the_network
from core.network.errors import AlreadyDecided, NotPermitted, PractitionerNotFound
from core.network.identity_bar import bar
from core.network.officers import Officer
from core.network.pages.approvals import taken_page
from core.network.pages.safeguard_forms import (
    APPROVE,
    DecisionForm,
    FindPersonForm,
    PeopleForm,
    ReviewDayForm,
    ShieldForm,
)
from core.network.queries.shields import (
    ShieldRequestPage,
    people_to_name,
    shield_asking,
    shield_for,
    shield_request_for,
    shields_for,
)
from tenants.context import require_current
from tenants.models import Council


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def ask(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Ask for a shield, or for lifting the one that stands."""
    about = shield_asking(request.viewer, client_id)
    form = ShieldForm(request.POST if request.method == "POST" and not about.is_shielded else None, levels=about.levels)
    if request.method == "POST" and (about.is_shielded or form.is_valid()):
        try:
            if about.is_shielded:
                actions.ask_to_lift(client_id=client_id, by=request.viewer)
            else:
                actions.ask_for_shield(
                    client_id=client_id,
                    reason=ShieldReason(form.cleaned_data["reason"]),
                    level=form.cleaned_data["level"],
                    by=request.viewer,
                )
        except NotPermitted as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Asked. An information-governance officer decides; you are told."))
        return redirect("visits:client", client_id)
    shown = {"client": about.client, "bar": bar(about.client), "form": form, "is_shielded": about.is_shielded}
    return render(request, "network/ask_for_shield.html", shown, status=422 if form.is_bound else 200)


@require_safe
@for_officers
def shields(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """What waits, and who is shielded."""
    return render(request, "network/shields.html", {"page": shields_for(officer)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def shield_request(request: CouncilRequest, officer: Officer, approval_id: UUID) -> HttpResponse:
    """One request; the decision is posted here, with the people who go on seeing the client."""
    page = shield_request_for(officer, approval_id)
    sent = request.POST if request.method == "POST" else None
    form = DecisionForm(sent, about_shield=True)
    people = PeopleForm(
        sent,
        people=[
            (str(one.practitioner_id), ", ".join(part for part in (one.name, one.job_title, one.agency) if part))
            for one in page.people
        ],
        initial={"assigned": [str(one.practitioner_id) for one in page.people if one.is_chosen]},
    )
    if sent is not None and form.is_valid() and people.is_valid():
        try:
            made = _decide(officer, page, form, people)
        except AlreadyDecided as taken:
            return taken_page(request, str(taken), "network:shields")
        except NotPermitted as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(made))
            return redirect("network:shields")
    shown = {"page": page, "bar": bar(page.client), "form": form, "people": people}
    return render(request, "network/shield_request.html", shown, status=422 if form.is_bound else 200)


def _decide(officer: Officer, page: ShieldRequestPage, form: DecisionForm, people: PeopleForm) -> str:
    answer = form.cleaned_data["answer"]
    if answer != APPROVE:
        reason = VoiceReason(form.cleaned_data["reason"])
        return actions.turn_shield_down(approval_id=page.id, answer=Voice(answer), reason=reason, by=officer).state
    if page.is_placing:
        return actions.approve_shield(approval_id=page.id, assigned=people.chosen, by=officer).state
    if require_current().state == Council.State.SUSPENDED:
        raise NotPermitted(_("This council is read only for now: lifting a shield waits until it works again."))
    return actions.approve_lifting(approval_id=page.id, by=officer).state


def _said(state: str) -> str:
    return {
        ApprovalState.APPROVED: _("Approved. It holds from now on, everywhere."),
        ApprovalState.WAITING: _("Your yes is noted. A second officer must say yes too."),
    }.get(ApprovalState(state), _("Done. Whoever asked is told why."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def shield(request: CouncilRequest, officer: Officer, shield_id: UUID) -> HttpResponse:
    """One shield: who sees the client, and the day it is looked at again. A colleague is found by a POST."""
    finding = FindPersonForm(request.POST if "q" in request.POST else None)
    review = ReviewDayForm(request.POST if "on_day" in request.POST else None)
    if review.is_bound and review.is_valid():
        try:
            actions.set_shield_review(shield_id=shield_id, on=review.cleaned_data["on"], by=officer)
        except NotPermitted as refusal:
            review.add_error("on", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("network:shield", shield_id)
    page = shield_for(officer, shield_id)
    found = people_to_name(officer, finding.cleaned_data["q"]) if finding.is_bound and finding.is_valid() else None
    shown = {"page": page, "bar": bar(page.client), "form": finding, "found": found, "review": review}
    is_wrong = bool(finding.errors) or bool(review.errors)
    return render(request, "network/shield.html", shown, status=422 if is_wrong else 200)


@require_POST
@for_officers
def name_person(request: CouncilRequest, officer: Officer, shield_id: UUID) -> HttpResponse:
    """Name one more person, or take one off."""
    try:
        practitioner_id = UUID(request.POST.get("practitioner", ""))
    except ValueError as nonsense:
        raise Http404 from nonsense
    try:
        if request.POST.get("off"):
            actions.unassign(shield_id=shield_id, practitioner_id=practitioner_id, by=officer)
            messages.success(request, _("They no longer see this client."))
        else:
            actions.assign(shield_id=shield_id, practitioner_id=practitioner_id, by=officer)
            messages.success(request, _("They now see this client, and are told."))
    except PractitionerNotFound:
        messages.error(request, _("That colleague cannot be named any more."))
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
    return redirect("network:shield", shield_id)


@require_POST
@for_officers
def lift(request: CouncilRequest, officer: Officer, shield_id: UUID) -> HttpResponse:
    """Lift a shield; where two must agree, this is the first yes."""
    try:
        made = actions.lift_shield(shield_id=shield_id, by=officer)
    except AlreadyDecided as taken:
        return taken_page(request, str(taken), "network:shields")
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return redirect("network:shield", shield_id)
    messages.success(request, _said(made.state))
    return redirect("network:shields")
