"""Drafts: one as it would be issued, reviewing it, drafting it again, allowing what holds it, and issuing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console.actions.finance import invoices as actions
from console.doors import OperatorRequest
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page, refused_words
from console.pages.finance.run_forms import AllowForm, IssueForm, NoteForm
from console.pages.finance.shown import money_form
from console.queries.finance.choices import today_of
from console.queries.finance.drafts import DraftPage, draft_page


@require_http_methods(GET_AND_POST)
@finance_page
def show(request: OperatorRequest, draft_id: UUID) -> HttpResponse:
    """One draft; POST keeps the sentence that the invoice is to bear."""
    page = draft_page(draft_id)
    form = NoteForm(filled(request), initial={"note": page.note})

    def act(said: dict[str, Any]) -> object:
        return actions.set_note(draft_id=draft_id, note=said["note"], by=request.operator)

    if carried_out(form, act):
        messages.success(request, _("Saved."))
        return redirect("console:finance_draft", draft_id)
    return money_form(request, "draft", form, page=draft_page(draft_id) if form.is_bound else page)


@require_POST
@finance_page
def review(request: OperatorRequest, draft_id: UUID) -> HttpResponse:
    """Say that it was looked at and may be issued."""
    done = _("Reviewed: it can be issued now.")
    return _at_once(
        request, draft_id, lambda: actions.review_draft(draft_id=draft_id, by=request.operator), done
    )  # fmt: skip


@require_POST
@finance_page
def redraft(request: OperatorRequest, draft_id: UUID) -> HttpResponse:
    """Draft the same again, as prices, terms and usage are now."""
    page = draft_page(draft_id)
    made: list[Any] = []
    refused = refused_words(lambda: made.append(actions.redraft(draft_id=draft_id, by=request.operator)))
    if refused:
        messages.error(request, refused)
        return redirect("console:finance_draft", draft_id)
    if made[0] is None:
        messages.success(request, _("Nothing is left to bill: the draft is gone."))
        return _where_from(page)
    messages.success(request, _("Drafted again. Look at it before it is issued."))
    return redirect("console:finance_draft", made[0].id)


@require_POST
@finance_page
def discard(request: OperatorRequest, draft_id: UUID) -> HttpResponse:
    """Throw it away: what it would have billed is due again."""
    page = draft_page(draft_id)
    refused = refused_words(lambda: actions.discard_draft(draft_id=draft_id, by=request.operator))
    if refused:
        messages.error(request, refused)
        return redirect("console:finance_draft", draft_id)
    messages.success(request, _("Thrown away: the next run drafts it anew, where it is still due."))
    return _where_from(page)


@require_http_methods(GET_AND_POST)
@finance_page
def allow(request: OperatorRequest, draft_id: UUID) -> HttpResponse:
    """Have it issued although no purchase order covers it, with a reason."""
    form = AllowForm(filled(request))

    def act(said: dict[str, Any]) -> object:
        return actions.allow_holds(draft_id=draft_id, reason=said["reason"], by=request.operator)

    return _with_form(request, draft_id, form, act, _("Allowed: it can be reviewed and issued now."), {
        "heading": _("Issue without an order that covers it"), "button": _("Allow it"),
        "intro": _("A customer who asks for purchase orders may send the invoice back. Ask for an order first."),
    })  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def issue(request: OperatorRequest, draft_id: UUID) -> HttpResponse:
    """Make it an invoice or a credit note: with the next number, and never to change again."""
    page = draft_page(draft_id)
    form = IssueForm(filled(request), today=today_of(page.entity_id))
    made: list[Any] = []

    def act(said: dict[str, Any]) -> None:
        made.append(actions.issue(draft_id=draft_id, on=said["on"], by=request.operator))

    if carried_out(form, act):
        messages.success(request, _("Issued as %(number)s.") % {"number": made[0].number})
        return redirect("console:finance_invoice", made[0].id)
    if page.issued_id and request.method != "POST":
        return redirect("console:finance_invoice", page.issued_id)
    return money_form(request, "form", form, **_frame(page, {
        "heading": _("Issue it"), "button": _("Issue it"),
        "intro": _("It gets the next number. After that nothing of it can be changed: a credit note puts it right."),
    }))  # fmt: skip


def _with_form(
    request: OperatorRequest, draft_id: UUID, form: forms.Form, act: Callable[[dict[str, Any]], object], done: str,
    frame: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    if carried_out(form, act):
        messages.success(request, done)
        return redirect("console:finance_draft", draft_id)
    return money_form(request, "form", form, **_frame(draft_page(draft_id), frame))


def _frame(page: DraftPage, frame: dict[str, Any]) -> dict[str, Any]:
    back = (_("Back to the draft"), reverse("console:finance_draft", args=[page.id]))
    return {"caption": f"{page.customer_name}, {page.reference}", "back": back, **frame}


def _at_once(request: OperatorRequest, draft_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    refused = refused_words(act)
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, done)
    return redirect("console:finance_draft", draft_id)


def _where_from(page: DraftPage) -> HttpResponse:
    """Where a draft was found that is no more: its run's page, or the invoice it would have credited."""
    if page.run_id:
        return redirect("console:finance_run", page.run_id)
    return redirect("console:finance_invoice", page.credits_id) if page.credits_id else redirect("console:finance_runs")
