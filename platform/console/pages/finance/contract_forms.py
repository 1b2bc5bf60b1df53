"""Forms of contracts: their dates and terms, the councils on them, discounts, charges and purchase orders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.choices import PriceKind
from console.pages.finance.money_fields import AmountField
from console.pages.finance.setting_fields import CountField, OneLineField, PercentField
from ui.fields import DatePartsField

MOST_MONTHS: Final = 120
MOST_DAYS: Final = 730
MOST_PEOPLE: Final = 100_000_000
MOST_PIECES: Final = Decimal("99999.99")
EVERY: Final = ((1, _("Every month")), (3, _("Every three months")), (12, _("Once a year")))
ONCE: Final = (PriceKind.SETUP, PriceKind.TRAINING, PriceKind.OTHER)
_PIECES: Final = re.compile(r"\d{1,5}(\.\d{1,2})?", re.ASCII)

Choices = Iterable[tuple[str, str]]


def _many_lines(label: Any, *, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


def _choose(form: forms.Form, name: str, choices: Choices) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a field with choices


class TermsForm(forms.Form):
    """The terms of a contract that can be changed while it runs."""

    widths: ClassVar = {"reference": 20, "renews_months": 3, "notice_days": 3, "payment_days": 3}

    renews_months = CountField(
        label=_("Renews by how many months"), most=MOST_MONTHS, help_text=_("0: it ends and does not renew."),
        error_messages={"required": _("Enter by how many months it renews, or 0")},
    )  # fmt: skip
    notice_days = CountField(
        label=_("Notice, days before the end"), most=MOST_DAYS,
        error_messages={"required": _("Enter how many days before the end notice has to be given, or 0")},
    )  # fmt: skip
    billed_every = forms.TypedChoiceField(
        label=_("Billed, in arrears"), coerce=int, choices=EVERY, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often it is billed")},
    )  # fmt: skip
    payment_days = CountField(
        label=_("Days to pay (optional)"), most=365, required=False,
        help_text=_("Else those of the company that bills."),
    )  # fmt: skip
    held_book = forms.TypedChoiceField(
        label=_("Prices"), coerce=UUID, empty_value=None, required=False,
        help_text=_("A contract that was promised its prices keeps those of one book."),
    )  # fmt: skip
    terms = _many_lines(_("Terms on invoices (optional)"), most=600)

    def __init__(self, data: Any = None, *, books: Choices, **given: Any) -> None:
        super().__init__(data, **given)
        _choose(self, "held_book", [("", gettext("Those in force in each month")), *books])


class ContractForm(TermsForm):
    """A new contract. Councils are put on it afterwards."""

    customer = forms.TypedChoiceField(
        label=_("Customer"), coerce=UUID, empty_value=None,
        error_messages={"required": _("Choose who pays"), "invalid_choice": _("Choose a customer of the list")},
    )  # fmt: skip
    entity = forms.TypedChoiceField(
        label=_("Who bills"), coerce=UUID, empty_value=None, widget=forms.RadioSelect,
        error_messages={"required": _("Choose who bills"), "invalid_choice": _("Choose one of the list")},
    )  # fmt: skip
    reference = OneLineField(
        label=_("Reference"), most=20, help_text=_("As it stands on the signed contract, such as C-2026-0042"),
        error_messages={"required": _("Enter the contract's reference")},
    )  # fmt: skip
    starts_on = DatePartsField(label=_("First day"))
    ends_on = DatePartsField(label=_("Last day"))

    field_order = ("customer", "entity", "reference", "starts_on", "ends_on", "renews_months", "notice_days")

    def __init__(self, data: Any = None, *, customers: Choices, entities: Choices, **given: Any) -> None:
        super().__init__(data, **given)
        _choose(self, "customer", [("", gettext("Choose a customer")), *customers])
        _choose(self, "entity", entities)

    def clean(self) -> dict[str, Any]:
        """It ends after it starts."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("starts_on"), said.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", gettext("Last day must be on or after the first day"))
        return said


class DayForm(forms.Form):
    """A day, in a field of a name: on which notice was given, or that is the last one."""

    def __init__(self, data: Any = None, *, name: str, label: Any, help_text: Any = "", day: Any = None) -> None:
        super().__init__(data, initial={name: day})
        self.fields[name] = DatePartsField(label=label, help_text=help_text)


