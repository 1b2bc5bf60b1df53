"""What a page's view is given: a request whose council, user and viewer are there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from core.accounts.models import User
from core.audit.actions import refuse
from core.directory.viewers import Viewer
from tenants.context import CouncilRef

P = ParamSpec("P")


class CouncilRequest(HttpRequest):
    """A signed-in practitioner's request on a council's host."""

    council: CouncilRef
    user: User
    viewer: Viewer
    htmx: Any
    region: str


def for_practitioners(
    view: Callable[Concatenate[CouncilRequest, P], HttpResponse],
) -> Callable[Concatenate[CouncilRequest, P], HttpResponse]:
    """Let only someone with a contact card in; the others get 403, and the refusal is recorded."""

    @wraps(view)
    def guarded(request: CouncilRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.viewer:
            refuse("directory.page.refused", by=request.user, reason="no_contact_card")
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # functools.wraps hides that the signature is the same
