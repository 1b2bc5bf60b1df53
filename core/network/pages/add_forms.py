"""Forms for a client's details: adding one, and changing one. What is fit to keep is said by `core.people.details`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.directory.viewers import ViewerService
from core.network.choices import DifferentPerson
from core.network.queries.details import IdentifierField
from core.people.details import read_details
from core.people.errors import DetailsInvalid
from core.people.identifiers import read_identifier
from core.people.identity import ApproximateAge
from core.people.parsing import ParsedSearch
from core.people.records import ClientDetails
from ui.fields import DatePartsField
from ui.filters import phone

NO_FILL = {"autocomplete": "off", "spellcheck": "false"}
"""The client's details are not the typist's own, so the browser must not offer theirs, nor remember these."""

IDENTIFIER_LABELS = {
    "nhs_number": _("NHS number"),
    "upn": _("Unique pupil number"),
    "uprn": _("Unique property reference number"),
    "local_ref": _("Reference"),
}


def _text(label: Any, **attributes: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={**NO_FILL, **attributes}))


class DetailsForm(forms.Form):
    """Names, birth date or age, address, phone. `details` is what was typed, once the form is valid."""

    given_name = _text(_("First name"))
    family_name = _text(_("Surname"))
    birth_date = DatePartsField(label=_("Birth date"), subject="Birth date", required=False, not_in_future=True)
    age = _text(_("Or about how old they are"), inputmode="text")
    known_as = _text(_("Known as"))
    middle_names = _text(_("Middle names"))
    former_family_name = _text(_("Former surname"))
    address = _text(_("Address"))
    postcode = _text(_("Postcode"), autocapitalize="characters")
    phone = forms.CharField(
        label=_("Phone"), required=False, widget=forms.TextInput(attrs={**NO_FILL, "type": "tel", "inputmode": "tel"})
    )

    details: ClientDetails

    def __init__(self, *args: Any, country: str, noted_age: ApproximateAge | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        self.noted_age = noted_age

    def clean(self) -> dict[str, Any]:
        """Check everything together, by the rules that every door shares."""
        cleaned = super().clean() or {}
        born = cleaned.get("birth_date")
        typed = {name: str(cleaned.get(name) or "") for name in self.fields if name != "birth_date"}
        if self.noted_age and "age" not in self.changed_data:
            typed["age"] = ""  # an age noted last year must not become one noted today
        try:
            self.details = read_details(
                typed,
                birth_date=born if isinstance(born, date) else None,
                country=self.country,
                today=clock.today(),
                noted_age=self.noted_age,
            )
        except DetailsInvalid as invalid:
            for name, sentence in invalid.errors.items():
                if name not in self.errors:
                    self.add_error(name, sentence)
        return cleaned


class AddForm(DetailsForm):
    """A client who is not listed yet, with one's own part. Its hidden id makes sending it twice add one client."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    service = forms.ChoiceField(label=_("Your service"))
    apart_from = forms.CharField(widget=forms.HiddenInput, required=False)
    why_different = forms.ChoiceField(
        label=_("If this is a different person, why?"),
        choices=[("", _("Choose a reason")), *DifferentPerson.choices],
        required=False,
    )

    def __init__(self, *args: Any, services: Iterable[ViewerService], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [(str(one.id), one.label) for one in services]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen_id(self) -> UUID:
        """The id the client will have: the form's, or a new one where somebody took it out."""
        given = self.cleaned_data.get("client_id")
        return given if isinstance(given, UUID) else uuid4()

    @property
    def reason(self) -> DifferentPerson | None:
        """Why the person is none of those compared, where that was said."""
        given = self.cleaned_data.get("why_different")
        return DifferentPerson(given) if given else None

    @property
    def compared_ids(self) -> frozenset[UUID]:
        """The listed clients that were on the page when it was sent."""
        found = set()
        for text in str(self.cleaned_data.get("apart_from") or "").split(",")[:10]:
            try:
                found.add(UUID(text.strip()))
            except ValueError:
                continue
        return frozenset(found)


class ChangeForm(DetailsForm):
    """The details of a listed client, at the version that was shown, with the numbers this viewer may set."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, identifiers: Iterable[IdentifierField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._identifiers = tuple(identifiers)
        for one in self._identifiers:
            self.fields[f"number_{one.kind}"] = _text(IDENTIFIER_LABELS.get(one.kind, one.kind), inputmode="text")

    @property
    def number_fields(self) -> tuple[forms.BoundField, ...]:
        """The boxes for numbers."""
        return tuple(self[f"number_{one.kind}"] for one in self._identifiers)

    def clean(self) -> dict[str, Any]:
        """The details, and each number by its own check."""
        cleaned = super().clean()
        self.identifiers: dict[str, str] = {}
        for one in self._identifiers:
            name = f"number_{one.kind}"
            try:
                self.identifiers[one.kind] = read_identifier(
                    str(cleaned.get(name) or ""), form=one.form, check=one.check
                )
            except ValueError as problem:
                self.add_error(name, str(problem))
        return cleaned


def typed_already(parsed: ParsedSearch) -> dict[str, Any]:
    """What a search says of a person who is then added."""
    return {
        "given_name": parsed.given,
        "family_name": parsed.family,
        "birth_date": parsed.birth_date,
        "postcode": parsed.postcode,
        "phone": parsed.phone,
    }


def as_typed(details: ClientDetails, country: str) -> Mapping[str, Any]:
    """A listed client's details as the form shows them."""
    age = details.approximate_age
    years = "" if age is None else str(age.youngest) if age.youngest == age.oldest else f"{age.youngest}-{age.oldest}"
    names = ("given_name", "family_name", "known_as", "middle_names", "former_family_name", "birth_date", "address")
    kept = {name: getattr(details, name) for name in (*names, "postcode")}
    return {**kept, "age": years, "phone": phone(details.phone, country)}
