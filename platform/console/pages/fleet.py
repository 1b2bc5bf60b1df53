"""How far every deployment's councils are with its release, and the button that brings them forward."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.actions.fleet import run_fleet
from console.choices import Permission
from console.doors import OperatorRequest
from console.pages.found import or_not_found
from console.queries.deployments import minutes_since
from console.queries.fleet import fleets


@require_safe
@or_not_found
def index(request: OperatorRequest) -> HttpResponse:
    """Every deployment."""
    shown = {"lines": fleets(), "may_run": request.operator.may(Permission.RUN_FLEET), "minutes": minutes_since}
    return render(request, "console/fleet.html", shown)


@require_POST
@or_not_found
def run(request: OperatorRequest, deployment_id: UUID) -> HttpResponse:
    """Have one deployment migrate, or go on."""
    if run_fleet(deployment_id=deployment_id, by=request.operator):
        messages.success(request, _("Asked for. The migrator's worker goes on with it by itself."))
    else:
        messages.success(
            request, _("The deployment is being asked. What comes of it stands here within a few minutes.")
        )
    return redirect("console:fleet")
