"""What the console's pages share: the request, and asking once more who it is before something that weighs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from console.errors import NotThere
from console.queries.operators import OperatorRef
from core.accounts.actions.drafts import keep_draft
from core.accounts.doors import fills_draft, to
from core.accounts.sessions import is_freshly_proved

P = ParamSpec("P")
CONFIRM: Final = "accounts:confirm"


class OperatorRequest(HttpRequest):
    """A request of a signed-in operator, on the console's host. `draft` is what they had typed, on a form's page."""

    operator: OperatorRef
    session: SessionBase
    draft: QueryDict | None


View = Callable[Concatenate[OperatorRequest, P], HttpResponse]


def or_404(view: View[P]) -> View[P]:
    """Answer 404 for what is not there."""

    @wraps(view)
    def guarded(request: OperatorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotThere as error:
            raise Http404 from error

    return guarded


def freshly_proved(view: View[P]) -> View[P]:
    """Have the operator show once more who they are, before the form as before sending it.

    What they had sent meanwhile is kept for them and stands in the form again when they come back.
    """

    @wraps(view)
    def guarded(request: OperatorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_freshly_proved(request.session):
            return view(request, *args, **kwargs)
        return to(CONFIRM, {"next": _back_here(request)})

    return fills_draft(guarded)


def _back_here(request: OperatorRequest) -> str:
    if request.method != "POST":
        return request.get_full_path()
    kept: UUID | None = keep_draft(
        user_id=request.operator.user_id, path=request.path, page=request.path, fields=dict(request.POST.lists())
    )
    return reverse("accounts:draft", args=[kept]) if kept else request.path
