"""What can be done with a council: hosts, suspending, resuming, the exit copy, deleting, being a template, support."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console.actions import councils, deletion, support, suspension
from console.doors import OperatorRequest, freshly_proved, or_404
from console.errors import ChangedMeanwhile, ConsoleRefused, NotThere
from console.pages.answers import form_page, typed
from console.pages.forms import ContactForm, HostsForm, SupportForm
from console.queries.councils import council_page

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def rename(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Give a council other hosts."""
    page = council_page(request.operator, council_id)
    form = HostsForm(typed(request), initial={"hosts": "\n".join(page.hosts), "before": " ".join(page.hosts)})
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            councils.rename_hosts(
                council_id=council_id, hosts=form.cleaned_data["hosts"], before=form.seen, by=request.operator
            )
        except (NotThere, ChangedMeanwhile) as refusal:
            if isinstance(refusal, NotThere):
                raise
            refused = refusal
        except ConsoleRefused as refusal:
            form.add_error("hosts", str(refusal))
        else:
            messages.success(request, _("The hosts are being changed."))
            return redirect("console:council", council_id)
    return form_page(request, "console/rename_council.html", form, refused=refused, page=page)


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def suspend(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Propose that a council becomes read only."""

    def act(said: dict[str, Any]) -> object:
        return suspension.propose_suspension(council_id=council_id, **said, by=request.operator)

    done = _("Proposed. Another operator has to decide.")
    return _with_form(request, council_id, "console/suspend_council.html", ContactForm, act, done)


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def delete(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Propose that a council is deleted."""

    def act(said: dict[str, Any]) -> object:
        return deletion.propose_deletion(council_id=council_id, **said, by=request.operator)

    done = _("Proposed. Another operator has to decide.")
    return _with_form(request, council_id, "console/delete_council.html", ContactForm, act, done)


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def ask_support(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Ask a council for support access."""

    def act(said: dict[str, Any]) -> object:
        return support.ask_for_support(council_id=council_id, **said, by=request.operator)

    done = _("Asked. Another operator has to approve it, then the council decides.")
    return _with_form(request, council_id, "console/ask_support.html", SupportForm, act, done)


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def export(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Order the exit copy."""

    def act(_said: dict[str, Any]) -> object:
        return councils.order_exit_copy(council_id=council_id, by=request.operator)

    return _with_form(request, council_id, "console/export_council.html", Form, act, _("The exit copy is being made."))


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def resume(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Let a suspended council work again."""

    def act(_said: dict[str, Any]) -> object:
        return suspension.resume_council(council_id=council_id, by=request.operator)

    return _with_form(request, council_id, "console/resume_council.html", Form, act, _("The council is being resumed."))


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def keep(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Call a deletion off during its wait."""

    def act(_said: dict[str, Any]) -> object:
        return deletion.keep_council(council_id=council_id, by=request.operator)

    done = _("The deletion was called off. The council stays suspended until it is resumed.")
    return _with_form(request, council_id, "console/keep_council.html", Form, act, done)


@require_POST
@or_404
def mark_template(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Offer a council as a start for new ones, or no longer."""
    is_template = request.POST.get("is_template") == "yes"
    done = _("New councils may start from this one.") if is_template else _("It is no template any more.")

    def act() -> object:
        return councils.mark_template(council_id=council_id, is_template=is_template, by=request.operator)

    return _at_once(request, council_id, act, done)


@require_POST
@or_404
def order_again(request: OperatorRequest, council_id: UUID, order_id: UUID) -> HttpResponse:
    """Ask once more for what failed."""

    def act() -> object:
        return councils.order_again(council_id=council_id, order_id=order_id, by=request.operator)

    return _at_once(request, council_id, act, _("It is being tried again."))


def _at_once(request: OperatorRequest, council_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    """Do what needs no form, and go back to the council's page."""
    try:
        act()
    except NotThere:
        raise
    except ConsoleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("console:council", council_id)


def _with_form(
    request: OperatorRequest,
    council_id: UUID,
    template: str,
    kind: Callable[[Any], Form],
    act: Callable[[dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Show the form of an act, or do it and go back to the council's page."""
    page = council_page(request.operator, council_id)
    form = kind(typed(request))
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except NotThere:
            raise
        except ConsoleRefused as refusal:
            refused = refusal
        else:
            messages.success(request, done)
            return redirect("console:council", council_id)
    return form_page(request, template, form, refused=refused, page=page)
