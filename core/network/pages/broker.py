"""“Send a message to a confidential service”, the broker's page, and what was passed to one's own lines.

What the sender sees never depends on whether such a service is there: their pages read no lines but their own.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.directory.doors import CouncilRequest
from core.network.actions import broker as actions
from core.network.choices import BrokerAsk
from core.network.doors import for_the_network
from core.network.errors import AlreadyDecided, NotPermitted
from core.network.identity_bar import bar
from core.network.pages.approvals import taken_page
from core.network.pages.safeguard_forms import BrokerForm, LinesForm
from core.network.queries.broker import broker_asking, message_for, messages_waiting


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def ask(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Leave a message. The answer is the same sentence, whether or not a service is there."""
    client = broker_asking(request.viewer, client_id)
    form = BrokerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.send_broker_message(client_id=client_id, ask=BrokerAsk(form.cleaned_data["ask"]), by=request.viewer)
        except NotPermitted as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The broker has your message. If a service is there, it may contact you."))
        return redirect("visits:client", client_id)
    shown = {"client": client, "bar": bar(client), "form": form}
    return render(request, "network/broker_ask.html", shown, status=422 if form.is_bound else 200)


@require_safe
@for_the_network
def queue(request: CouncilRequest) -> HttpResponse:
    """What waits for the broker."""
    return render(request, "network/broker_queue.html", {"waiting": messages_waiting(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def message(request: CouncilRequest, message_id: UUID) -> HttpResponse:
    """One message: pass it on to the lines chosen, or say that it is handled."""
    page = message_for(request.viewer, message_id)
    form = LinesForm(
        request.POST if request.method == "POST" else None,
        lines=[(str(line.id), ", ".join((line.service, line.name, line.agency))) for line in page.hidden],
    )
    if form.is_bound and (page.is_handled or form.is_valid()):
        try:
            chosen = form.chosen if not page.is_handled else []
            actions.pass_message_on(message_id=message_id, involvement_ids=chosen, by=request.viewer)
        except AlreadyDecided as taken:
            return taken_page(request, str(taken), "network:broker_queue")
        messages.success(request, _("Passed on.") if chosen else _("Handled. Nobody was contacted."))
        return redirect("network:broker_queue")
    return render(
        request, "network/broker_message.html", {"page": page, "form": form}, status=422 if form.is_bound else 200
    )


@require_POST
@for_the_network
def done(request: CouncilRequest, pass_id: UUID) -> HttpResponse:
    """A message passed to one's own line was dealt with. Whoever sent it is told nothing."""
    actions.answer_passed_message(pass_id=pass_id, by=request.viewer)
    messages.success(request, _("Done. Whoever sent it is told nothing."))
    return redirect("council:home")
