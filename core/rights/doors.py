"""The door of the information-governance pages: an officer comes in; what is not there answers 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse

from core.directory.doors import CouncilRequest
from core.network.officers import Officer, officer_of

P = ParamSpec("P")


def for_officers(
    view: Callable[Concatenate[CouncilRequest, Officer, P], HttpResponse],
) -> Callable[Concatenate[CouncilRequest, P], HttpResponse]:
    """For officers, with or without a contact card. What may not be seen and what does not exist both answer 404."""

    def guarded(request: CouncilRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, officer_of(request.user), *args, **kwargs)
        except LookupError as missing:
            if type(missing).__module__.endswith(".errors"):
                raise Http404 from missing
            raise

    update_wrapper(guarded, view)
    return guarded
