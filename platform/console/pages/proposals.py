"""What takes two operators: what waits, one proposal, deciding it, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions import proposals as actions
from console.doors import OperatorRequest, freshly_proved, or_404
from console.errors import ConsoleRefused, NotThere
from console.pages.answers import form_page, typed
from console.pages.forms import DecisionForm
from console.queries.proposals import proposal_for, proposals_for


@require_safe
def index(request: OperatorRequest) -> HttpResponse:
    """What waits, for me and for others, and what was settled last."""
    return render(request, "console/proposals.html", {"page": proposals_for(request.operator)})


@require_safe
@or_404
def show(request: OperatorRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal and what became of it."""
    return render(request, "console/proposal.html", {"one": proposal_for(request.operator, proposal_id)})


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proved
@or_404
def decide(request: OperatorRequest, proposal_id: UUID) -> HttpResponse:
    """Approve or refuse what another operator proposed."""
    one = proposal_for(request.operator, proposal_id)
    form = DecisionForm(typed(request))
    refused = None
    if request.method == "POST" and form.is_valid():
        approve = form.cleaned_data["approve"] == "yes"
        try:
            actions.decide(
                proposal_id=proposal_id, approve=approve, reason=form.cleaned_data["reason"], by=request.operator
            )
        except NotThere:
            raise
        except ConsoleRefused as refusal:
            refused, one = refusal, proposal_for(request.operator, proposal_id)
        else:
            messages.success(request, _("Approved: it is being done.") if approve else _("Refused."))
            return redirect("console:proposal", proposal_id)
    return form_page(request, "console/decide.html", form, refused=refused, one=one)


@require_POST
@or_404
def withdraw(request: OperatorRequest, proposal_id: UUID) -> HttpResponse:
    """Take back one's own proposal."""
    try:
        actions.withdraw(proposal_id=proposal_id, by=request.operator)
    except NotThere:
        raise
    except ConsoleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You withdrew the proposal."))
    return redirect("console:proposal", proposal_id)
