"""Runs: the list, starting one, how far it is, what it found, and having what was reviewed issued."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions.finance import runs as actions
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page, refused_words
from console.pages.finance.money_fields import months_over
from console.pages.finance.run_forms import IssueForm, OutcomeForm, StartRunForm
from console.pages.finance.shown import money_form, money_page
from console.queries.finance.choices import entity_choices, newest_today, today_of
from console.queries.finance.runs import draft_sums, run_line, run_list, run_page


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """Every run, newest month first."""
    found = run_list(page=page_number(request))
    pages = pages_of(reverse("console:finance_runs"), {}, found.page, has_next=found.page < found.pages)
    return money_page(request, "runs", page=found, pages=pages)


@require_http_methods(GET_AND_POST)
@finance_page
def start(request: OperatorRequest) -> HttpResponse:
    """Have a month drafted, or shown as it would be. The same month again looks again at what could not be billed."""
    offered, months = entity_choices(), months_over(newest_today())
    initial = {"month": months[0], "entity": offered[0][0] if len(offered) == 1 else "", "dry": "yes"}
    form = StartRunForm(filled(request), entities=offered, months=months, initial=initial)
    made: list[UUID] = []

    def act(said: dict[str, Any]) -> None:
        run = actions.start_run(
            entity_id=said["entity"], month=said["month"], is_dry=said["dry"] == "yes", by=request.operator
        )
        made.append(run.id)

    if carried_out(form, act):
        return redirect("console:finance_run", made[0])
    return money_form(request, "run_start", form)


@require_safe
@finance_page
def show(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is, and what it found for each contract. It asks again by itself while it is under way."""
    form = OutcomeForm(request.GET or None)
    outcome = form.cleaned_data["outcome"] if form.is_bound and form.is_valid() else ""
    page = run_page(run_id, outcome=outcome, page=page_number(request))
    here = reverse("console:finance_run", args=[run_id])
    pages = pages_of(here, {"outcome": outcome}, page.page, has_next=page.page < page.pages)
    status = 422 if form.is_bound and form.errors else 200
    return money_page(request, "run", page=page, pages=pages, form=form, outcome=outcome, status=status)


@require_safe
@finance_page
def progress(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """How far it is: a part of the run's page, and a page of its own without scripts."""
    shown: dict[str, Any] = {"line": run_line(run_id), "drafts": draft_sums(run_id), "is_asked_again": True}
    is_part = request.headers.get("HX-Request") == "true"
    return money_page(request, "_run_progress" if is_part else "run_progress", **shown)


@require_POST
@finance_page
def again(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """Look again at every contract of the month: what could not be billed then, and what was added since.

    A dry run again is another one: what the first showed stays as it was.
    """
    line = run_line(run_id)
    said: dict[str, Any] = {"entity_id": line.entity_id, "month": line.month, "is_dry": line.is_dry}
    made: list[UUID] = []
    refused = refused_words(lambda: made.append(actions.start_run(**said, by=request.operator).id))
    if refused:
        messages.error(request, refused)
        return redirect("console:finance_run", run_id)
    return redirect("console:finance_run", made[0])


@require_POST
@finance_page
def review(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """Say of all drafts of a run that nothing holds that they were looked at."""
    found: list[int] = []
    refused = refused_words(lambda: found.append(actions.review_run(run_id=run_id, by=request.operator)))
    if refused:
        messages.error(request, refused)
    else:
        words = ngettext("%(count)d draft is reviewed now.", "%(count)d drafts are reviewed now.", found[0])
        messages.success(request, words % {"count": found[0]})
    return redirect("console:finance_run", run_id)


@require_POST
@finance_page
def stop(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """Have nothing more of it issued: what is issued stays so, and the rest stays a draft."""
    found: list[int] = []
    refused = refused_words(lambda: found.append(actions.stop_issuing(run_id=run_id, by=request.operator)))
    if refused:
        messages.error(request, refused)
    else:
        words = ngettext(
            "Stopped: %(count)d draft was not issued yet, and stays one.",
            "Stopped: %(count)d drafts were not issued yet, and stay so.", found[0],
        )  # fmt: skip
        messages.success(request, words % {"count": found[0]})
    return redirect("console:finance_run", run_id)


@require_http_methods(GET_AND_POST)
@finance_page
def issue(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """Have every reviewed draft of a run issued. A worker does it, one by one; the run's page says how far it is."""
    line = run_line(run_id)
    form = IssueForm(filled(request), today=today_of(line.entity_id))
    asked: list[int] = []

    def act(said: dict[str, Any]) -> None:
        asked.append(actions.ask_issue_run(run_id=run_id, on=said["on"], by=request.operator))

    if carried_out(form, act):
        words = ngettext("%(count)d draft is being issued.", "%(count)d drafts are being issued.", asked[0])
        if asked[0]:
            messages.success(request, words % {"count": asked[0]})
        else:
            messages.error(
                request, _("Nothing waited to be issued: somebody else was quicker, or nothing is reviewed.")
            )
        return redirect("console:finance_run", run_id)
    return money_form(request, "run_issue", form, line=line, drafts=draft_sums(run_id))
