"""Forms of the safeguards: every answer is picked from a list, but for the short reason of limited sight."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from core.network.choices import BrokerAsk, ShieldReason, SightFinding, SightReason, VoiceReason
from core.network.short_reason import MOST_CHARACTERS
from ui.fields import DatePartsField

APPROVE, REFUSE, ASK_BACK = "approve", "refuse", "ask_back"
PLACES_A_SHIELD = (VoiceReason.GROUND_NOT_MET, VoiceReason.MORE_HARM, VoiceReason.EVIDENCE)


class DecisionForm(forms.Form):
    """Yes, no, or a question; the last two with a reason from the list."""

    answer = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[(APPROVE, _("Approve")), (REFUSE, _("Refuse")), (ASK_BACK, _("Ask back"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide")},
    )
    reason = forms.ChoiceField(
        label=_("Why, if you refuse or ask back?"), required=False, widget=forms.RadioSelect,
        choices=VoiceReason.choices,
    )  # fmt: skip

    def __init__(self, *args: Any, about_shield: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if about_shield:
            self.fields["reason"].choices = [(one.value, one.label) for one in PLACES_A_SHIELD]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A no or a question says why."""
        given = super().clean() or {}
        if given.get("answer") in (REFUSE, ASK_BACK) and not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why: choose a reason"))
        return given


class PeopleForm(forms.Form):
    """Who goes on seeing a shielded client."""

    assigned = forms.MultipleChoiceField(
        label=_("Who goes on seeing this client?"),
        help_text=_("Nobody else finds that they are here."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assigned"].choices = people  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> list[UUID]:
        """Their ids, of a valid form."""
        return [UUID(one) for one in self.cleaned_data["assigned"]]


class ShieldForm(forms.Form):
    """Why, and how far, a client is to be shielded."""

    reason = forms.ChoiceField(
        label=_("Why?"), choices=ShieldReason.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose why")},
    )  # fmt: skip
    level = forms.ChoiceField(
        label=_("How far?"), widget=forms.RadioSelect, error_messages={"required": _("Choose how far")}
    )

    def __init__(self, *args: Any, levels: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = list(levels)  # type: ignore[attr-defined]  # a ChoiceField


class SightForm(forms.Form):
    """Why a record is needed now."""

    reason = forms.ChoiceField(
        label=_("Why do you need it now?"), choices=SightReason.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you need it now")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("In a few words"),
        help_text=_("No names, numbers or dates. An officer reads this."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "true"}),
        error_messages={
            "required": _("Say in a few words why you need it now"),
            "max_length": _("Say it in at most %(limit_value)d characters: why you need it now, and no more."),
        },
    )


class FindingForm(forms.Form):
    """What an officer found."""

    finding = forms.ChoiceField(
        label=_("What did you find?"), choices=SightFinding.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you found")},
    )  # fmt: skip


class BrokerForm(forms.Form):
    """What is asked of a service that may or may not exist."""

    ask = forms.ChoiceField(
        label=_("What do you ask?"), choices=BrokerAsk.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you ask")},
    )  # fmt: skip


class LinesForm(forms.Form):
    """The lines a message is passed on to."""

    lines = forms.MultipleChoiceField(label=_("Pass it on to"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = lines  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> list[UUID]:
        """Their ids, of a valid form."""
        return [UUID(one) for one in self.cleaned_data["lines"]]


class StandInForm(forms.Form):
    """Who stands in, and from when to when."""

    practitioner = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Choose a colleague")})
    starts_on = DatePartsField(label=_("From"), help_text=_("Leave it empty for today."), required=False)
    ends_on = DatePartsField(label=_("To"), help_text=_("The last day on which they decide."))


class ReviewDayForm(forms.Form):
    """On which day a shield is looked at again."""

    on = DatePartsField(label=_("Look at it again on"))


class FindPersonForm(forms.Form):
    """Whom to look for. It is posted, so that no name stands in an address."""

    q = forms.CharField(
        label=_("Name or agency"), max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type a name or an agency")},
    )  # fmt: skip
