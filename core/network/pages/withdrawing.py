"""“They take their yes back”: who said it, and what of; it takes effect at once, and there is nothing to undo."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.directory.doors import CouncilRequest
from core.network import actions
from core.network.choices import WithdrawalScope
from core.network.doors import for_the_network
from core.network.errors import AgencyNotFound, InvolvementNotFound
from core.network.identity_bar import bar
from core.network.pages.withdrawal_form import WithdrawalForm
from core.network.queries.withdraw import withdrawal_page_for


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_network
def withdraw(request: CouncilRequest, client_id: UUID) -> HttpResponse:
    """Ask who said what, and let it take effect."""
    page = withdrawal_page_for(request.viewer, client_id)
    form = WithdrawalForm(request.POST if request.method == "POST" else None, page=page)
    if form.is_bound and form.is_valid():
        try:
            taken = actions.take_back(
                client_id=client_id,
                scope=form.scope,
                said_by=form.consenter,
                by=request.viewer,
                involvement_id=form.line_id,
                agency_id=form.agency_id,
            )
        except (InvolvementNotFound, AgencyNotFound):
            form.add_error("what", form.no_longer_there)
        else:
            messages.success(request, _said(form.scope, is_weighed=taken.is_weighed))
            return redirect("visits:client", client_id)
    shown = {"client": page.client, "bar": bar(page.client), "form": form}
    return render(request, "network/withdraw.html", shown, status=422 if form.is_bound else 200)


def _said(scope: WithdrawalScope, *, is_weighed: bool) -> str:
    if scope is not WithdrawalScope.LINE:
        return _(
            "Recorded: what rested on a yes is not shown any more. What the law lets be shown without one may go on: "
            "your safeguarding lead weighs what they said, and answers them."
        )
    if is_weighed:
        return _(
            "Recorded. This line does not rest on a yes, so it goes on being shown: your safeguarding lead weighs what "
            "they said, and answers them."
        )
    return _("Recorded: the others do not see this line any more. They are not told why.")
