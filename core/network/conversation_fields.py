"""The parts of the conversation's form: what one route asks for, and a pack's field as a field of a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core.consent.evidence import TICKED, options_for
from core.consent.leaflets import present_code, signed
from core.consent.pack import Basis
from core.consent.policy import Policy
from core.consent.wording import Field, FieldSource, Question
from ui.fields import DatePartsField


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the form that asks for evidence: a group of facts (no slug), or the pack's field of that slug."""

    name: str
    slug: str = ""
    are_factors: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one route asks for, in order. `basis` is the route's code."""

    basis: str
    label: str
    asked: tuple[Asked, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the form's fields."""
        return tuple(one.name for one in self.asked)


def plain(value: Any) -> str:
    if value is True:
        return TICKED
    return value.isoformat() if isinstance(value, date) else str(value)


def choices_of(question: Question, after: str = "") -> list[tuple[str, str]]:
    return [
        (answer.value, answer.label)
        for answer in question.answers
        if not after or not answer.after or after in answer.after
    ]


def field_for(field: Field, basis: Basis | None = None) -> forms.Field:
    match field.source:
        case FieldSource.LIST:
            offered = options_for(basis, field) if basis is not None else field.options
            options = [(option.value, option.label) for option in offered]
            return forms.ChoiceField(
                label=field.label, help_text=field.help, choices=options, required=False, widget=forms.RadioSelect
            )
        case FieldSource.TICK:
            return forms.BooleanField(label=field.label, help_text=field.help, required=False)
        case FieldSource.DATE:
            return DatePartsField(label=field.label, help_text=field.help, required=False)
        case _:
            return forms.RegexField(
                field.format or ".*",
                label=field.label,
                help_text=field.help,
                required=False,
                max_length=60,
                error_messages={"invalid": _("Give the number or code alone, without names")},
            )


def material_field(policy: Policy) -> forms.CharField:
    """The version of the words that is on the page, carried unseen. Made, and kept, only when a new form is shown."""
    return forms.CharField(
        required=False, max_length=160, widget=forms.HiddenInput, initial=lambda: signed(present_code(policy))
    )
