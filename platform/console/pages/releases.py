"""Releases: prepared, proposed to a second operator, offered to councils; and who is where."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions.releases import offer_again, prepare_pack, prepare_template, prepare_template_of, propose_release
from console.choices import Permission, ReleaseKind
from console.doors import OperatorRequest
from console.errors import NotPossible
from console.pages.csv_file import csv_file
from console.pages.found import or_not_found
from console.queries.onboarding import sources
from console.queries.releases import OfferLine, packs_held, release_page, releases, who_is_where
from console.template_content import ContentRefused, read_content

STATES: Final = {
    "none": gettext_lazy("Not offered"),
    "sending": gettext_lazy("On its way"),
    "offered": gettext_lazy("Offered"),
    "adopted": gettext_lazy("Adopted"),
    "declined": gettext_lazy("Declined"),
    "failed": gettext_lazy("Could not be offered"),
}


class AboutForm(forms.Form):
    """What every release says of itself."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    notes = forms.CharField(
        label=gettext_lazy("What changes, and why"), max_length=4_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Councils read this beside what would change for them"),
    )  # fmt: skip


class PackReleaseForm(AboutForm):
    """A pack version that some deployment holds."""

    field_order = ("checksum", "title", "notes")
    checksum = forms.ChoiceField(label=gettext_lazy("Version of a law pack"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.held = packs_held()
        self.fields["checksum"].choices = [  # type: ignore[attr-defined]  # a field with choices
            (checksum, f"{pack.title}, {pack.ref}") for checksum, (pack, _names) in self.held.items()
        ]

    @property
    def item_hints(self) -> dict[str, str]:
        """Which deployments hold each."""
        return {key: _("Held by %(names)s") % {"names": ", ".join(names)} for key, (_pack, names) in self.held.items()}


class TemplateReleaseForm(AboutForm):
    """A template: of a council, or written by hand."""

    field_order = ("slug", "version", "title", "council", "content", "notes")
    slug = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=40, help_text=gettext_lazy("Such as english-districts")
    )
    version = forms.RegexField(
        r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,23}$", label=gettext_lazy("Version"), help_text=gettext_lazy("Such as 2026.1"),
        error_messages={"invalid": gettext_lazy("Enter a version of letters, digits, dots and hyphens")},
    )  # fmt: skip
    council = forms.ChoiceField(label=gettext_lazy("Copied from"), required=False)
    content = forms.CharField(
        label=gettext_lazy("Or its content, as JSON"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy("A table with service_types, words and roles, where no council is chosen"),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        councils = [(str(one.id), one.name) for one in sources()]
        self.fields["council"].choices = [("", _("No council: the content below")), *councils]  # type: ignore[attr-defined]  # a field with choices

    def clean_content(self) -> dict[str, Any]:
        """The content, where it is written by hand."""
        typed = str(self.cleaned_data["content"])
        if not typed.strip():
            return {}
        try:
            return read_content(typed)
        except ContentRefused as refused:
            raise forms.ValidationError(". ".join(refused.sentences)) from refused

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said = super().clean() or self.cleaned_data
        if not self.errors and bool(said.get("council")) == bool(said.get("content")):
            self.add_error("council", _("Choose a council, or enter the content: one of the two"))
        return said


class ProposeForm(forms.Form):
    """To whom, and why."""

    councils = forms.MultipleChoiceField(
        label=gettext_lazy("Offer it to"), widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose councils of the list: one can't be offered it")},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why now"), max_length=300,
        help_text=gettext_lazy("The operator who decides reads it. Never about a client."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["councils"].choices = choices  # type: ignore[attr-defined]  # a field with choices


@require_safe
@or_not_found
def index(request: OperatorRequest) -> HttpResponse:
    """Every release."""
    shown = {"lines": releases(), "states": STATES, "may_release": request.operator.may(Permission.RELEASE)}
    return render(request, "console/releases.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def add_pack(request: OperatorRequest) -> HttpResponse:
    """Prepare the release of a law pack."""
    form = PackReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            made = prepare_pack(
                checksum=said["checksum"], title=said["title"], notes=said["notes"], by=request.operator
            )
        except NotPossible as refused:
            form.add_error("checksum", str(refused))
        else:
            return redirect("console:release", made)
    shown = {"form": form, "kind": "pack"}
    return render(request, "console/release_form.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def add_template(request: OperatorRequest) -> HttpResponse:
    """Prepare the release of a template."""
    form = TemplateReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        about = {name: said[name] for name in ("slug", "version", "title", "notes")}
        try:
            if said["council"]:
                made = prepare_template_of(**about, council_id=UUID(said["council"]), by=request.operator)
            else:
                made = prepare_template(**about, content=said["content"], by=request.operator)
        except NotPossible as refused:
            form.add_error("version", str(refused))
        else:
            return redirect("console:release", made)
    shown = {"form": form, "kind": "template"}
    return render(request, "console/release_form.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def show(request: OperatorRequest, release_id: UUID) -> HttpResponse:
    """One release; POST proposes to offer it."""
    page = release_page(release_id)
    able = [(str(one.id), f"{one.name} ({one.deployment})") for one in page.candidates if not one.why_not]
    form = ProposeForm(request.POST if request.method == "POST" else None, choices=able)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            propose_release(
                release_id=release_id, councils=[UUID(one) for one in said["councils"]], reason=said["reason"],
                by=request.operator,
            )  # fmt: skip
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Proposed: another operator decides."))
            return redirect("console:release", release_id)
    shown = {"page": page, "form": form, "may_release": request.operator.may(Permission.RELEASE)}
    return render(request, "console/release.html", shown, status=422 if form.is_bound else 200)


@require_POST
@or_not_found
def again(request: OperatorRequest, release_id: UUID, council_id: UUID) -> HttpResponse:
    """Offer once more what could not be offered."""
    try:
        offer_again(release_id=release_id, council_id=council_id, by=request.operator)
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("console:release", release_id)


@require_safe
@or_not_found
def where(request: OperatorRequest) -> HttpResponse:
    """Who is where."""
    kind, state = _asked(request)
    shown = {
        "page": who_is_where(kind=kind, state=state), "kind": kind, "state": state, "kinds": ReleaseKind.choices,
        "states": STATES, "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "console/releases_where.html", shown)


@require_safe
@or_not_found
def where_csv(request: OperatorRequest) -> HttpResponse:
    """The same as a file."""
    kind, state = _asked(request)
    page = who_is_where(kind=kind, state=state)
    heading = [_("Council"), _("Policy on"), *(f"{release.ref} {_('since')}" for release in page.releases)]
    rows = (
        [
            row.council,
            row.policy_version,
            *(_cell(cell) for cell in row.cells),
        ]
        for row in page.rows
    )
    return csv_file("releases.csv", heading, rows)


def _cell(offer: OfferLine | None) -> str:
    return f"{STATES[offer.state]} {offer.since.date().isoformat()}" if offer else str(STATES["none"])


def _asked(request: OperatorRequest) -> tuple[str, str]:
    """The filter, empty where it is none."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    return kind if kind in ReleaseKind.values else "", state if state in STATES else ""
