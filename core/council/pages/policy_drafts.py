"""The policy editor: a draft in plain sentences, one short form for each section, and the signing of a route."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.consent import actions_policy as actions
from core.consent.errors import DraftChanged, LoosensTheLaw, PolicyRefused
from core.council.pages.policy import for_policy_makers, is_officer
from core.council.pages.policy_forms import FORMS, SectionForm
from core.council.policy_queries import DraftPage, draft_page
from core.council.policy_words import told
from core.directory.doors import CouncilRequest


@require_safe
@for_policy_makers
def show(request: CouncilRequest, draft_id: UUID) -> HttpResponse:
    """The whole draft, section by section."""
    return render(request, "council/policy_draft.html", {"page": draft_page(draft_id), "may_sign": is_officer(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_policy_makers
def section(request: CouncilRequest, draft_id: UUID, slug: str) -> HttpResponse:
    """One section's form; then one POST that keeps it, if it tightens and nobody else was quicker."""
    page = draft_page(draft_id)
    page.section(slug)
    form = FORMS[slug](request.POST if request.method == "POST" else None, page=page)
    if not form.is_bound:
        return _section(request, page, slug, form)
    if not form.is_valid():
        return _section(request, page, slug, form, status=422)
    try:
        actions.change_draft(
            draft_id=page.id, version=form.cleaned_data["version"], tightening=form.tightening, by=request.user
        )
    except LoosensTheLaw as refused:
        form.refuse(refused.sentences)
    except DraftChanged:
        return _conflict(request, page, slug, form)
    except PolicyRefused as refused:
        form.refuse((str(refused),))
    else:
        messages.success(request, _("Saved in the draft. Nothing holds until the draft is published."))
        return redirect("council:policy_draft", page.id)
    return _section(request, page, slug, form, status=422)


@require_POST
@for_policy_makers
def sign(request: CouncilRequest, draft_id: UUID) -> HttpResponse:
    """Sign a route that the law keeps off until this council's information-governance officer does."""
    try:
        actions.sign_route(draft_id=draft_id, code=request.POST.get("route", ""), by=request.user)
    except PolicyRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Signed. The route is used once this draft is published."))
    return redirect("council:policy_draft", draft_id)


def _section(
    request: CouncilRequest, page: DraftPage, slug: str, form: SectionForm, status: int = 200, **more: Any
) -> HttpResponse:
    shown = {"page": page, "section": page.section(slug), "form": form, **more}
    return render(request, "council/policy_section.html", shown, status=status)


def _conflict(request: CouncilRequest, page: DraftPage, slug: str, form: SectionForm) -> HttpResponse:
    """Somebody else saved meanwhile: theirs beside what was typed, which is still in the form and can be sent again."""
    typed = told(page.pack, form.tightening, page.labels)[slug]
    again = request.POST.copy()
    again["version"] = str(page.version)
    form.data = again
    return _section(request, page, slug, form, status=409, typed=typed or (page.section(slug).default,))
