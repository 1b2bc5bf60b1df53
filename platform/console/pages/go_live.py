"""What a council needs before it goes live, recorded and read; and the last click."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from console.actions.reviews import go_live, record_agreement, record_review, send_review
from console.doors import OperatorRequest
from console.errors import NotPossible
from console.pages.found import or_not_found
from console.queries.go_live import go_live_page
from ui.fields import DatePartsField


class ReviewForm(forms.Form):
    """Who is answerable for the law and signed."""

    checksum = forms.CharField(widget=forms.HiddenInput, max_length=64)
    signed_by = forms.CharField(
        label=gettext_lazy("Who signed it off"), max_length=120,
        help_text=gettext_lazy("Whoever is answerable for the law: their name and office"),
    )  # fmt: skip


class AgreementForm(forms.Form):
    """When the agreement was signed, and where it can be found."""

    signed_on = DatePartsField(label=gettext_lazy("Signed by both sides on"), not_in_future=True)
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=80)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def show(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """The checks; POST records a sign-off or an agreement, by the button that was pressed."""
    page = go_live_page(council_id)
    shown_checksum = page.pack.checksum if page.pack else ""
    pressed = request.POST.get("record", "") if request.method == "POST" else ""
    review = ReviewForm(request.POST if pressed == "review" else None, initial={"checksum": shown_checksum})
    agreement = AgreementForm(
        request.POST if pressed == "agreement" else None,
        initial={"signed_on": page.agreed_on, "reference": page.reference},
    )
    form: forms.Form = review if pressed == "review" else agreement
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            if form is review:
                record_review(
                    council_id=council_id, checksum=said["checksum"], signed_by=said["signed_by"], by=request.operator
                )
            else:
                record_agreement(
                    council_id=council_id, signed_on=said["signed_on"], reference=said["reference"], by=request.operator
                )
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Recorded."))
            return redirect("console:go_live", council_id)
    shown = {"page": page, "review": review, "agreement": agreement, "form": form}
    return render(request, "console/go_live.html", shown, status=422 if form.is_bound else 200)


@require_POST
@or_not_found
def send(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """Tell the deployment of the sign-off."""
    try:
        send_review(council_id=council_id, by=request.operator)
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("console:go_live", council_id)


@require_POST
@or_not_found
def live(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """The last click."""
    try:
        go_live(council_id=council_id, by=request.operator)
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("console:go_live", council_id)
