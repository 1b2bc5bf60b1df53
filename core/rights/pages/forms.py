"""Forms of rights: lists, days and references; nothing anybody writes in their own words about a client."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.consent.record_wording import AskedAs, RecordField
from core.people.details import read_details
from core.people.errors import DetailsInvalid
from core.people.identity import ApproximateAge
from core.people.records import ClientDetails
from core.rights.answers import OTHER_AGENCY, AnswersInvalid, Given, Kept, checked
from core.rights.choices import Answer, AnswerReason, AskedBy, ExtensionReason, FreezeReason, PersonsView
from core.rights.queries.duties import DutyAsked
from core.rights.wishes import Offer, shares_a_wish
from ui.fields import DatePartsField

NO_FILL = {"autocomplete": "off", "spellcheck": "false"}


class DutyForm(forms.Form):
    """The questions of one event, as the pack asks them. `answers` are those fit to keep, once the form is valid."""

    on = DatePartsField(label=_("When was it?"), required=False, not_in_future=True)

    answers: dict[str, Kept]

    def __init__(self, data: Any = None, *, asked: DutyAsked) -> None:
        super().__init__(data, initial={"on": clock.today(), **_defaults(asked)})
        self.asked = asked
        for one in asked.event.fields:
            self.fields[one.slug] = _question(one, asked)

    @property
    def questions(self) -> tuple[forms.BoundField, ...]:
        """The boxes of the event's own questions."""
        return tuple(self[one.slug] for one in self.asked.event.fields)

    def clean(self) -> dict[str, Any]:
        """Every answer by the rule that every door shares."""
        cleaned = super().clean() or {}
        given: dict[str, Given] = {one.slug: cleaned.get(one.slug) for one in self.asked.event.fields}
        agencies = {str(one.id) for one in self.asked.agencies}
        try:
            self.answers = checked(self.asked.event, given, agencies=agencies, today=clock.today())
        except AnswersInvalid as invalid:
            self.tell(invalid)
        return cleaned

    def tell(self, invalid: AnswersInvalid) -> None:
        """Say beside each question what is wrong with its answer."""
        for name, sentence in invalid.errors.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)

    @property
    def day(self) -> date:
        """When it was: today where nothing was typed."""
        typed = self.cleaned_data.get("on")
        return typed if isinstance(typed, date) else clock.today()

    @property
    def typed(self) -> dict[str, Given]:
        """What was answered, for the action to check again."""
        return {one.slug: self.cleaned_data.get(one.slug) for one in self.asked.event.fields}


def _defaults(asked: DutyAsked) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in asked.event.fields:
        if one.default:
            found[one.slug] = list(one.default) if one.asked_as is AskedAs.SEVERAL else one.default[0]
        elif one.asked_as is AskedAs.AGENCY and asked.agency_id:
            found[one.slug] = str(asked.agency_id)
        elif one.asked_as is AskedAs.DATE:
            found[one.slug] = clock.today()
    return found


def _question(one: RecordField, asked: DutyAsked) -> forms.Field:
    said: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": False}
    options = [(option.value, option.label) for option in one.options]
    match one.asked_as:
        case AskedAs.LIST:
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **said)
        case AskedAs.SEVERAL:
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **said)
        case AskedAs.TICK:
            return forms.BooleanField(**said)
        case AskedAs.DATE:
            return DatePartsField(not_in_future=True, **said)
        case AskedAs.REFERENCE:
            return forms.CharField(max_length=60, widget=forms.TextInput(attrs=NO_FILL), **said)
        case AskedAs.AGENCY:
            agencies = [(str(agency.id), agency.name) for agency in asked.agencies]
            choices = [("", _("Choose an agency")), *agencies, (OTHER_AGENCY, _("An agency that is not listed"))]
            return forms.ChoiceField(choices=choices, **said)


