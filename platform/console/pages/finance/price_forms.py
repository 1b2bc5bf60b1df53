"""Forms of price books and usage readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from billing.choices import PriceKind
from console.pages.finance.money_fields import AmountField, DayField, MonthField, months_over, until_today
from console.pages.finance.setting_fields import BandsField, CountField, OneLineField
from ui.fields import DatePartsField

SINGLE = (PriceKind.SETUP, PriceKind.DEDICATED, PriceKind.TRAINING)
MOST_PRACTITIONERS = 1_000_000


class BookForm(forms.Form):
    """All prices in one currency, from a day on. A book is published whole."""

    widths: ClassVar = {kind.value: 10 for kind in SINGLE}

    name = OneLineField(
        label=_("Name"), most=80, help_text=_("Such as Prices 2027"), error_messages={"required": _("Enter a name")}
    )
    valid_from = DatePartsField(
        label=_("In force from"),
        subject=_("First day"),
        help_text=_("Months that begin on this day or later have the new prices, but for contracts that keep theirs."),
    )

    def __init__(self, data: Any = None, *, currency: str, **given: Any) -> None:
        super().__init__(data, **given)
        self.currency = currency
        self.fields["platform"] = BandsField(
            currency=currency, label=gettext("Platform fee, a year, by population"),
            help_text=gettext("One a line, from 0: from how many people on, and the fee, such as 50,000: 9,000.00"),
            error_messages={"required": gettext_lazy("Enter the platform fee, beginning at 0")},
        )  # fmt: skip
        self.fields["practitioner"] = BandsField(
            currency=currency, label=gettext("Active practitioner, a month"),
            help_text=gettext("One a line, from 0: from how many on, and the price of each, such as 200: 2.60"),
            error_messages={"required": gettext_lazy("Enter the price of a practitioner, beginning at 0")},
        )  # fmt: skip
        for kind in SINGLE:
            self.fields[kind.value] = AmountField(
                currency=currency, label=gettext("%(kind)s (optional)") % {"kind": kind.label}, required=False,
                least=Decimal(0),
            )  # fmt: skip
        self.fields["group_discounts"] = BandsField(
            label=gettext("Off the platform fee for several councils on one contract, in per cent (optional)"),
            required=False, help_text=gettext("One a line: from how many councils on, and the share, such as 3: 5"),
        )  # fmt: skip
        self.fields["note"] = OneLineField(label=gettext("Note (optional)"), most=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Both kinds of bands begin at nought."""
        said = super().clean() or self.cleaned_data
        for kind in ("platform", "practitioner"):
            if said.get(kind) and 0 not in said[kind]:
                self.add_error(kind, gettext("Begin with a line from 0: without one, small councils have no price"))
        return said

    @property
    def prices(self) -> dict[str, Mapping[int, Decimal]]:
        """The prices by kind and band. For a valid form."""
        said = self.cleaned_data
        bands = {kind: said[kind] for kind in ("platform", "practitioner")}
        return bands | {kind.value: {0: said[kind.value]} for kind in SINGLE if said[kind.value] is not None}


class CountForm(forms.Form):
    """A number that was counted, and how."""

    widths: ClassVar = {"count": 10}

    count = CountField(
        label=_("Active practitioners"),
        most=MOST_PRACTITIONERS,
        error_messages={"required": _("Enter how many there were")},
    )
    how = OneLineField(
        label=_("How it was counted"), most=300, help_text=_("A sentence that the council can check. Name nobody."),
        error_messages={"required": _("Say how it was counted")},
    )  # fmt: skip


class ReadingForm(CountForm):
    """A council's number for a month, entered by hand."""

    council_id = forms.TypedChoiceField(
        label=_("Council"), coerce=UUID, empty_value=None,
        error_messages={"required": _("Choose a council"), "invalid_choice": _("Choose a council of the list")},
    )  # fmt: skip
    month = MonthField(
        label=_("Month"),
        error_messages={"required": _("Choose a month"), "invalid_choice": _("Choose a month of the list")},
    )
    counted_on = DayField(label=_("Counted on (optional)"), subject=_("Counted on"), required=False)

    field_order = ("council_id", "month", "count", "how", "counted_on")

    def __init__(self, data: Any = None, *, councils: Iterable[tuple[str, str]], today: date, **given: Any) -> None:
        super().__init__(data, **given)
        until_today(self, "counted_on", today)
        self.fields["council_id"].choices = [("", gettext("Choose a council")), *councils]  # type: ignore[attr-defined]  # a field with choices
        self.fields["month"].offer(months_over(today))  # type: ignore[attr-defined]  # a month's own


class CorrectionForm(CountForm):
    """Another number in the place of one that was wrong. Both are kept."""

    reason = OneLineField(
        label=_("Why the earlier number was wrong"), most=300, error_messages={"required": _("Say why")}
    )
