"""The certificate of a deletion: as a page, to print, and for another system."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from console.actions.log import note_certificate_seen
from console.doors import OperatorRequest, or_404
from console.queries.certificates import CertificateShown, certificate_of
from ui.pdf import PdfResponse


@require_safe
@or_404
def show(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """What was deleted, and when the backups expire."""
    return render(request, "console/certificate.html", {"certificate": _seen(request, council_id)})


@require_safe
@or_404
def pdf(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """The same, to print or to send."""
    shown = {"certificate": _seen(request, council_id)}
    html = render_to_string("console/certificate_pdf.html", shown, request=request, using="jinja2")
    return PdfResponse(html, filename=f"certificate-{council_id}.pdf", download=True)


@require_safe
@or_404
def json(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """The same, for another system."""
    found = _seen(request, council_id)
    said = {
        "certificate": str(found.id), "council_id": str(found.council_id), "council": found.council,
        "made_at": found.made_at.isoformat(), "content": dict(found.content),
    }  # fmt: skip
    answer = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="certificate-{council_id}.json"'
    return answer


def _seen(request: OperatorRequest, council_id: UUID) -> CertificateShown:
    found = certificate_of(council_id)
    note_certificate_seen(certificate_id=found.id, council_id=council_id, by=request.operator)
    return found
