"""Files that are sent to us: one that is too big is refused before any of it is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from console.doors import OperatorRequest

P = ParamSpec("P")
AROUND: Final = 100_000
"""What a form has around its file: the other fields, and the lines between the parts."""


def at_most(
    size: int, answer: Callable[Concatenate[OperatorRequest, P], HttpResponse]
) -> Callable[[Callable[Concatenate[OperatorRequest, P], HttpResponse]], Callable[P, HttpResponse]]:
    """Have `answer` say that more than `size` bytes were sent; else the page, with its form's token checked as ever.

    The token stands in what is sent, so to look for it is to read everything: hence it is looked for in here, after
    the length that was announced. A web server reads no further than that.
    """

    def around(view: Callable[Concatenate[OperatorRequest, P], HttpResponse]) -> Callable[P, HttpResponse]:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: OperatorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST" and _length(request) > size + AROUND:
                return answer(request, *args, **kwargs)
            return checked(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]  # functools.wraps hides that the signature is the same

    return around


def _length(request: OperatorRequest) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said) if said.isascii() and said.isdigit() else 0
