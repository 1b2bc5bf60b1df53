"""Forms of payments, the bank's file, write-offs and statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.money import written
from console.pages.finance.money_fields import AmountField, DayField, until_today
from console.pages.finance.run_forms import reason_field
from console.queries.finance.choices import EntityChoice
from ui.fields import DatePartsField

LONGEST_REFERENCE: Final = 200


def _line(label: Any, *, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=LONGEST_REFERENCE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class PaymentForm(forms.Form):
    """Money that came in and stands in no file of the bank."""

    customer = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=UUID)
    entity = forms.TypedChoiceField(label=gettext_lazy("Paid to"), coerce=UUID, widget=forms.RadioSelect)
    received_on = DayField(label=gettext_lazy("Came in on"))
    amount = forms.CharField(
        label=gettext_lazy("Amount"), max_length=20, help_text=gettext_lazy("In the currency of who was paid"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    reference = _line(gettext_lazy("What the payer wrote"), help_text=gettext_lazy("Such as an invoice's number"))
    note = _line(gettext_lazy("Note for ourselves"))
    is_another = forms.BooleanField(
        label=gettext_lazy("It is another payment of the same day, amount and reference"), required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        customers: Iterable[tuple[str, str]],
        entities: Iterable[EntityChoice],
        initial: Any = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.entities = {str(one.id): one for one in entities}
        choices = [(key, one.label) for key, one in self.entities.items()]
        self.fields["customer"].choices = [("", _("Choose a customer")), *customers]  # type: ignore[attr-defined]  # a field with choices
        self.fields["entity"].choices = choices  # type: ignore[attr-defined]  # as above
        if self.entities:  # of whom it was paid to, the day is looked at when it is entered
            until_today(self, "received_on", max(one.today for one in self.entities.values()))

    def clean(self) -> dict[str, Any]:
        """The amount, read in the currency of whom it was paid to."""
        said = super().clean() or self.cleaned_data
        if "amount" in said and "entity" in said:
            field = AmountField(currency=self.entities[str(said["entity"])].currency)
            try:
                said["amount"] = field.clean(said["amount"])
            except forms.ValidationError as bad:
                self.add_error("amount", bad)
        return said


class AllocateForm(forms.Form):
    """How much of some money is for which open invoice: a box each, together no more than there is."""

    def __init__(
        self, data: Any = None, *, invoices: Iterable[Any], currency: str, left: Decimal,
        suggested: dict[UUID, Decimal] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data)
        self.invoices, self.currency, self.left = list(invoices), currency, left
        for one in self.invoices:
            self.fields[self.name_of(one.id)] = AmountField(
                label=one.number, currency=currency, most=one.open, required=False,
                of=one.number, initial=(suggested or {}).get(one.id),
            )  # fmt: skip

    @staticmethod
    def name_of(invoice_id: UUID) -> str:
        """The name of an invoice's box."""
        return f"invoice-{invoice_id}"

    @property
    def boxes(self) -> list[tuple[Any, Any]]:
        """Each open invoice with its box."""
        return [(one, self[self.name_of(one.id)]) for one in self.invoices]

    @property
    def allocations(self) -> dict[UUID, Decimal]:
        """How much for which invoice. For a valid form."""
        said = {one.id: self.cleaned_data[self.name_of(one.id)] for one in self.invoices}
        return {key: amount for key, amount in said.items() if amount}

    needs_some = True

    def clean(self) -> dict[str, Any]:
        """Something, and no more than there is."""
        said = super().clean() or self.cleaned_data
        if self.errors:
            return said
        asked = sum(self.allocations.values(), Decimal(0))
        if asked > self.left:
            self.add_error(None, _("That is %(asked)s in all, and there is %(left)s.") % {
                "asked": written(asked, self.currency), "left": written(self.left, self.currency)})  # fmt: skip
        elif self.needs_some and not asked:
            self.add_error(None, _("Enter an amount for at least one invoice."))
        return said


