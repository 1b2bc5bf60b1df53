"""What is not there answers 404, on every page of the console the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from console.doors import OperatorRequest
from console.errors import NotPermitted, NotThere

P = ParamSpec("P")


def or_not_found(
    view: Callable[Concatenate[OperatorRequest, P], HttpResponse],
) -> Callable[Concatenate[OperatorRequest, P], HttpResponse]:
    """404 for what is not there, 403 for what this operator's roles do not reach."""

    @wraps(view)
    def guarded(request: OperatorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotThere as missing:
            raise Http404 from missing
        except NotPermitted as refused:
            raise PermissionDenied from refused

    return guarded  # type: ignore[return-value]  # functools.wraps hides that the signature is the same
