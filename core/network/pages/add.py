"""Adding a client: a filled-in form, listed people compared while typing and at saving, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import ClientFacts
from core.directory.doors import CouncilRequest
from core.directory.viewers import ViewerService
from core.network.actions import add as actions
from core.network.actions.join import join_network
from core.network.conversation_form import QuickConversationForm
from core.network.doors import for_the_network
from core.network.errors import AlreadyInvolved, NotPermitted
from core.network.pages import typed_searches
from core.network.pages.add_forms import AddForm, typed_already
from core.network.policies import services_to_join_with
from core.network.queries.details import address_to_share
from core.network.queries.duplicates import Duplicate, duplicates_for
from core.network.queries.find import country_of, parsed_for
from core.people.identity import whole_years
from core.people.records import ClientDetails
from ui import undo

_UNREADABLE = 422
_LOOKS_LISTED = 409


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def add(request: CouncilRequest) -> HttpResponse:
    """The form, filled in from what was searched for; then one POST that lists the client."""
    services = services_to_join_with(request.viewer)
    if not services:
        return render(request, "network/add_refused.html", {"sentence": _why_nobody_can_be_added(request)}, status=403)
    policy = policy_in_force(clock.today())
    if request.method == "POST":
        return _save(request, policy, services)
    form = AddForm(initial=_known(request), country=country_of(policy), services=services)
    talk = _talk(request, policy, services[0], form.initial.get("birth_date"), None)
    known = _searched_details(form)
    alike = duplicates_for(request.viewer, known) if known else ()
    return _page(request, form, talk, alike)


@require_POST
@for_the_network
def duplicates(request: CouncilRequest) -> HttpResponse:
    """While typing: the listed people who may be the one, and the answers about consent that fit the age.

    Nothing is said as long as too little is typed. The answers come only where they differ from those on the page.
    """
    services = services_to_join_with(request.viewer)
    if not services:
        raise Http404
    policy = policy_in_force(clock.today())
    form = AddForm(request.POST, country=country_of(policy), services=services)
    details = form.details if form.is_valid() else None
    service = request.viewer.service(_uuid(request.POST.get("service")) or services[0].id) or services[0]
    talk = _talk(request, policy, service, details.birth_date if details else None, request.POST)
    shown: dict[str, Any] = {"form": form, "is_typing": True, "alike": ()}
    if details:
        shown["alike"] = duplicates_for(request.viewer, details)
        shown["talk"] = talk if _offered(talk) != request.POST.get("offered") else None
        shown["offered"] = _offered(talk)
    return render(request, "network/_typed.html", shown)


@require_POST
@for_the_network
def undo_add(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Take an added client back."""
    try:
        actions.undo_add(client_id=client_id, by=request.viewer)
    except NotPermitted as refusal:
        messages.warning(request, str(refusal))
        return redirect("visits:client", client_id)
    messages.success(request, _("Taken back. What you had typed was not kept."))
    return redirect("network:search")


def _save(request: CouncilRequest, policy: Policy, services: tuple[ViewerService, ...]) -> HttpResponse:
    form = AddForm(request.POST, country=country_of(policy), services=services)
    is_complete = form.is_valid()
    details = form.details if is_complete else None
    service = request.viewer.service(UUID(form.cleaned_data["service"])) if "service" in form.cleaned_data else None
    talk = _talk(request, policy, service or services[0], form.cleaned_data.get("birth_date"), request.POST)
    if not (talk.is_valid() and details and service):
        return _page(request, form, talk, (), status=_UNREADABLE)
    try:
        if same_as := request.POST.get("same_as"):
            return _join_instead(request, talk, service, same_as)
        added = actions.add_client(
            client_id=form.chosen_id,
            details=details,
            service_id=service.id,
            answers=talk.answers,
            apart=actions.Apart(form.compared_ids, form.reason),
            by=request.viewer,
        )
    except actions.StronglyAlike as found:
        if form.compared_ids and not form.reason:
            form.add_error("why_different", _("Say why this is a different person, or join the one who is listed"))
        return _page(request, form, talk, found.duplicates, status=_LOOKS_LISTED)
    except NotPermitted as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, talk, (), status=_UNREADABLE)
    return _after(request, added, details, wants_more=talk.wants_more)


