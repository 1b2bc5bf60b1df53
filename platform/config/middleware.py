"""What every page of ours says to caches, and what it answers where the council's policy can't be applied."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from core.consent.errors import PolicyUnusable
from tenants.routing import error_page

logger = logging.getLogger(__name__)


class PrivatePagesMiddleware:
    """Keeps pages out of every cache, and full pages and fragments of one address apart."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["HX-Request"])
        return response


class PolicyMiddleware:
    """Answers with a plain page where a page needs the council's policy and it can't be applied: nothing is shared.

    The pages on which the policy is put right need no policy, and go on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page, for this one kind of exception; the view's own work has been rolled back."""
        if not isinstance(exception, PolicyUnusable):
            return None
        logger.error("policy_unusable")
        return error_page(503, cause="policy")