class SettleForm(AllocateForm):
    """Whose money a line of the bank is, and what it pays: what no invoice takes stays with the customer as credit."""

    needs_some = False


class ReverseForm(forms.Form):
    """Taking a payment back: it never came, or it went back to the customer."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"), widget=forms.RadioSelect,
        choices=[("mistake", gettext_lazy("It was entered by mistake, or the bank took it back")),
                 ("refund", gettext_lazy("We paid it back to the customer"))],
        error_messages={"required": gettext_lazy("Choose what happened")},
    )  # fmt: skip
    on = DayField(label=gettext_lazy("On"))
    reason = reason_field(
        gettext_lazy("Why"), gettext_lazy("Kept with the payment, which itself stays as it is."), most=200
    )

    def __init__(self, data: Any = None, *, currency: str, most: Decimal, today: date) -> None:
        super().__init__(data, initial={"on": today})
        until_today(self, "on", today)
        self.fields["amount"] = AmountField(
            label=_("Amount paid back"), currency=currency, most=most, required=False,
            help_text=_("Empty: all that no invoice has taken. A mistake is always taken back whole."),
        )  # fmt: skip
        self.order_fields(["kind", "amount", "on", "reason"])


class BankFileForm(forms.Form):
    """A file of movements, as the bank gives it."""

    entity = forms.TypedChoiceField(label=gettext_lazy("Whose account"), coerce=UUID, widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("The bank's file"), max_length=255,
        help_text=gettext_lazy("Comma-separated (CSV), with a row of headings, a date, a description and an amount."),
        error_messages={"required": gettext_lazy("Choose the bank's file"),
                        "empty": gettext_lazy("This file is empty: fetch it from the bank again"),
                        "missing": gettext_lazy("Choose the bank's file")},
    )  # fmt: skip

    def __init__(
        self, data: Any = None, files: Any = None, *, entities: Iterable[tuple[str, str]], initial: Any = None
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.fields["entity"].choices = list(entities)  # type: ignore[attr-defined]  # a field with choices


class IgnoreForm(forms.Form):
    """Why a line of the bank is no customer's payment."""

    note = forms.CharField(
        label=gettext_lazy("What it is instead"), max_length=LONGEST_REFERENCE,
        error_messages={"required": gettext_lazy("Say what it is instead, such as interest from the bank")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class WriteOffForm(forms.Form):
    """How much of an invoice will not be paid, and why."""

    def __init__(self, data: Any = None, *, currency: str, left: Decimal, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["amount"] = AmountField(label=_("How much is written off"), currency=currency, most=left)
        self.fields["reason"] = reason_field(
            _("Why"), _("For the operator who decides, and kept with the invoice. Write nothing about a client.")
        )


class StatementForm(forms.Form):
    """From when to when a statement is, and of which of our companies."""

    entity = forms.TypedChoiceField(label=gettext_lazy("With"), coerce=UUID)
    first = DatePartsField(label=gettext_lazy("From"))
    last = DatePartsField(label=gettext_lazy("To"))

    def __init__(self, data: Any = None, *, entities: Iterable[tuple[str, str]], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["entity"].choices = list(entities)  # type: ignore[attr-defined]  # a field with choices

    def clean(self) -> dict[str, Any]:
        """An end that is not before the beginning."""
        said = super().clean() or self.cleaned_data
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", _("The last day can't be before the first"))
        return said


class AgeingForm(forms.Form):
    """Of which of our companies, and at the end of which day."""

    entity = forms.TypedChoiceField(label=gettext_lazy("Owed to"), coerce=UUID)
    on = DayField(label=gettext_lazy("At the end of"))

    def __init__(self, data: Any = None, *, entities: Iterable[EntityChoice], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        known = list(entities)
        self.fields["entity"].choices = [(str(one.id), one.label) for one in known]  # type: ignore[attr-defined]  # a field with choices
        until_today(self, "on", max(one.today for one in known))


class JournalForm(StatementForm):
    """The same, of the journal for accounting."""
