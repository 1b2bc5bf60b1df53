"""Before the talk: the coach for one client and service; the cards and the leaflet, on the page and as PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import clock
from core.consent.coach import Coach, coach_for
from core.consent.leaflets import present_code, printed
from core.consent.materials import Asks
from core.consent.packs_in_use import policy_in_force
from core.consent.request import ClientFacts
from core.directory.doors import CouncilRequest
from core.directory.viewers import ViewerService
from core.network.doors import for_the_network
from core.network.facts import actor_facts, service_facts
from core.network.identity_bar import bar
from core.network.policies import services_to_join_with
from core.network.queries.own import asking
from ui.pdf import PdfResponse

LEAFLET = "leaflet"


@require_GET
@for_the_network
def talk(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """What to say to this client, who may be asked, what a no means, which limits to say."""
    about = asking(request.viewer, client_id)
    service = _service(request)
    if service is None:
        return redirect("visits:client", client_id)
    coach = coach_for(
        about.policy,
        actor=actor_facts(request.viewer, service),
        client=about.facts,
        service=service_facts(service, about.policy),
        on=about.on,
    )
    material = printed(present_code(about.policy), asks=coach.asks, cls=coach.cls)
    shown = {
        "client": about.client,
        "bar": bar(about.client),
        "coach": coach,
        "material": material,
        "variant": _variant(coach),
        "service": service,
        "services": services_to_join_with(request.viewer),
    }
    return render(request, "network/talk.html", shown)


@require_GET
@for_the_network
def materials(request: CouncilRequest) -> HttpResponse:
    """Every card and the leaflet, for one's own service: nothing of any client."""
    service = _service(request)
    asks, cls = _asked_for(request)
    if service is not None and "asks" not in request.GET:
        on = clock.today()
        policy = policy_in_force(on)
        facts = service_facts(service, policy)
        coach = coach_for(
            policy, actor=actor_facts(request.viewer, service), client=ClientFacts(), service=facts, on=on
        )
        asks, cls = coach.asks, coach.cls
    code = request.GET.get("version") or present_code(policy_in_force(clock.today()))
    shown = {"material": printed(code, asks=asks, cls=cls), "variant": f"asks={asks}&cls={cls}"}
    return render(request, "network/materials.html", shown)


@require_GET
@for_the_network
def material_pdf(request: CouncilRequest, code: str) -> HttpResponse:
    """The leaflet and the cards of one version as a PDF, exactly as they were shown then; or one of them alone."""
    asks, cls = _asked_for(request)
    material = printed(code, asks=asks, cls=cls)
    wanted = request.GET.get("card", "")
    cards = [card for card in material.cards if wanted in ("", card.slug)]
    if wanted not in ("", LEAFLET) and not cards:
        raise Http404
    shown = {
        "material": material,
        "cards": [] if wanted == LEAFLET else cards,
        "has_leaflet": wanted in ("", LEAFLET) and bool(material.leaflet or material.agencies),
    }
    html = render_to_string("network/material_pdf.html", shown, using="jinja2")
    return PdfResponse(html, filename=f"{wanted.replace('_', '-') or 'leaflet-and-cards'}.pdf")


def _service(request: CouncilRequest) -> ViewerService | None:
    """The service named in the address, or the first of one's own."""
    offered, chosen = services_to_join_with(request.viewer), request.GET.get("service", "")
    return next((one for one in offered if str(one.id) == chosen), next(iter(offered), None))


def _asked_for(request: CouncilRequest) -> tuple[Asks, str]:
    """Which texts: by what the talk asks for, and by the class of the service. Raises Http404 for another word."""
    try:
        return Asks(request.GET.get("asks") or Asks.CONSENT), request.GET.get("cls") or "standard"
    except ValueError as unknown:
        raise Http404(_("There is no such kind of conversation.")) from unknown


def _variant(coach: Coach) -> str:
    return f"asks={coach.asks}&cls={coach.cls}"
