"""Asking a colleague who has an account to join, and answering such a question."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.directory.doors import CouncilRequest
from core.directory.queries import Card, card_for, colleagues
from core.network import actions
from core.network.doors import for_the_network
from core.network.errors import NotPermitted, PractitionerNotFound
from core.network.identity_bar import bar
from core.network.pages.forms import AnswerForm, FindColleagueForm, InviteForm
from core.network.policies import require_can_invite
from core.network.queries.show import identity_for


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def invite(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Find a colleague (posted, so that no name is in the address), then ask them."""
    require_can_invite(request.viewer, client_id)
    client = identity_for(request.viewer, client_id)
    chosen = InviteForm(request.POST if "practitioner" in request.POST else None)
    found: tuple[Card, ...] | None = None
    if chosen.is_bound and chosen.is_valid():
        wanted = chosen.cleaned_data["practitioner"]
        try:
            actions.invite_colleague(client_id=client_id, practitioner_id=wanted, by=request.viewer)
        except PractitionerNotFound:
            messages.error(request, _("That colleague cannot be invited any more."))
            return redirect("visits:client", client_id)
        except NotPermitted as refusal:
            # What was chosen stays on the page: what was agreed may have changed while it was open.
            chosen.add_error("practitioner", str(refusal))
            found = (card_for(request.viewer, wanted),)
        else:
            messages.success(request, _("Invited. They are told in Patchwork, and see nothing until they accept."))
            return redirect("visits:client", client_id)
    form = FindColleagueForm(request.POST if "q" in request.POST else None)
    if form.is_bound and form.is_valid():
        cards = colleagues(request.viewer, form.cleaned_data["q"]).cards
        found = tuple(card for card in cards if card.has_account and not card.is_own)
    shown = {"client": client, "bar": bar(client), "form": form, "chosen": chosen, "found": found}
    return render(request, "network/invite.html", shown, status=422 if form.errors or chosen.errors else 200)


@require_POST
@for_the_network
def answer(request: CouncilRequest, invitation_id: UUID) -> HttpResponse:
    """Accept, and go on to the consent step; or decline."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    made = actions.answer_invitation(invitation_id=invitation_id, accept=form.is_yes, by=request.viewer)
    if not form.is_yes:
        messages.success(request, _("You declined. Whoever asked you is told."))
        return redirect("council:home")
    messages.success(request, _("You accepted. You now see who supports this client. Join, so that they see you too."))
    return redirect("network:join", made.client_id)
