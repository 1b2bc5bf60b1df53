"""Bringing a new council: the task list, its tasks, the check of all answers, and how far the making has come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions.creating import NotReady, create_council, try_again
from console.actions.onboarding import ask_copy, discard_onboarding, save_answer, start_onboarding
from console.answer_words import words_of
from console.answers import TASK_BY_SLUG
from console.doors import OperatorRequest
from console.errors import ChangedMeanwhile, NotPossible
from console.pages.agencies import agencies_task
from console.pages.found import or_not_found
from console.pages.onboarding_forms import FORMS, StartForm
from console.pages.task_form import TaskForm
from console.queries.deployments import places
from console.queries.onboarding import OnboardingPage, onboarding_of, onboarding_page, onboardings, own_ids, sources


@require_safe
@or_not_found
def index(request: OperatorRequest) -> HttpResponse:
    """Every council being prepared."""
    return render(request, "console/onboardings.html", {"lines": onboardings()})


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def start(request: OperatorRequest) -> HttpResponse:
    """Begin with a name."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return redirect("console:onboarding", start_onboarding(name=form.cleaned_data["name"], by=request.operator))
    return render(request, "console/onboarding_start.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@or_not_found
def show(request: OperatorRequest, onboarding_id: UUID) -> HttpResponse:
    """The task list, until the council is being made; then how far that has come."""
    page = onboarding_page(onboarding_id)
    if not page.is_open:
        return redirect("console:onboarding_progress", onboarding_id)
    return render(request, "console/onboarding.html", {"page": page, "sources": sources()})


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def task(request: OperatorRequest, onboarding_id: UUID, slug: str) -> HttpResponse:
    """One task."""
    if slug not in TASK_BY_SLUG:
        raise Http404
    page = onboarding_page(onboarding_id)
    if not page.is_open:
        return _too_late(request, page)
    if slug == "agencies":
        return agencies_task(request, page)
    offered = places(besides=own_ids(onboarding_of(onboarding_id))) if slug == "place" else ()
    data = request.POST if request.method == "POST" else None
    form = FORMS[slug](data, page=page, slug=slug, places=offered)
    missing = [TASK_BY_SLUG[one] for one in form.needs if not page.value(one)]
    if form.is_bound and not missing and form.is_valid():
        try:
            save_answer(
                onboarding_id=page.id, task=slug, value=form.value, version=form.cleaned_data["version"],
                by=request.operator,
            )  # fmt: skip
        except ChangedMeanwhile:
            return _met(request, page, form, slug)
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("console:onboarding", page.id)
    shown = {"page": page, "task": TASK_BY_SLUG[slug], "form": form, "missing": missing}
    return render(request, "console/onboarding_task.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def check(request: OperatorRequest, onboarding_id: UUID) -> HttpResponse:
    """All answers, what is missing, and the last click."""
    page = onboarding_page(onboarding_id)
    if not page.is_open:
        return redirect("console:onboarding_progress", onboarding_id)
    problem, status = "", 200
    if request.method == "POST":
        try:
            create_council(onboarding_id=page.id, version=_version(request), by=request.operator)
        except ChangedMeanwhile as refused:
            problem, status = str(refused), 409
        except NotReady as refused:
            problem, status = str(refused), 422
        except NotPossible as refused:
            problem, status = str(refused), 409
        else:
            return redirect("console:onboarding_progress", page.id)
    rows = [(line, words_of(line.task.slug, page.value(line.task.slug), page.place)) for line in page.lines]
    shown = {"page": page, "rows": rows, "problem": problem}
    return render(request, "console/onboarding_check.html", shown, status=status)


@require_safe
@or_not_found
def progress(request: OperatorRequest, onboarding_id: UUID) -> HttpResponse:
    """How far the making has come. It asks again by itself while something is under way."""
    page = onboarding_page(onboarding_id)
    if page.council_id is None:
        return redirect("console:onboarding", onboarding_id)
    return render(request, "console/onboarding_progress.html", {"page": page})


@require_POST
@or_not_found
def again(request: OperatorRequest, onboarding_id: UUID) -> HttpResponse:
    """Try once more what failed."""
    try:
        try_again(onboarding_id=onboarding_id, by=request.operator)
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("console:onboarding_progress", onboarding_id)


@require_POST
@or_not_found
def copy(request: OperatorRequest, onboarding_id: UUID) -> HttpResponse:
    """Copy everything but people from a council."""
    try:
        council_id = UUID(request.POST.get("council", ""))
    except ValueError:
        messages.error(request, _("Choose a council to copy from."))
        return redirect("console:onboarding", onboarding_id)
    try:
        ask_copy(onboarding_id=onboarding_id, council_id=council_id, by=request.operator)
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("console:onboarding", onboarding_id)


@require_POST
@or_not_found
def discard(request: OperatorRequest, onboarding_id: UUID) -> HttpResponse:
    """Throw the answers away."""
    try:
        discard_onboarding(onboarding_id=onboarding_id, by=request.operator)
    except NotPossible as refused:
        messages.error(request, str(refused))
        return redirect("console:onboarding", onboarding_id)
    messages.success(request, _("The answers were thrown away."))
    return redirect("console:onboardings")


def _met(request: OperatorRequest, page: OnboardingPage, form: TaskForm, slug: str) -> HttpResponse:
    """Somebody else answered meanwhile: both answers are shown, and what was typed stays in the boxes."""
    typed = request.POST.copy()
    typed["version"] = str(page.version)
    shown: dict[str, Any] = {
        "page": page,
        "task": TASK_BY_SLUG[slug],
        "form": FORMS[slug](typed, page=page, slug=slug, places=form.places),
        "saved_by": page.line(slug).answered_by,
        "saved": words_of(slug, page.value(slug), page.place),
        "typed": words_of(slug, form.value, page.place),
        "missing": [],
    }
    return render(request, "console/onboarding_task.html", shown, status=409)


def _too_late(request: OperatorRequest, page: OnboardingPage) -> HttpResponse:
    messages.error(request, _("The council is being made already: its answers can't be changed any more."))
    return redirect("console:onboarding_progress", page.id)


def _version(request: OperatorRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
