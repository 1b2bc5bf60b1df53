"""Deployments: the list, one of them with what it last said, adding and changing, and testing the connection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions.deployments import (
    DeploymentRefused,
    DeploymentTyped,
    add_deployment,
    ask_connection,
    change_deployment,
    set_open,
)  # fmt: skip
from console.addresses import LONGEST_AUTHORITY, AddressRefused, may_be_local, read_address, read_authority
from console.choices import Permission
from console.doors import OperatorRequest
from console.pages.found import or_not_found
from console.pages.onboarding_forms import one_line
from console.queries.deployments import deployment_of, deployment_page, deployments, minutes_since

REMOTE = ("address", "certificate_authority")


class DeploymentForm(forms.Form):
    """A deployment as an operator describes it. The one in this very installation has no address."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), widget=forms.RadioSelect,
        choices=[
            ("shared", gettext_lazy("Shared by several councils")), ("dedicated", gettext_lazy("For one council")),
        ],
    )  # fmt: skip
    region = forms.RegexField(
        r"^[a-z]{2,12}$", label=gettext_lazy("Region"),
        help_text=gettext_lazy("Where its data is kept, as law packs name it, such as uk or au"),
        error_messages={"invalid": gettext_lazy("Enter a region as law packs name it, such as uk or au")},
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Address of its operator API"), max_length=200,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none", "inputmode": "url"}),
        help_text=gettext_lazy("Such as https://operator.example.org"),
    )  # fmt: skip
    certificate_authority = forms.CharField(
        label=gettext_lazy("Certificate authority"), required=False, max_length=LONGEST_AUTHORITY,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("Only where its certificate is not of a public authority: the authority's own, as PEM"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, initial: Any = None, is_remote: bool = True) -> None:
        super().__init__(data, initial=initial)
        if not is_remote:
            for name in REMOTE:
                del self.fields[name]

    def clean_name(self) -> str:
        """One line of text."""
        return one_line(self.cleaned_data["name"])

    def clean_address(self) -> str:
        """HTTPS to a named host; this very machine's only where nothing real is kept."""
        try:
            return read_address(self.cleaned_data["address"], may_be_local=may_be_local())
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean_certificate_authority(self) -> str:
        """An authority's certificate, or nothing."""
        try:
            return read_authority(self.cleaned_data["certificate_authority"])
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from refused

    @property
    def typed(self) -> DeploymentTyped:
        """What was typed. For a valid form."""
        said = self.cleaned_data
        return DeploymentTyped(
            name=said["name"], kind=said["kind"], region=said["region"], address=said.get("address", ""),
            certificate_authority=said.get("certificate_authority", ""),
        )  # fmt: skip


@require_safe
@or_not_found
def index(request: OperatorRequest) -> HttpResponse:
    """Every deployment."""
    shown = {
        "lines": deployments(), "may_manage": request.operator.may(Permission.MANAGE_DEPLOYMENTS),
        "minutes": minutes_since,
    }  # fmt: skip
    return render(request, "console/deployments.html", shown)


@require_safe
@or_not_found
def show(request: OperatorRequest, deployment_id: UUID) -> HttpResponse:
    """One deployment, with what it last said and how old that is. It asks again by itself while a test is under way."""
    shown = {
        "page": deployment_page(deployment_id), "may_manage": request.operator.may(Permission.MANAGE_DEPLOYMENTS),
        "minutes": minutes_since,
    }  # fmt: skip
    return render(request, "console/deployment.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def add(request: OperatorRequest) -> HttpResponse:
    """Make a deployment known."""
    form = DeploymentForm(request.POST if request.method == "POST" else None, initial={"kind": "shared"})
    if form.is_bound and form.is_valid():
        try:
            made = add_deployment(typed=form.typed, by=request.operator)
        except DeploymentRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, _("Added. Its connection is being tested."))
            return redirect("console:deployment", made)
    status = 422 if form.is_bound else 200
    return render(request, "console/deployment_form.html", {"form": form, "deployment": None}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def change(request: OperatorRequest, deployment_id: UUID) -> HttpResponse:
    """Change what stands here of a deployment."""
    found = deployment_of(deployment_id)
    initial = {name: getattr(found, name) for name in ("name", "kind", "region", *REMOTE)}
    form = DeploymentForm(
        request.POST if request.method == "POST" else None, initial=initial, is_remote=found.port == "remote"
    )
    if form.is_bound and form.is_valid():
        try:
            change_deployment(deployment_id=deployment_id, typed=form.typed, by=request.operator)
        except DeploymentRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, _("Changed. Its connection is being tested."))
            return redirect("console:deployment", deployment_id)
    status = 422 if form.is_bound else 200
    return render(request, "console/deployment_form.html", {"form": form, "deployment": found}, status=status)


@require_POST
@or_not_found
def test(request: OperatorRequest, deployment_id: UUID) -> HttpResponse:
    """Have the connection tested."""
    ask_connection(deployment_id=deployment_id, by=request.operator)
    return redirect("console:deployment", deployment_id)


@require_POST
@or_not_found
def open_or_close(request: OperatorRequest, deployment_id: UUID) -> HttpResponse:
    """Let new councils come to it, or not."""
    wanted = request.POST.get("open") == "yes"
    try:
        set_open(deployment_id=deployment_id, is_open=wanted, by=request.operator)
    except DeploymentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It takes new councils now.") if wanted else _("It takes no new councils now."))
    return redirect("console:deployment", deployment_id)