class CouncilForm(forms.Form):
    """A council that comes on a contract."""

    widths: ClassVar = {"population": 10}

    council_id = forms.TypedChoiceField(
        label=_("Council"), coerce=UUID, empty_value=None,
        error_messages={"required": _("Choose a council"), "invalid_choice": _("Choose a council of the list")},
    )  # fmt: skip
    name = OneLineField(
        label=_("Name on invoices (optional)"), most=100, required=False, help_text=_("Else as the console calls it"),
    )  # fmt: skip
    population = CountField(
        label=_("Population"), least=1, most=MOST_PEOPLE, help_text=_("Decides the platform fee, such as 104,000"),
        error_messages={"required": _("Enter how many people live there")},
    )  # fmt: skip
    is_dedicated = forms.BooleanField(label=_("It has a dedicated deployment"), required=False)
    starts_on = DatePartsField(label=_("First day"))

    def __init__(self, data: Any = None, *, councils: Choices, **given: Any) -> None:
        super().__init__(data, **given)
        self.names = dict(councils)
        _choose(self, "council_id", [("", gettext("Choose a council")), *self.names.items()])

    def clean(self) -> dict[str, Any]:
        """Its name is the console's where no other is given."""
        said = super().clean() or self.cleaned_data
        if said.get("council_id") and not said.get("name"):
            said["name"] = self.names[str(said["council_id"])]
        return said


class DiscountForm(forms.Form):
    """Per cent off, on one kind of price or on all, from a day to a day."""

    widths: ClassVar = {"percent": 5}

    kind = forms.ChoiceField(label=_("On"), choices=[("", _("Everything")), *PriceKind.choices], required=False)
    percent = PercentField(
        label=_("Discount in per cent"), error_messages={"required": _("Enter a share above 0 and up to 100")}
    )
    from_on = DatePartsField(label=_("First day"))
    until_on = DatePartsField(label=_("Last day (optional)"), subject=_("Last day"), required=False)
    reason = OneLineField(
        label=_("Why"), most=200, help_text=_("It stands on the invoice."), error_messages={"required": _("Say why")}
    )

    def clean(self) -> dict[str, Any]:
        """It ends after it starts."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("from_on"), said.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", gettext("Last day must be on or after the first day"))
        return said


class ChargeForm(forms.Form):
    """Something billed once."""

    widths: ClassVar = {"quantity": 5, "agreed_price": 10}

    kind = forms.ChoiceField(
        label=_("What"), choices=[(one.value, one.label) for one in ONCE], widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is billed")},
    )  # fmt: skip
    description = OneLineField(
        label=_("Description"), most=200, help_text=_("As it stands on the invoice"),
        error_messages={"required": _("Enter what the invoice says")},
    )  # fmt: skip
    council = forms.TypedChoiceField(label=_("For"), coerce=UUID, empty_value=None, required=False)
    on = DatePartsField(label=_("Day"), help_text=_("On which it was done: it is billed with that month"))
    quantity = forms.CharField(
        label=_("How many"), max_length=10, initial="1", help_text=_("Such as 1, or 2.5 days"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Enter how many, such as 1")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, councils: Choices, currency: str, **given: Any) -> None:
        super().__init__(data, **given)
        _choose(self, "council", [("", gettext("The whole contract")), *councils])
        self.fields["agreed_price"] = AmountField(
            label=gettext("Agreed price for one (optional)"), required=False, currency=currency, least=Decimal(0),
            help_text=gettext("Before tax, in %(currency)s. Else the price book's.") % {"currency": currency},
        )  # fmt: skip

    def clean_quantity(self) -> Decimal:
        """A number above nought with at most two places."""
        typed = str(self.cleaned_data["quantity"]).replace(",", "").strip()
        if not _PIECES.fullmatch(typed) or not 0 < Decimal(typed) <= MOST_PIECES:
            raise ValidationError(gettext("Enter a number above 0 with at most two places, such as 1 or 2.5"))
        return Decimal(typed)

    def clean(self) -> dict[str, Any]:
        """What was agreed has a price of its own."""
        said = super().clean() or self.cleaned_data
        if said.get("kind") == PriceKind.OTHER and "agreed_price" in said and said["agreed_price"] is None:
            self.add_error("agreed_price", gettext("Enter the agreed price: the price book has none for this"))
        return said


class OrderForm(forms.Form):
    """A customer's purchase order."""

    widths: ClassVar = {"number": 20, "value": 10}

    number = OneLineField(label=_("Number"), most=40, error_messages={"required": _("Enter the order's number")})
    valid_from = DatePartsField(label=_("Valid from"))
    valid_until = DatePartsField(label=_("Valid until (optional)"), subject=_("Valid until"), required=False)

    def __init__(self, data: Any = None, *, currency: str, **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["value"] = AmountField(
            label=gettext("Value before tax (optional)"), required=False, currency=currency,
            help_text=gettext("In %(currency)s. Without one it has no limit.") % {"currency": currency},
        )  # fmt: skip
        self.order_fields(["number", "value", "valid_from", "valid_until"])

    def clean(self) -> dict[str, Any]:
        """It ends after it starts."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("valid_from"), said.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", gettext("Valid until must be on or after the first day"))
        return said


class ContractFilterForm(forms.Form):
    """What the list of contracts is narrowed to."""

    q = forms.CharField(
        label=_("Reference, customer or council"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any = None, *, states: Iterable[tuple[str, Any]]) -> None:
        super().__init__(data)
        _choose(self, "state", [("", gettext("Any")), *states])