class IntakeForm(forms.Form):
    """What is asked for, by whom, since when."""

    key = forms.ChoiceField(
        label=_("What do they want?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what they want")},
    )
    asked_by = forms.ChoiceField(
        label=_("Who asks?"),
        choices=AskedBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who asks")},
    )
    received_on = DatePartsField(label=_("When did they ask?"), not_in_future=True)
    is_known = forms.BooleanField(
        label=_("I know who asks, or they have shown me who they are"),
        required=False,
    )

    def __init__(self, *args: Any, offers: Iterable[Offer], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"received_on": clock.today()})
        super().__init__(*args, **kwargs)
        every = tuple(offers)
        self.fields["key"].choices = [(one.key, _said(one, every)) for one in every]  # type: ignore[attr-defined]  # a ChoiceField


def _said(offer: Offer, every: tuple[Offer, ...]) -> str:
    label = str(offer.wish.label)
    return f"{label} ({offer.right.source})" if offer.right and shares_a_wish(offer, every) else label


class FindForm(forms.Form):
    """Whom a letter is about: the whole name and the birth date. It is posted, so that no name stands in an address."""

    given_name = forms.CharField(label=_("First name"), max_length=100, widget=forms.TextInput(attrs=NO_FILL))
    family_name = forms.CharField(label=_("Surname"), max_length=100, widget=forms.TextInput(attrs=NO_FILL))
    birth_date = DatePartsField(label=_("Birth date"), not_in_future=True)


class VersionForm(forms.Form):
    """A step of a request, at the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DayForm(VersionForm):
    """A step that happened on a day."""

    on = DatePartsField(label=_("On which day?"), not_in_future=True)


class ViewForm(VersionForm):
    """What the person says of somebody else's asking."""

    view = forms.ChoiceField(
        label=_("What does the person say?"),
        choices=[one for one in PersonsView.choices if one[0] != PersonsView.NOT_ASKED],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the person says")},
    )


class ExtendForm(VersionForm):
    """How much more time, and why."""

    number = forms.ChoiceField(label=_("How much more time?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why?"), choices=ExtensionReason.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = list(choices)  # type: ignore[attr-defined]  # a ChoiceField


class AnswerForm(VersionForm):
    """How the request is answered."""

    answer = forms.ChoiceField(
        label=_("How is it answered?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it is answered")},
    )
    reason = forms.ChoiceField(
        label=_("Why, if not in full"), choices=[("", _("Choose a reason")), *AnswerReason.choices], required=False
    )

    def __init__(self, *args: Any, answers: Iterable[Answer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [(one.value, one.label) for one in answers]  # type: ignore[attr-defined]  # a ChoiceField


class FreezeForm(forms.Form):
    """Why deletion is held."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=FreezeReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why")},
    )


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs=NO_FILL))


class CorrectForm(VersionForm):
    """A client's details put right. `details` is what was typed, once the form is valid."""

    client_version = forms.IntegerField(widget=forms.HiddenInput)
    given_name = _text(_("First name"))
    family_name = _text(_("Surname"))
    birth_date = DatePartsField(label=_("Birth date"), required=False, not_in_future=True)
    known_as = _text(_("Known as"))
    middle_names = _text(_("Middle names"))
    former_family_name = _text(_("Former surname"))
    address = _text(_("Address"))
    postcode = _text(_("Postcode"))
    phone = _text(_("Phone"))

    details: ClientDetails

    def __init__(self, *args: Any, country: str, noted_age: ApproximateAge | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country, self.noted_age = country, noted_age

    def clean(self) -> dict[str, Any]:
        """Check everything together, by the rules that every door shares."""
        cleaned = super().clean() or {}
        born = cleaned.get("birth_date")
        typed = {name: str(cleaned.get(name) or "") for name in self.fields if name not in _NO_TEXT}
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
                    self.add_error(name if name in self.fields else "birth_date", sentence)
        return cleaned


_NO_TEXT = frozenset({"version", "client_version", "birth_date"})
