"""Where an operator arrives."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from console.doors import OperatorRequest
from console.queries.home import home_for


@require_safe
def home(request: OperatorRequest) -> HttpResponse:
    """What waits for this operator, then the numbers."""
    return render(request, "console/home.html", {"operator": request.operator, "page": home_for(request.operator)})
