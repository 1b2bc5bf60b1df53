"""Forms on which a council admin keeps agencies, people and their sign-in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.accounts.choices import Role
from core.council.actions.agencies import AgencyDetails
from core.council.actions.staff import TO_GIVE, PersonDetails
from core.council.staff_queries import agency_choices, service_choices, type_choices
from core.directory.choices import AgencyKind, Employment
from ui.contact_fields import PhoneField, in_region, required, seen_text
from ui.fields import DatePartsField

_MAIL: dict[str, Any] = {"invalid": _("Enter an e-mail address, such as name@agency.example.")}
_TOO_LONG: dict[str, Any] = {"max_length": _("This is too long: shorten it to %(limit_value)d characters.")}
_NOT_THEIRS: dict[str, Any] = {"invalid_choice": _("Choose services of the agency they work for.")}
_NO_FILL = {"autocomplete": "off", "spellcheck": "false"}


def _text(label: Any, sentence: Any, length: int) -> forms.CharField:
    messages = {**required(sentence), **_TOO_LONG}
    return forms.CharField(label=label, max_length=length, error_messages=messages, widget=forms.TextInput(_NO_FILL))


class PersonForm(forms.Form):
    """A contact card as the council admin keeps it."""

    given_name = _text(_("First name"), _("Enter their first name."), 100)
    family_name = _text(_("Surname"), _("Enter their surname."), 100)
    job_title = _text(_("Role"), _("Enter their role, such as health visitor."), 100)
    email = forms.EmailField(
        label=_("Work e-mail"), required=False, max_length=254, error_messages={**_MAIL, **_TOO_LONG},
        widget=forms.EmailInput(_NO_FILL), help_text=_("Their invitation goes there."),
    )  # fmt: skip
    mobile = PhoneField(label=_("Mobile"))
    desk_phone = PhoneField(label=_("Desk phone"))
    agency_id = forms.ChoiceField(label=_("Agency"), error_messages=required(_("Choose the agency they work for.")))
    services = forms.MultipleChoiceField(
        label=_("Services they work in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=_NOT_THEIRS,
    )
    managed = forms.MultipleChoiceField(
        label=_("Services whose involvements they answer for"), required=False, widget=forms.CheckboxSelectMultiple,
        error_messages=_NOT_THEIRS, help_text=_("For team managers. Leave empty for everyone else."),
    )  # fmt: skip
    employment = forms.ChoiceField(
        label=_("How they work for it"), choices=Employment.choices, initial=Employment.STAFF, widget=forms.RadioSelect
    )
    cleared_until = DatePartsField(label=_("Checks are valid until"), subject="The date", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, region: str, agency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_region(self, region)
        services = service_choices(agency)
        for name, choices in (("agency_id", agency_choices()), ("services", services), ("managed", services)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("Choose")), *choices] if name == "agency_id" else choices

    def clean(self) -> dict[str, Any]:
        """Take out what can't be seen; who answers for a service works in it; one way to be reached."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("given_name", "family_name", "job_title"):
            if name in cleaned:
                cleaned[name] = seen_text(cleaned[name])
                if not cleaned[name]:
                    self.add_error(name, self.fields[name].error_messages["required"])
        if not set(cleaned.get("managed", ())) <= set(cleaned.get("services", ())):
            self.add_error("managed", gettext("Tick a service above too: who answers for it works in it."))
        given = [name for name in ("email", "mobile", "desk_phone") if name in cleaned]
        if len(given) == 3 and not any(cleaned[name] for name in given):
            self.add_error(
                "email", gettext("Give at least one way to reach them: an e-mail address or a phone number.")
            )
        return cleaned

    @property
    def details(self) -> PersonDetails:
        """What was entered, once the form is valid."""
        values = self.cleaned_data
        plain = ("given_name", "family_name", "job_title", "mobile", "desk_phone", "email", "employment")
        return PersonDetails(
            **{name: values[name] for name in plain},
            agency_id=UUID(values["agency_id"]),
            cleared_until=values["cleared_until"],
            services=frozenset(UUID(value) for value in values["services"]),
            managed=frozenset(UUID(value) for value in values["managed"]),
        )


class RolesForm(forms.Form):
    """Which roles someone holds."""

    roles = forms.MultipleChoiceField(
        label=_("What they may do"), choices=[(role.value, role.label) for role in TO_GIVE],
        widget=forms.CheckboxSelectMultiple, error_messages=required(_("Tick at least one role.")),
    )  # fmt: skip

    @property
    def chosen(self) -> tuple[Role, ...]:
        """The roles, once the form is valid."""
        return tuple(Role(value) for value in self.cleaned_data["roles"])


class AccountForm(RolesForm):
    """An invitation to someone who needs no contact card."""

    email = forms.EmailField(
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(_NO_FILL),
        error_messages={**_MAIL, **required(_("Enter the e-mail address that the invitation goes to."))},
    )  # fmt: skip
    field_order = ("email", "roles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        if isinstance(field, forms.MultipleChoiceField):
            without_card = (Role.COUNCIL_ADMIN, Role.IG_OFFICER, Role.AUDITOR, Role.FINANCE_CONTACT)
            field.choices = [(role.value, role.label) for role in without_card]


class AgencyForm(forms.Form):
    """An agency, its agreement and its services."""

    name = _text(_("Name"), _("Enter the agency's name."), 120)
    kind = forms.ChoiceField(label=_("Kind"), choices=AgencyKind.choices, initial=AgencyKind.OTHER)
    phone = PhoneField(label=_("Main number"), help_text=_("Shown where a practitioner has no number of their own."))
    agreement_signed_on = DatePartsField(
        label=_("Sharing agreement signed on"), subject="The date", required=False, not_in_future=True
    )
    agreement_expires_on = DatePartsField(label=_("Agreement ends on"), subject="The date", required=False)
    service_types = forms.MultipleChoiceField(
        label=_("Services it offers"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_region(self, region)
        field = self.fields["service_types"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = type_choices()

    def clean(self) -> dict[str, Any]:
        """Take out what can't be seen; an agreement ends after it was signed."""
        cleaned = super().clean() or self.cleaned_data
        if "name" in cleaned:
            cleaned["name"] = seen_text(cleaned["name"])
            if not cleaned["name"]:
                self.add_error("name", self.fields["name"].error_messages["required"])
        signed, ends = cleaned.get("agreement_signed_on"), cleaned.get("agreement_expires_on")
        if ends and not signed:
            self.add_error("agreement_signed_on", gettext("Enter the day on which the agreement was signed too."))
        elif signed and ends and ends < signed:
            self.add_error(
                "agreement_expires_on", gettext("The agreement ends before it was signed: check both dates.")
            )
        return cleaned

    @property
    def details(self) -> AgencyDetails:
        """What was entered, once the form is valid."""
        values = dict(self.cleaned_data)
        types = frozenset(UUID(value) for value in values.pop("service_types"))
        return AgencyDetails(**values, service_types=types)
