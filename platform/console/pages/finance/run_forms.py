"""Forms of runs, drafts and credit notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.choices import Outcome
from console.pages.finance.money_fields import AmountField, DayField, MonthField, until_today

LONGEST_NOTE: Final = 600
LONGEST_REASON: Final = 300


def reason_field(label: Any, help_text: Any, *, most: int = LONGEST_REASON) -> forms.CharField:
    """Why, in a few sentences."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why")},
    )  # fmt: skip


class StartRunForm(forms.Form):
    """For which company and month, and whether anything is drafted at all."""

    entity = forms.TypedChoiceField(label=gettext_lazy("Who bills"), coerce=UUID, widget=forms.RadioSelect)
    month = MonthField(
        label=gettext_lazy("Up to and including"),
        help_text=gettext_lazy("Every earlier month that is not billed yet is billed with it."),
    )
    dry = forms.ChoiceField(
        label=gettext_lazy("What it does"), widget=forms.RadioSelect, initial="yes",
        choices=[
            ("yes", gettext_lazy("Show what it would draft, and draft nothing")),
            ("no", gettext_lazy("Draft invoices for review")),
        ],
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, entities: Iterable[tuple[str, str]], months: Iterable[date], initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["entity"].choices = list(entities)  # type: ignore[attr-defined]  # a field with choices
        self.fields["month"].offer(months)  # type: ignore[attr-defined]  # a MonthField


class OutcomeForm(forms.Form):
    """Which outcomes of a run are listed."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Show"), required=False, choices=[("", gettext_lazy("Everything")), *Outcome.choices]
    )


class IssueForm(forms.Form):
    """The day that the invoice, or each of them, bears."""

    on = DayField(label=gettext_lazy("Issued on"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today})
        until_today(self, "on", today)


class AllowForm(forms.Form):
    """Why a draft is issued although no purchase order covers it."""

    reason = reason_field(
        gettext_lazy("Why it is issued all the same"),
        gettext_lazy("Kept with the draft, for whoever looks at it later. Not on the invoice."),
    )


class NoteForm(forms.Form):
    """A sentence that the invoice bears."""

    note = forms.CharField(
        label=gettext_lazy("Note on the invoice"), required=False, max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=gettext_lazy("The customer reads it. It may stay empty."),
    )  # fmt: skip


class CreditForm(forms.Form):
    """What of an invoice is credited: a box a line, up to what is left of it."""

    def __init__(self, data: Any = None, *, lines: Iterable[Any], currency: str) -> None:
        super().__init__(data)
        self.lines = list(lines)
        self.fields["how"] = forms.ChoiceField(
            label=_("How much is credited"), widget=forms.RadioSelect,
            choices=[("all", _("All that is left of it")), ("some", _("Amounts of single lines, before tax"))],
            error_messages={"required": _("Choose how much is credited")},
        )  # fmt: skip
        for line in self.lines:
            self.fields[self.name_of(line.id)] = AmountField(
                label=line.description, currency=currency, most=abs(line.left), required=False, of=line.description
            )
        self.fields["reason"] = reason_field(
            _("Why"), _("Stands on the credit note, so the customer reads it. Write nothing about a client.")
        )
        self.fields["bills_again"] = forms.BooleanField(
            label=_("Bill the same months and charges again in the next run"), required=False
        )

    @staticmethod
    def name_of(line_id: UUID) -> str:
        """The name of a line's box."""
        return f"line-{line_id}"

    @property
    def boxes(self) -> list[tuple[Any, Any]]:
        """Each line with its box."""
        return [(line, self[self.name_of(line.id)]) for line in self.lines]

    @property
    def amounts(self) -> dict[UUID, Decimal] | None:
        """What of each line, with the line's sign; None for all. For a valid form."""
        if self.cleaned_data["how"] == "all":
            return None
        said = ((line, self.cleaned_data[self.name_of(line.id)]) for line in self.lines)
        return {line.id: amount.copy_sign(line.left) for line, amount in said if amount}

    def clean(self) -> dict[str, Any]:
        """Single lines: at least one of them."""
        said = super().clean() or self.cleaned_data
        if not self.errors and said["how"] == "some" and not self.amounts:
            self.add_error("how", _("Enter an amount for at least one line, or credit all that is left"))
        return said
