"""The agencies of a new council: a list that grows one by one, or by lines pasted from a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from console.actions.onboarding import save_answer
from console.agency_lines import (
    KINDS,
    LONGEST_NAME,
    LONGEST_PHONE,
    MOST_AGENCIES,
    LinesRefused,
    kind_label,
    merged,
    phone_problem,
    read_lines,
)
from console.answers import TASK_BY_SLUG
from console.doors import OperatorRequest
from console.errors import ChangedMeanwhile, NotPossible
from console.pages.found import or_not_found
from console.pages.onboarding_forms import one_line
from console.queries.onboarding import OnboardingPage, onboarding_page
from console.said import HeldType


class PasteForm(forms.Form):
    """Lines pasted from a table."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    lines = forms.CharField(
        label=gettext_lazy("Agencies, one a line"), strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("Name, kind, phone, services: such as "
                               "“Bridge Family Centre, voluntary, 01632 960123, family.support youth.work”"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, page: OnboardingPage) -> None:
        super().__init__(data, initial={"version": page.version})
        self.page = page

    def clean_lines(self) -> list[dict[str, Any]]:
        """The agencies of the lines, all or none."""
        codes = self.page.value("services").get("codes", ())
        try:
            return read_lines(str(self.cleaned_data["lines"]), codes, country_of(self.page))
        except LinesRefused as refused:
            raise forms.ValidationError(list(refused.sentences)) from refused


class AgencyForm(forms.Form):
    """One agency with its services."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name of the agency"), max_length=LONGEST_NAME)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KINDS.items()))
    phone = forms.CharField(
        label=gettext_lazy("Phone of its front desk"), max_length=LONGEST_PHONE, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Services it offers"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, page: OnboardingPage, agency: dict[str, Any]) -> None:
        super().__init__(data, initial={**agency, "version": page.version})
        self.page, self.was = page, agency
        self.fields["services"].choices = [(one.code, one.label) for one in offered_types(page)]  # type: ignore[attr-defined]  # a field with choices

    def clean_name(self) -> str:
        """A name that no other agency of the list has."""
        name = one_line(self.cleaned_data["name"])
        others = {one["name"].casefold() for one in agencies_of(self.page)} - {self.was.get("name", "").casefold()}
        if name.casefold() in others:
            raise forms.ValidationError(_("There is an agency of that name in the list already"))
        return name

    def clean_phone(self) -> str:
        """A number, or nothing."""
        phone = str(self.cleaned_data["phone"])
        if problem := phone_problem(phone, country_of(self.page)):
            raise forms.ValidationError(problem)
        return phone

    @property
    def value(self) -> dict[str, Any]:
        """The agency as it is kept. For a valid form."""
        return {name: self.cleaned_data[name] for name in ("name", "kind", "phone", "services")}


def agencies_task(request: OperatorRequest, page: OnboardingPage) -> HttpResponse:
    """The list of agencies; POST adds pasted lines, takes one off, or says that the list is whole."""
    form = PasteForm(request.POST if request.method == "POST" and "paste" in request.POST else None, page=page)
    if request.method == "POST" and not form.is_bound:
        return _changed(request, page)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            added = form.cleaned_data["lines"]
            whole = merged(agencies_of(page), added)
            if len(whole) > MOST_AGENCIES:
                form.add_error("lines", _("A council begins with at most 500 agencies"))
            elif _saved(request, page, whole, form.cleaned_data["version"]):
                messages.success(
                    request,
                    ngettext("%(count)d agency was read.", "%(count)d agencies were read.", len(added))
                    % {"count": len(added)},
                )
                return redirect("console:onboarding_task", page.id, "agencies")
            else:
                form, status = PasteForm(_now(request, page), page=page), 409
    shown = {
        "page": page, "task": TASK_BY_SLUG["agencies"], "form": form, "rows": _rows(page), "has_met": status == 409,
        "codes": offered_types(page),
    }  # fmt: skip
    return render(request, "console/onboarding_agencies.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@or_not_found
def one(request: OperatorRequest, onboarding_id: UUID, number: int | None = None) -> HttpResponse:
    """One agency: a new one, or the one at a place in the list."""
    page = onboarding_page(onboarding_id)
    agencies = agencies_of(page)
    if not page.is_open or (number is not None and not 1 <= number <= len(agencies)):
        raise Http404
    agency = agencies[number - 1] if number else {}
    form = AgencyForm(request.POST if request.method == "POST" else None, page=page, agency=agency)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        place = number - 1 if number else len(agencies)
        whole = [*agencies[:place], form.value, *agencies[place + 1 :]]
        if len(whole) > MOST_AGENCIES:
            form.add_error(None, _("A council begins with at most 500 agencies"))
        elif _saved(request, page, whole, form.cleaned_data["version"]):
            messages.success(request, _("Saved."))
            return redirect("console:onboarding_task", page.id, "agencies")
        else:
            form, status = AgencyForm(_now(request, page), page=page, agency=agency), 409
    shown = {"page": page, "form": form, "number": number, "has_met": status == 409}
    return render(request, "console/onboarding_agency.html", shown, status=status)


def agencies_of(page: OnboardingPage) -> list[dict[str, Any]]:
    """The agencies so far."""
    return [dict(agency) for agency in page.value("agencies").get("agencies", ())]


def offered_types(page: OnboardingPage) -> tuple[HeldType, ...]:
    """The service types that this council offers."""
    codes = page.value("services").get("codes", ())
    known = page.place.types(str(page.value("pack").get("pack_id", ""))) if page.place else ()
    return tuple(one for one in known if one.code in codes)


def country_of(page: OnboardingPage) -> str:
    """The council's country as two letters, from its law pack: gb-eng is in GB."""
    return str(page.value("pack").get("pack_id") or "gb").partition("-")[0].upper()


def _changed(request: OperatorRequest, page: OnboardingPage) -> HttpResponse:
    agencies = agencies_of(page)
    removed = request.POST.get("remove", "")
    if removed:
        agencies = [agency for agency in agencies if agency["name"] != removed]
    version = request.POST.get("version", "")
    typed = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    if not _saved(request, page, agencies, typed):
        messages.error(request, _("Somebody else changed the list meanwhile: look at it as it is now."))
        return redirect("console:onboarding_task", page.id, "agencies")
    if removed:
        messages.success(request, _("%(name)s was taken off the list.") % {"name": removed[:LONGEST_NAME]})
        return redirect("console:onboarding_task", page.id, "agencies")
    messages.success(request, _("Saved."))
    return redirect("console:onboarding", page.id)


def _saved(request: OperatorRequest, page: OnboardingPage, agencies: Sequence[dict[str, Any]], version: int) -> bool:
    try:
        save_answer(
            onboarding_id=page.id, task="agencies", value={"agencies": list(agencies)}, version=version,
            by=request.operator,
        )  # fmt: skip
    except (ChangedMeanwhile, NotPossible):
        return False
    return True


def _now(request: OperatorRequest, page: OnboardingPage) -> Any:
    """What was typed, as an answer to the list as it is now."""
    typed = request.POST.copy()
    typed["version"] = str(page.version)
    return typed


def _rows(page: OnboardingPage) -> list[dict[str, Any]]:
    labels = {one.code: one.label for one in offered_types(page)}
    return [
        {
            **agency,
            "kind_label": kind_label(agency["kind"]),
            "labels": [labels.get(code, code) for code in agency["services"]],
        }
        for agency in agencies_of(page)
    ]
