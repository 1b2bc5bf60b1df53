"""What the doors of the network and of visits share: who may come in, and how a thing that is not there answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse

from core.directory.doors import CouncilRequest, for_practitioners
from core.network.officers import Officer, officer_of

P = ParamSpec("P")


def for_the_network(
    view: Callable[Concatenate[CouncilRequest, P], HttpResponse],
) -> Callable[Concatenate[CouncilRequest, P], HttpResponse]:
    """For practitioners. What does not exist and what may not be seen both answer 404, with the same page."""

    def guarded(request: CouncilRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except LookupError as missing:
            if type(missing).__module__.endswith(".errors"):
                raise Http404 from missing
            raise

    update_wrapper(guarded, view)
    return for_practitioners(guarded)


def for_officers(
    view: Callable[Concatenate[CouncilRequest, Officer, P], HttpResponse],
) -> Callable[Concatenate[CouncilRequest, P], HttpResponse]:
    """For information-governance officers, with or without a contact card: the view is given who they are.

    Whoever does not hold the role, and what is not there, answer 404 with the same page.
    """

    @wraps(view)
    def guarded(request: CouncilRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, officer_of(request.user), *args, **kwargs)
        except LookupError as missing:
            if type(missing).__module__.endswith(".errors"):
                raise Http404 from missing
            raise

    return guarded
