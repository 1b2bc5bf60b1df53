"""The council's own finance page: its contract, its invoices with their files, and what it was counted for.

For its finance contact and its administrators. It shows no client, and nobody's access depends on it.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.council.account_queries import account_page
from core.directory.doors import CouncilRequest
from tenants.account import document_here


@require_safe
def show(request: CouncilRequest) -> HttpResponse:
    """How the account stands, and whom to ring about it."""
    return render(request, "council/account.html", {"page": account_page()})


@require_safe
def document(_request: CouncilRequest, checksum: str) -> HttpResponse:
    """The file of an invoice or credit note."""
    found = document_here(checksum)
    if found is None:
        raise Http404
    answer = HttpResponse(found.content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}.pdf"'
    return answer
