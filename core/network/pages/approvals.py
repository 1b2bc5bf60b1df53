"""The safeguarding lead's queue, one request of it, and their stand-ins."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.directory.doors import CouncilRequest
from core.directory.queries import colleagues
from core.network.actions import approvals as decide
from core.network.actions.stand_ins import end_stand_in, name_stand_in, require_may_name
from core.network.choices import ApprovalState, VoiceReason
from core.network.doors import for_the_network
from core.network.errors import AlreadyDecided, NotPermitted, PractitionerNotFound
from core.network.pages.forms import FindColleagueForm
from core.network.pages.safeguard_forms import APPROVE, REFUSE, DecisionForm, StandInForm
from core.network.queries.approvals import approval_for, approvals_for, stand_ins_for


@require_safe
@for_the_network
def queue(request: CouncilRequest) -> HttpResponse:
    """What waits for the viewer."""
    return render(request, "network/approvals.html", {"page": approvals_for(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def show(request: CouncilRequest, approval_id: UUID) -> HttpResponse:
    """One request with its evidence; the decision is posted here."""
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _decide(request, approval_id, form)
    page = approval_for(request.viewer, approval_id)
    return render(request, "network/approval.html", {"page": page, "form": form}, status=422 if form.is_bound else 200)


def _decide(request: CouncilRequest, approval_id: UUID, form: DecisionForm) -> HttpResponse:
    answer, by = form.cleaned_data["answer"], request.viewer
    try:
        if answer == APPROVE:
            made = decide.approve_publication(approval_id=approval_id, by=by)
        else:
            turn_down = decide.refuse_publication if answer == REFUSE else decide.ask_publication_back
            made = turn_down(approval_id=approval_id, reason=VoiceReason(form.cleaned_data["reason"]), by=by)
    except AlreadyDecided as taken:
        return taken_page(request, str(taken), "network:approvals")
    except NotPermitted as refusal:
        form.add_error(None, str(refusal))
        page = approval_for(by, approval_id)
        return render(request, "network/approval.html", {"page": page, "form": form}, status=422)
    words = {
        ApprovalState.APPROVED: _("Approved. The agencies named now see the line; whoever asked is told."),
        ApprovalState.REFUSED: _("Refused. Whoever asked is told why."),
        ApprovalState.ASKED_BACK: _("Asked back. Whoever asked is told what is missing."),
        ApprovalState.WAITING: _("Your yes is noted. A second person must say yes too."),
    }
    messages.success(request, words[ApprovalState(made.state)])
    return redirect("network:approvals")


def taken_page(request: CouncilRequest, sentence: str, back: str) -> HttpResponse:
    """Somebody else was quicker: 409, with a sentence and the way back."""
    return render(request, "network/decided.html", {"sentence": sentence, "back": back}, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def stand_ins(request: CouncilRequest) -> HttpResponse:
    """Who stands in; find a colleague (posted, so that no name is in an address), and name them for some days."""
    require_may_name(request.viewer)
    naming = StandInForm(request.POST if "practitioner" in request.POST else None)
    finding = FindColleagueForm(request.POST if "q" in request.POST else None)
    if naming.is_bound and naming.is_valid() and _name(request, naming):
        return redirect("network:stand_ins")
    found = None
    if finding.is_bound and finding.is_valid():
        cards = colleagues(request.viewer, finding.cleaned_data["q"]).cards
        found = [card for card in cards if card.has_account and not card.is_own]
    shown = {
        "standing_in": stand_ins_for(request.viewer),
        "form": finding,
        "naming": naming,
        "found": found,
        "chosen": request.POST.get("practitioner", ""),
    }
    is_wrong = bool(naming.errors) or bool(finding.errors)
    return render(request, "network/stand_ins.html", shown, status=422 if is_wrong else 200)


def _name(request: CouncilRequest, form: StandInForm) -> bool:
    given = form.cleaned_data
    try:
        name_stand_in(
            practitioner_id=given["practitioner"],
            starts_on=given["starts_on"] or clock.today(),
            ends_on=given["ends_on"],
            by=request.viewer,
        )
    except PractitionerNotFound:
        form.add_error(None, _("That colleague cannot stand in. Choose another."))
        return False
    except NotPermitted as refusal:
        form.add_error("ends_on", str(refusal))
        return False
    messages.success(request, _("Named. They are told, and it ends by itself."))
    return True


@require_POST
@for_the_network
def end_standing_in(request: CouncilRequest, stand_in_id: UUID) -> HttpResponse:
    """End it now."""
    end_stand_in(stand_in_id=stand_in_id, by=request.viewer)
    messages.success(request, _("Ended."))
    return redirect("network:stand_ins")
