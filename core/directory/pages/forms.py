"""Forms of the directory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.directory.actions import CardDetails
from core.directory.queries import Card
from ui.contact_fields import PhoneField, in_region, required, seen_text


class CardForm(forms.Form):
    """One's own contact card, with the version it was opened at."""

    given_name = forms.CharField(
        label=_("First name"), max_length=100, error_messages=required(_("Enter your first name.")),
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )  # fmt: skip
    family_name = forms.CharField(
        label=_("Surname"), max_length=100, error_messages=required(_("Enter your surname.")),
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )  # fmt: skip
    job_title = forms.CharField(
        label=_("Role"), max_length=100, error_messages=required(_("Enter your role, such as health visitor.")),
        widget=forms.TextInput({"autocomplete": "organization-title"}), help_text=_("What people call your job."),
    )  # fmt: skip
    mobile = PhoneField(label=_("Mobile"))
    desk_phone = PhoneField(label=_("Desk phone"))
    email = forms.EmailField(
        label=_("Work e-mail"), required=False, max_length=254,
        error_messages={"invalid": _("Enter an e-mail address, such as name@agency.example.")},
        widget=forms.EmailInput({"autocomplete": "email"}),
    )  # fmt: skip
    best_time = forms.CharField(
        label=_("Best time to reach you"), required=False, max_length=60,
        help_text=_("For example: Tuesday to Thursday, before 10am."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, region: str = "GB", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_region(self, region)
        for name in ("given_name", "family_name", "job_title", "best_time"):
            self.fields[name].error_messages["max_length"] = _(
                "This is too long: shorten it to %(limit_value)d characters."
            )

    def clean(self) -> dict[str, Any]:
        """Take out characters that can't be seen, and ask for one way to be reached."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("given_name", "family_name", "job_title", "best_time"):
            if name in cleaned:
                cleaned[name] = seen_text(cleaned[name])
                if not cleaned[name] and self.fields[name].required:
                    self.add_error(name, self.fields[name].error_messages["required"])
        given = [name for name in ("mobile", "desk_phone", "email") if name in cleaned]
        if len(given) == 3 and not any(cleaned[name] for name in given):
            self.add_error(
                "mobile", gettext("Give at least one way to reach you: a mobile, a desk phone or an e-mail address.")
            )
        return cleaned

    @property
    def details(self) -> CardDetails:
        """What was entered, once the form is valid."""
        return CardDetails(**{name: self.cleaned_data[name] for name in CardDetails.__slots__})

    @staticmethod
    def initial_of(card: Card) -> dict[str, Any]:
        """A card as the form's first values."""
        return {name: getattr(card, name) for name in (*CardDetails.__slots__, "version")}
