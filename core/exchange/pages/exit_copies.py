"""The council's exit copies: ask for one, see what is ready, fetch one that somebody else asked for."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.sessions import is_freshly_proved
from core.directory.doors import CouncilRequest
from core.exchange.actions.exit_copies import ask_for_copy, fetch_copy
from core.exchange.copies import copies_for
from core.exchange.errors import CopyNotHere, SomeoneElseFetches
from tenants.serving import StoredFile


@require_safe
def show(request: CouncilRequest) -> HttpResponse:
    """What was asked for, and what is ready."""
    return render(request, "exchange/exit_copies.html", {"page": copies_for(request.user)})


@require_POST
def ask(request: CouncilRequest) -> HttpResponse:
    """Ask for a copy, after showing once more who you are."""
    if not is_freshly_proved(request.session):
        return _prove_first()
    ask_for_copy(by=request.user)
    messages.success(
        request, _("The copy is being made. You get a mail when it is ready, and someone else fetches it.")
    )
    return redirect("exchange:exit_copies")


@require_POST
def fetch(request: CouncilRequest, copy_id: UUID) -> HttpResponse:
    """Hand a copy out, after showing once more who you are. It is streamed once this unit of work is over."""
    if not is_freshly_proved(request.session):
        return _prove_first()
    try:
        file = fetch_copy(copy_id=copy_id, by=request.user)
    except CopyNotHere as missing:
        raise Http404 from missing
    except SomeoneElseFetches as refused:
        messages.error(request, str(refused))
        return redirect("exchange:exit_copies")
    return StoredFile(request.council, file.path, filename=file.filename, size=file.size)


def _prove_first() -> HttpResponse:
    return redirect(f"{reverse('accounts:confirm')}?{urlencode({'next': reverse('exchange:exit_copies')})}")
