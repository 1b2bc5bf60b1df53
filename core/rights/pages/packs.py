"""The access pack, as PDF or JSON, in one step: asked for by POST, since making it is recorded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.accounts.sessions import is_freshly_proved
from core.directory.doors import CouncilRequest
from core.network.doors import for_officers
from core.network.officers import Officer
from core.rights.actions.pack import make_pack
from core.rights.errors import NotPossible
from core.rights.queries.pack import AccessPack
from core.rights.queries.requests import request_for
from ui.pdf import PdfResponse


@require_POST
@for_officers
def pdf(request: CouncilRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """The pack to print or to send."""
    made = _made(request, officer, request_id)
    if isinstance(made, HttpResponse):
        return made
    html = render_to_string("rights/pack.html", {"pack": made}, request=request, using="jinja2")
    return PdfResponse(html, filename=f"access-{made.made_at:%Y-%m-%d}.pdf", download=True)


@require_POST
@for_officers
def json(request: CouncilRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """The pack for another system."""
    made = _made(request, officer, request_id)
    if isinstance(made, HttpResponse):
        return made
    answer = JsonResponse(_plain(made), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="access-{made.made_at:%Y-%m-%d}.json"'
    answer["Cache-Control"] = "no-store"
    return answer


def _made(request: CouncilRequest, officer: Officer, request_id: UUID) -> AccessPack | HttpResponse:
    """The pack, or where to go first: it is made only for an officer who proved just now that it is they."""
    request_for(officer, request_id)
    where = reverse("rights:request", args=[request_id])
    if not is_freshly_proved(request.session):
        return HttpResponseRedirect(f"{reverse('accounts:confirm')}?next={where}")
    try:
        return make_pack(request_id=request_id, by=officer)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("rights:request", request_id)


def _plain(pack: AccessPack) -> dict[str, Any]:
    """The pack as names and values: the same as the PDF, in the same words."""
    plain = asdict(pack)
    for note, said in zip(pack.notes, plain["notes"], strict=True):
        said["rows"] = dict(note.rows)
    return plain
