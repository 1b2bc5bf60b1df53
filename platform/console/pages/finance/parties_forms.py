"""Forms of who bills, who is billed, and whom to write to there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, ClassVar, Final
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.choices import Country, Currency
from billing.queries.journal import ACCOUNTS
from console.pages.finance.setting_fields import CountField, OneLineField
from ui.contact_fields import PhoneField, in_region

SCHEMES: Final = (
    ("", _("None")),
    ("9932", _("9932: UK VAT number")),
    ("0088", _("0088: Global Location Number (GLN)")),
    ("0151", _("0151: Australian Business Number (ABN)")),
)
MOST_STEPS: Final = 6
MOST_DAYS: Final = 365
LONGEST_ACCOUNTS: Final = 1_000
_ACCOUNT: Final = re.compile(r"([a-z_]{2,30})\s*[:=\t ]\s*(\S.{0,29})")
_REQUIRED: Final = {
    "name": _("Enter a name"),
    "legal_name": _("Enter the name as it is registered"),
    "street": _("Enter the street, or a post box"),
    "city": _("Enter the town or city"),
    "postcode": _("Enter the postcode"),
}


def _email(label: Any, missing: Any) -> forms.EmailField:
    return forms.EmailField(
        label=label, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": missing, "invalid": _("Enter an address such as name@council.example")},
    )  # fmt: skip


ADDRESS: Final = ("street", "street_2", "city", "region", "postcode", "country")
EINVOICES: Final = ("endpoint_scheme", "endpoint_id")


class PartyForm(forms.Form):
    """What an invoice must say of a seller or a buyer."""

    name = OneLineField(label=_("Name"), most=120, help_text=_("As it is called on these pages"))
    legal_name = OneLineField(label=_("Registered name"), most=200, help_text=_("As it stands on invoices"))
    street = OneLineField(label=_("Address, first line"), most=120)
    street_2 = OneLineField(label=_("Address, second line (optional)"), most=120, required=False)
    city = OneLineField(label=_("Town or city"), most=80)
    region = OneLineField(
        label=_("County or state (optional)"), most=40, required=False,
        help_text=_("In Australia the state, such as VIC"),
    )  # fmt: skip
    postcode = OneLineField(label=_("Postcode"), most=12)
    country = forms.ChoiceField(
        label=_("Country"), choices=Country.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose the country"), "invalid_choice": _("Choose a country of the list")},
    )  # fmt: skip
    tax_id = OneLineField(
        label=_("VAT number or ABN (optional)"), most=30, required=False,
        help_text=_("GB and nine figures, or an ABN of eleven figures. Its check digits are checked."),
    )  # fmt: skip
    registration = OneLineField(label=_("Company or registration number (optional)"), most=20, required=False)
    endpoint_scheme = forms.ChoiceField(
        label=_("Address for electronic invoices: kind"), choices=SCHEMES, required=False, widget=forms.Select,
    )  # fmt: skip
    endpoint_id = OneLineField(
        label=_("Address for electronic invoices: number"), most=60, required=False,
        help_text=_("Its address in the Peppol network, where it has one"),
    )  # fmt: skip

    def __init__(self, data: Any = None, **given: Any) -> None:
        super().__init__(data, **given)
        for name, sentence in _REQUIRED.items():
            self.fields[name].error_messages["required"] = sentence

    def clean(self) -> dict[str, Any]:
        """An electronic address is both its kind and its number, or neither."""
        said = super().clean() or self.cleaned_data
        if "endpoint_id" in said and bool(said.get("endpoint_scheme")) != bool(said["endpoint_id"]):
            at = "endpoint_id" if said.get("endpoint_scheme") else "endpoint_scheme"
            self.add_error(at, gettext("An address for electronic invoices is a kind and a number: give both, or none"))
        return said


class CustomerForm(PartyForm):
    """Who pays."""

    sections: ClassVar = (
        ("", ("name", "legal_name")),
        (_("Address"), ADDRESS),
        (_("Numbers"), ("tax_id", "registration")),
        (_("On invoices"), ("buyer_reference", "needs_order", "takes_einvoices", *EINVOICES)),
    )
    widths: ClassVar = {"postcode": 10, "tax_id": 20, "registration": 20}

    buyer_reference = OneLineField(
        label=_("Buyer's reference (optional)"), most=60, required=False,
        help_text=_("What the customer wants on every invoice: its cost centre or contact"),
    )  # fmt: skip
    needs_order = forms.BooleanField(
        label=_("No invoice without a purchase order"), required=False,
    )  # fmt: skip
    takes_einvoices = forms.BooleanField(label=_("Wants electronic invoices (Peppol)"), required=False)


class EntityForm(PartyForm):
    """A company of ours that bills. Its code and its currency are chosen once."""

    sections: ClassVar = (
        ("", ("name", "legal_name", "code", "currency")),
        (_("Address"), (*ADDRESS, "time_zone")),
        (_("Numbers"), ("tax_id", "registration", *EINVOICES)),
        (_("For questions"), ("email", "phone")),
        (_("Bank account"), ("account_name", "sort_code", "account_number", "iban")),
        (_("Paying and reminding"), ("payment_days", "reminder_days")),
        (_("Accounting"), ("accounts",)),
    )
    widths: ClassVar = {
        "postcode": 10, "tax_id": 20, "registration": 20, "code": 10, "time_zone": 20, "phone": 20, "sort_code": 10,
        "account_number": 10, "payment_days": 3, "reminder_days": 20,
    }  # fmt: skip

    code = OneLineField(
        label=_("Code"), most=8, help_text=_("Begins every invoice number, such as PWUK. It can't be changed later."),
        error_messages={"required": _("Enter a code of capital letters, such as PWUK")},
    )  # fmt: skip
    currency = forms.ChoiceField(
        label=_("Currency"), choices=Currency.choices, widget=forms.RadioSelect,
        help_text=_("It can't be changed later."),
        error_messages={"required": _("Choose the currency")},
    )  # fmt: skip
    time_zone = OneLineField(
        label=_("Time zone"), most=40, help_text=_("Whose days invoices carry, such as Europe/London"),
        error_messages={"required": _("Enter a time zone, such as Europe/London")},
    )  # fmt: skip
    email = _email(_("E-mail address for questions"), _("Enter an e-mail address for questions about invoices"))
    phone = PhoneField(label=_("Phone number for questions"))
    account_name = OneLineField(
        label=_("Name of the account"), most=70, error_messages={"required": _("Enter the name of the bank account")}
    )
    sort_code = OneLineField(
        label=_("Sort code or BSB"), most=8,
        error_messages={"required": _("Enter the sort code, such as 00-00-00, or the BSB, such as 000-000")},
    )  # fmt: skip
    account_number = OneLineField(
        label=_("Account number"), most=20, error_messages={"required": _("Enter the account number")}
    )
    iban = OneLineField(label=_("IBAN (optional)"), most=42, required=False)
    payment_days = CountField(
        label=_("Days to pay"), least=0, most=MOST_DAYS, help_text=_("Where a contract says nothing else"),
        error_messages={"required": _("Enter how many days customers have to pay")},
    )  # fmt: skip
    reminder_days = forms.CharField(
        label=_("Reminders, days overdue"), max_length=60,
        help_text=_("Such as 7, 21, 45. At the last one finance rings."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter after how many days overdue reminders are sent, such as 7, 21, 45")},
    )  # fmt: skip
    accounts = forms.CharField(
        label=_("Account codes of the ledger (optional)"), required=False, max_length=LONGEST_ACCOUNTS,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One a line, such as bank: 1200. They stand in the journal file for accounting."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, is_new: bool = True, **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["phone"].required = self.fields["tax_id"].required = True
        self.fields["tax_id"].label = _("VAT number or ABN")
        self.fields["tax_id"].error_messages["required"] = _("Enter the VAT number or ABN: no invoice is valid without")
        self.fields["phone"].error_messages["required"] = _("Enter a phone number for questions about invoices")
        in_region(self, str(self["country"].value() or "GB"))
        if not is_new:
            del self.fields["code"], self.fields["currency"]

    def clean_code(self) -> str:
        """Capital letters and figures."""
        code = str(self.cleaned_data["code"]).upper()
        if not re.fullmatch(r"[A-Z][A-Z0-9]{1,5}", code):
            raise ValidationError(gettext("Enter a code of 2 to 6 capital letters and figures, such as PWUK"))
        return code

    def clean_time_zone(self) -> str:
        """A zone that there is."""
        zone = str(self.cleaned_data["time_zone"])
        if zone not in available_timezones():
            raise ValidationError(gettext("There is no such time zone. Enter one such as Europe/London"))
        return zone

    def clean_reminder_days(self) -> list[int]:
        """The steps, each later than the one before."""
        parts = [part for part in re.split(r"[\s,;]+", self.cleaned_data["reminder_days"].strip()) if part]
        days = [int(part) if part.isascii() and part.isdigit() and len(part) <= 3 else -1 for part in parts]
        rises = all(one < after for one, after in pairwise(days))
        if not days or len(days) > MOST_STEPS or min(days) < 1 or max(days) > MOST_DAYS or not rises:
            raise ValidationError(
                gettext("Enter up to six numbers of days, each above the one before, such as 7, 21, 45")
            )
        return days

    def clean_accounts(self) -> dict[str, str]:
        """The codes by name."""
        found: dict[str, str] = {}
        lines = [line.strip() for line in self.cleaned_data["accounts"].splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            parts = _ACCOUNT.fullmatch(line)
            if parts is None or parts[1] in found:
                said = {"number": number}
                raise ValidationError(
                    gettext("Line %(number)d: write a name once, a colon and its code, such as bank: 1200") % said
                )
            if parts[1] not in ACCOUNTS:
                listed = {"number": number, "names": ", ".join(ACCOUNTS)}
                raise ValidationError(gettext("Line %(number)d: the accounts are called %(names)s") % listed)
            found[parts[1]] = parts[2].strip()
        return found


class ContactForm(forms.Form):
    """Someone at a customer's to write to or to ring about money."""

    widths: ClassVar = {"phone": 20}

    name = OneLineField(label=_("Name"), most=120, error_messages={"required": _("Enter their name, or their office")})
    email = _email(_("E-mail address"), _("Enter their e-mail address"))
    phone = PhoneField(label=_("Phone number (optional)"))
    gets_invoices = forms.BooleanField(label=_("Gets invoices and statements"), required=False)
    gets_reminders = forms.BooleanField(label=_("Gets reminders"), required=False)

    def __init__(self, data: Any = None, *, country: str = "GB", **given: Any) -> None:
        super().__init__(data, **given)
        in_region(self, country)


class CustomerFilterForm(forms.Form):
    """What the list of customers is narrowed to."""

    q = forms.CharField(
        label=_("Name, town, VAT number or ABN"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


def accounts_text(accounts: dict[str, str]) -> str:
    """Account codes as they are typed, one a line."""
    return "\n".join(f"{name}: {code}" for name, code in sorted(accounts.items()))


def days_text(days: Iterable[int]) -> str:
    """The steps of reminding as they are typed."""
    return ", ".join(str(day) for day in days)
