"""Staying signed in, and coming back to what one had typed."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from core.accounts.actions.drafts import take_draft
from core.accounts.doors import AccountRequest
from core.accounts.errors import NotFound
from core.accounts.pages.answers import page
from core.accounts.sessions import DRAFT


@require_safe
def extend(request: AccountRequest) -> HttpResponse:
    """Say that the person is still there: asking is activity. The form token is given anew."""
    return JsonResponse({"csrf_token": get_token(request)})


@require_safe
def draft(request: AccountRequest, draft_id: UUID) -> HttpResponse:
    """Come back to what was typed before the session ended: in its own page, or here to send it on."""
    try:
        kept = take_draft(user=request.user, draft_id=draft_id)
    except NotFound as error:
        raise Http404 from error
    request.session[DRAFT] = [kept.path, str(kept.id)]
    try:
        view = resolve(kept.path.partition("?")[0]).func
    except Resolver404 as error:
        raise Http404 from error
    if getattr(view, "fills_draft", False):
        return HttpResponseRedirect(kept.path)
    fields = [(name, value) for name, values in kept.fields.items() for value in values]
    shown = [(name.replace("_", " ").capitalize(), value) for name, value in fields if value.strip()]
    return page(request, "accounts/draft.html", path=kept.path, back=kept.page, fields=fields, shown=shown)
