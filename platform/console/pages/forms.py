"""Forms of operators, councils, proposals and the log. No field of theirs can hold a client."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.choices import CouncilState
from console.hosts import HostsRefused, read_hosts
from ui.fields import DatePartsField

LONGEST_REASON: Final = 300
MOST_HOURS: Final = 8


def _line(label: Any, *, most: int, missing: Any, help_text: Any = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, error_messages={"required": missing},
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )  # fmt: skip


def _reason(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why")},
    )  # fmt: skip


class RolesForm(forms.Form):
    """Which roles an operator holds."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role")},
    )

    def __init__(self, data: Any = None, *, roles: Iterable[tuple[str, str]], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["roles"].choices = list(roles)  # type: ignore[attr-defined]  # a field with choices


class InviteForm(RolesForm):
    """Somebody who is to operate the platform."""

    name = _line(_("Name"), most=120, missing=_("Enter their name"))
    email = forms.EmailField(
        label=_("Work e-mail address"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter their work e-mail address"),
                        "invalid": _("Enter an address such as name@council.example")},
    )  # fmt: skip

    field_order = ("name", "email", "roles")


class ReasonForm(forms.Form):
    """Why; written for the operator who decides, and kept in the log's subject."""

    reason = _reason(_("Why"), _("For the operator who decides. Write nothing about a client."))


class ContactForm(ReasonForm):
    """Why, and whom the council's people ring: their pages say so while nothing can be changed there."""

    contact = _line(
        _("Whom the council's people ring"), most=200, missing=_("Say whom the council's people ring"),
        help_text=_("A name and a phone number, such as “Patchwork support, 01632 960 001”. Their pages show it."),
    )  # fmt: skip

    field_order = ("contact", "reason")


class DecisionForm(forms.Form):
    """Approve or refuse, and why."""

    approve = forms.ChoiceField(
        label=_("Your decision"), widget=forms.RadioSelect,
        choices=[("yes", _("Approve: it is done at once")), ("no", _("Refuse"))],
        error_messages={"required": _("Choose whether you approve"), "invalid_choice": _("Choose whether you approve")},
    )  # fmt: skip
    reason = _reason(_("Why"), _("Kept with the decision."))


class HostsForm(forms.Form):
    """A council's hosts, one a line, the main one first. `before` are those the operator was shown."""

    hosts = forms.CharField(
        label=_("Host names"), help_text=_("One a line. The first is the one that links and mails name."),
        max_length=3_000, error_messages={"required": _("Enter a host name, such as council.example.org")},
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    before = forms.CharField(required=False, max_length=3_000, widget=forms.HiddenInput)

    def clean_hosts(self) -> tuple[str, ...]:
        """The names as they are compared."""
        try:
            return read_hosts(self.cleaned_data["hosts"])
        except HostsRefused as refused:
            raise ValidationError(list(refused.sentences)) from refused

    @property
    def seen(self) -> tuple[str, ...]:
        """The hosts as they stood when the page was made. For a valid form."""
        return tuple(str(self.cleaned_data["before"]).split())


class SupportForm(ReasonForm):
    """How long support access is asked for, and why."""

    hours = forms.TypedChoiceField(
        label=_("For how long"), coerce=int,
        choices=[(number, str(number) + (" hour" if number == 1 else " hours")) for number in range(1, MOST_HOURS + 1)],
        widget=forms.Select, error_messages={"required": _("Choose for how long")},
    )  # fmt: skip

    field_order = ("hours", "reason")


class CouncilFilterForm(forms.Form):
    """What the list of councils is narrowed to. Every box may stay empty."""

    q = forms.CharField(
        label=_("Name or host"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("State"), required=False)
    deployment = forms.ChoiceField(label=_("Deployment"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    mark = forms.ChoiceField(
        label=_("Marked"), required=False,
        choices=[("", _("Any")), ("behind", _("Behind the release")), ("failed", _("Last order failed"))],
    )  # fmt: skip

    def __init__(self, data: Any = None, *, deployments: Iterable[tuple[str, str]], regions: Iterable[str]) -> None:
        super().__init__(data)
        self.fields["state"].choices = [("", _("Any")), *CouncilState.choices]  # type: ignore[attr-defined]  # as above
        self.fields["deployment"].choices = [("", _("Any")), *deployments]  # type: ignore[attr-defined]  # as above
        self.fields["region"].choices = [("", _("Any")), *((one, one) for one in regions)]  # type: ignore[attr-defined]  # as above


class LogFilterForm(forms.Form):
    """What the log is narrowed to. Every box may stay empty."""

    operator = forms.TypedChoiceField(label=_("Operator"), required=False, coerce=UUID, empty_value=None)
    council = forms.CharField(
        label=_("Council"), required=False, max_length=100, help_text=_("A part of its name"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    on = DatePartsField(label=_("Day"), required=False, not_in_future=True)

    def __init__(self, data: Any = None, *, operators: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["operator"].choices = [("", _("Anybody")), *operators]  # type: ignore[attr-defined]  # a field with choices
