"""Puts the viewer on the request, read when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from core.accounts.models import User
from core.directory.viewers import SEE_CLIENTS, Viewer, viewer_of


class ViewerMiddleware:
    """Sets `request.viewer`, read lazily: None for someone without a contact card or a role that sees clients."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def read() -> Viewer | None:
            is_someone = isinstance(request.user, User) or request.user.is_authenticated
            viewer = viewer_of(cast("User", request.user)) if is_someone else None
            if not viewer or not viewer.roles & SEE_CLIENTS:
                return None
            return replace(viewer, session_key=request.session.session_key or "")

        request.viewer = SimpleLazyObject(read)  # type: ignore[attr-defined]  # typed by CouncilRequest
        return self.get_response(request)
