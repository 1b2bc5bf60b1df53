"""The council's policy: its dated history; a draft begun, thrown away or published for a day; a version cancelled."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.accounts.choices import Role
from core.consent import actions_policy as actions
from core.consent.errors import DraftChanged, LoosensTheLaw, PolicyNotFound, PolicyRefused
from core.council.pages.policy_forms import PublishForm
from core.council.policy_queries import draft_page, policy_page
from core.directory.doors import CouncilRequest
from core.network.errors import ClientNotFound
from ui.filters import long_date

P = ParamSpec("P")


def for_policy_makers(
    view: Callable[Concatenate[CouncilRequest, P], HttpResponse],
) -> Callable[Concatenate[CouncilRequest, P], HttpResponse]:
    """What is not there answers 404. Who may come in is the address's rule; these people may have no contact card."""

    @wraps(view)
    def guarded(request: CouncilRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (PolicyNotFound, ClientNotFound) as missing:
            raise Http404 from missing

    return guarded  # type: ignore[return-value]  # functools.wraps hides that the signature is the same


def is_officer(request: CouncilRequest) -> bool:
    """Whether this person sees examples and signs routes: a council admin sees numbers alone."""
    return request.user.has_role(Role.IG_OFFICER)


@require_safe
@for_policy_makers
def show(request: CouncilRequest) -> HttpResponse:
    """What holds, what comes, and what was."""
    is_support = request.user.has_role(Role.SUPPORT)
    shown = {"page": policy_page(names_people=not is_support), "may_change": not is_support}
    return render(request, "council/policy.html", shown)


@require_POST
@for_policy_makers
def start(request: CouncilRequest) -> HttpResponse:
    """Begin a draft, or go on with the one that is there."""
    return redirect("council:policy_draft", actions.start_draft(by=request.user).id)


@require_POST
@for_policy_makers
def discard(request: CouncilRequest, draft_id: UUID) -> HttpResponse:
    """Throw the draft away."""
    actions.discard_draft(draft_id=draft_id, by=request.user)
    messages.success(request, _("The draft was thrown away. The policy in force stays as it is."))
    return redirect("council:policy")


@require_http_methods(["GET", "HEAD", "POST"])
@for_policy_makers
def publish(request: CouncilRequest, draft_id: UUID) -> HttpResponse:
    """Choose the day, read what will hold, publish."""
    page = draft_page(draft_id)
    initial = {"effective_from": clock.today(), "version": page.version}
    form = PublishForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = actions.publish_policy(
                draft_id=page.id, version=chosen["version"], effective_from=chosen["effective_from"], by=request.user
            )
        except LoosensTheLaw as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
        except DraftChanged as refused:
            form.add_error(None, str(refused))
            return render(request, "council/policy_publish.html", {"page": page, "form": form}, status=409)
        except PolicyRefused as refused:
            form.add_error("effective_from" if refused.slug.startswith("day_") else None, str(refused))
        else:
            messages.success(
                request, _("Published: this policy holds from %(day)s.") % {"day": long_date(made.effective_from)}
            )
            return redirect("council:policy")
    status = 422 if form.is_bound else 200
    return render(request, "council/policy_publish.html", {"page": page, "form": form}, status=status)


@require_POST
@for_policy_makers
def cancel(request: CouncilRequest, version_id: UUID) -> HttpResponse:
    """Take a version back before its day."""
    try:
        actions.cancel_policy(version_id=version_id, by=request.user)
    except PolicyRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Cancelled: that policy will not start."))
    return redirect("council:policy")
