"""Forms of the network's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.network.choices import EndReason
from ui.fields import DatePartsField


class EndForm(forms.Form):
    """When and why a line ended."""

    reason = forms.ChoiceField(
        label=_("Why did it end?"),
        choices=EndReason.offered(),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it ended")},
    )
    on = DatePartsField(
        label=_("When did it end?"), help_text=_("Leave it empty for today."), required=False, not_in_future=True
    )

    def clean_on(self) -> Any:
        """Today, where nothing was typed."""
        return self.cleaned_data.get("on") or clock.today()


class FindColleagueForm(forms.Form):
    """Whom to look for among colleagues. It is posted, so that no name stands in an address."""

    q = forms.CharField(
        label=_("Name, role or agency"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type a name, a role or an agency")},
    )


class InviteForm(forms.Form):
    """The colleague chosen."""

    practitioner = forms.UUIDField(error_messages={"required": _("Choose a colleague")})


class OnPageForm(forms.Form):
    """The client whose page a button stood on."""

    client = forms.UUIDField()


class AnswerForm(forms.Form):
    """Yes or no."""

    answer = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])

    @property
    def is_yes(self) -> bool:
        """Whether it was a yes."""
        return bool(self.cleaned_data["answer"] == "yes")
