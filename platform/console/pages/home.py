"""Where an operator arrives."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from console.doors import OperatorRequest


@require_safe
def home(request: OperatorRequest) -> HttpResponse:
    """The console's first page."""
    return render(request, "console/home.html", {"operator": request.operator})