def _join_instead(
    request: CouncilRequest, talk: QuickConversationForm, service: ViewerService, same_as: str
) -> HttpResponse:
    """“Same person: join”: what was typed about one's own part is kept, the listed client is taken."""
    client_id = _uuid(same_as)
    if client_id is None:
        raise Http404
    try:
        join_network(client_id=client_id, service_id=service.id, answers=talk.answers, by=request.viewer)
    except AlreadyInvolved:
        messages.info(request, _("You support this client already."))
    else:
        messages.success(request, _("You are now on this client's network."))
    return redirect("visits:client", client_id)


def _after(request: CouncilRequest, added: actions.Added, details: ClientDetails, *, wants_more: bool) -> HttpResponse:
    if added.is_new:
        another = f"{reverse('network:add')}?at={added.client_id}" if details.address or details.postcode else ""
        undo.offer(
            request.session,
            text=_("%(name)s is listed, and you are supporting them.")
            % {"name": f"{details.given_name} {details.family_name}"},
            action=reverse("network:undo_add", args=[added.client_id]),
            more_text=_("Add another person at this address") if another else _("Add another client"),
            more_href=another or reverse("network:add"),
        )
    if wants_more and added.involvement_id:
        return redirect("network:conversation", added.involvement_id)
    return redirect("visits:client", added.client_id)


def _known(request: CouncilRequest) -> dict[str, Any]:
    """What the form starts with: the search that led here, or the address of the client added before."""
    known: dict[str, Any] = {"client_id": uuid4()}
    if search_id := _uuid(request.GET.get("search")):
        if text := typed_searches.recall(request.session, search_id):
            known |= typed_already(parsed_for(request.viewer, text))
    elif client_id := _uuid(request.GET.get("at")):
        home = address_to_share(request.viewer, client_id)
        known |= {"address": home.address, "postcode": home.postcode}
    return known


def _searched_details(form: AddForm) -> ClientDetails | None:
    """The person searched for, where the search said enough to compare."""
    start = form.initial
    if not (start.get("given_name") and start.get("family_name") and start.get("birth_date")):
        return None
    names = ("given_name", "family_name", "birth_date", "postcode", "phone")
    return ClientDetails(**{name: start[name] for name in names})


def _talk(
    request: CouncilRequest, policy: Policy, service: ViewerService, born: date | None, data: Any
) -> QuickConversationForm:
    today = clock.today()
    facts = ClientFacts(age=max(0, whole_years(born, today)) if born else None)
    form = QuickConversationForm(
        data, policy=policy, viewer=request.viewer, service=service, client_facts=facts, on=today
    )
    form.fields["agreed"].error_messages.update(
        required=_("Say whether you have talked to them"),
        invalid_choice=_("Choose one of these answers: they fit the age"),
    )
    return form


def _offered(talk: QuickConversationForm) -> str:
    """Which answers about consent a form offers, to see whether another age would offer others."""
    return ",".join(value for value, _label in talk.fields["agreed"].choices)  # type: ignore[attr-defined]  # a ChoiceField


def _page(
    request: CouncilRequest, form: AddForm, talk: QuickConversationForm, alike: tuple[Duplicate, ...], status: int = 200
) -> HttpResponse:
    is_filled = bool(form.initial.get("family_name") and form.initial.get("birth_date"))
    shown = {
        "form": form,
        "talk": talk,
        "offered": _offered(talk),
        "alike": alike,
        "starts_at_consent": is_filled and not alike and not form.is_bound,
    }
    return render(request, "network/add.html", shown, status=status)


def _why_nobody_can_be_added(request: CouncilRequest) -> str:
    if not request.viewer.is_cleared:
        return _("Your clearance or training has run out. Ask your council admin to record it.")
    if not request.viewer.has_agreement:
        return _("Your agency has no current sharing agreement. Ask your council admin.")
    return _("Your card names no service yet. Ask your council admin to add you to one.")


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
