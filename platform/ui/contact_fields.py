"""Form fields for what people type of themselves and of others at work: names, titles, phone numbers."""

from __future__ import annotations

import re
from typing import Any, Final

import phonenumbers
from django import forms
from django.utils.translation import gettext

UNSEEN: Final = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def required(sentence: Any) -> dict[str, Any]:
    """The sentence for a field that was left empty."""
    return {"required": sentence}


def seen_text(text: str) -> str:
    """`text` without characters that can't be seen, and with single spaces."""
    return " ".join(UNSEEN.sub("", text).split())


class PhoneField(forms.CharField):
    """A phone number as people write it in this council's country; kept in E.164."""

    def __init__(self, *, region: str = "GB", **kwargs: Any) -> None:
        self.region = region
        super().__init__(
            required=False, max_length=40, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        """The number in E.164, or nothing. Raises ValidationError with what to do."""
        text = str(super().clean(value)).strip()
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(gettext("This is not a phone number: check the digits, or leave it empty."))
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def in_region(form: forms.Form, region: str) -> None:
    """Have every phone field of `form` read numbers as they are written in `region` (ISO 3166)."""
    for field in form.fields.values():
        if isinstance(field, PhoneField):
            field.region = region
