"""What the council admin's pages of people share: what is not there, and asking once more who it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse
from django.urls import reverse

from core.accounts.actions.drafts import keep_draft
from core.accounts.doors import page_before, to
from core.accounts.sessions import is_freshly_proved
from core.council.staff_errors import PersonNotFound
from core.directory.doors import CouncilRequest

P = ParamSpec("P")
View = Callable[Concatenate[CouncilRequest, P], HttpResponse]


def for_admins(view: View[P]) -> View[P]:
    """What is not there answers 404. Who may come in is the address's rule."""

    @wraps(view)
    def guarded(request: CouncilRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PersonNotFound as missing:
            raise Http404 from missing

    return guarded


def freshly_proved(view: View[P]) -> View[P]:
    """Have the council admin show once more who they are before anything is sent; what they had sent is kept for them.

    Roles and invitations are the way to everything else: a browser left open must not be enough for them.
    """

    @wraps(view)
    def guarded(request: CouncilRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST" or is_freshly_proved(request.session):
            return view(request, *args, **kwargs)
        return to("accounts:confirm", {"next": _back(request)})

    return guarded


def _back(request: CouncilRequest) -> str:
    """Where they find what they had sent, or the page on which they sent it where there was nothing to keep."""
    page = page_before(request) or reverse("staff:people")
    kept = keep_draft(user_id=request.user.id, path=request.path, page=page, fields=dict(request.POST.lists()))
    return reverse("accounts:draft", args=[kept]) if kept else page
