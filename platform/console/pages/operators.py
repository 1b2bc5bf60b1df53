"""Operators: who there is, inviting one, roles, and closing an account."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from console.actions import operators as actions
from console.choices import Permission
from console.doors import OperatorRequest, freshly_proved, or_404
from console.errors import ConsoleRefused, NotThere
from console.pages.answers import form_page, typed
from console.pages.forms import InviteForm, RolesForm
from console.queries.operators import operator_for, operators_for, roles, support_of

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_safe
def index(request: OperatorRequest) -> HttpResponse:
    """Every operator, their roles, and what each role permits."""
    shown = {
        "operators": operators_for(request.operator),
        "roles": roles(),
        "may_manage": request.operator.may(Permission.MANAGE_OPERATORS),
    }
    return render(request, "console/operators.html", shown)


@require_safe
@or_404
def show(request: OperatorRequest, operator_id: UUID) -> HttpResponse:
    """One operator."""
    shown = {"one": operator_for(request.operator, operator_id), "roles": roles()}
    return render(request, "console/operator.html", shown)


@require_http_methods(GET_AND_POST)
@freshly_proved
def invite(request: OperatorRequest) -> HttpResponse:
    """Invite somebody by a mailed link."""
    form = InviteForm(typed(request), roles=_choices())
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            operator = actions.invite_operator(**form.cleaned_data, by=request.operator)
        except ConsoleRefused as refusal:
            refused = refusal
        else:
            messages.success(request, _("An invitation is on its way to %(name)s.") % {"name": operator.name})
            return redirect("console:operators")
    return form_page(request, "console/invite_operator.html", form, refused=refused, hints=_hints())


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def change_roles(request: OperatorRequest, operator_id: UUID) -> HttpResponse:
    """Give an operator other roles."""
    one = operator_for(request.operator, operator_id)
    form = RolesForm(typed(request), roles=_choices(), initial={"roles": list(one.role_slugs)})
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_roles(operator_id=operator_id, roles=form.cleaned_data["roles"], by=request.operator)
        except NotThere:
            raise
        except ConsoleRefused as refusal:
            refused = refusal
        else:
            messages.success(request, _("The roles were changed. They count from the next page on."))
            return redirect("console:operator", operator_id)
    return form_page(request, "console/operator_roles.html", form, refused=refused, one=one, hints=_hints())


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def close(request: OperatorRequest, operator_id: UUID) -> HttpResponse:
    """Let an operator sign in no more."""
    return _act(
        request, operator_id, "close", actions.close_operator, _("The account is closed, and every session ended.")
    )


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def reopen(request: OperatorRequest, operator_id: UUID) -> HttpResponse:
    """Let an operator sign in again."""
    return _act(request, operator_id, "reopen", actions.reopen_operator, _("The account is open again."))


@require_http_methods(GET_AND_POST)
@freshly_proved
@or_404
def invite_again(request: OperatorRequest, operator_id: UUID) -> HttpResponse:
    """Have an operator set up their sign-in anew, by a mailed link."""
    return _act(request, operator_id, "again", actions.invite_operator_again, _("A new invitation is on its way."))


def _act(
    request: OperatorRequest, operator_id: UUID, what: str, action: Callable[..., object], done: str
) -> HttpResponse:
    one = operator_for(request.operator, operator_id)
    refused = ""
    if request.method == "POST":
        try:
            action(operator_id=operator_id, by=request.operator)
        except NotThere:
            raise
        except ConsoleRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, done)
            return redirect("console:operator", operator_id)
    shown = {"one": one, "what": what, "refused": refused, "support": support_of(operator_id)}
    return render(request, "console/operator_act.html", shown, status=422 if refused else 200)


def _choices() -> list[tuple[str, str]]:
    return [(one.slug, one.name) for one in roles()]


def _hints() -> dict[str, str]:
    return {one.slug: "; ".join(one.permits) for one in roles()}
