"""The forms of sign-in. Every field can be pasted into, and says to a password manager what it is."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_PASSWORD: Final = 1_000


def _password(label: Any, *, autocomplete: str, help_text: Any = "", missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": missing},
    )


def _code(label: Any, help_text: Any, *, longest: int, is_digits: bool) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code" if is_digits else "off", "spellcheck": "false", "autocapitalize": "none"}
    if is_digits:
        attrs["inputmode"] = "numeric"
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=longest,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": _("Enter the code")},
    )


def _email(autocomplete: str = "username") -> forms.CharField:
    return forms.CharField(
        label=_("Work e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}),
        error_messages={"required": _("Enter your work e-mail address")},
    )


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = _email()
    password = _password(_("Password"), autocomplete="current-password", missing=_("Enter your password"))


class CodeForm(forms.Form):
    """The six digits of an authenticator app."""

    code = _code(_("Code"), _("Six digits from your authenticator app"), longest=20, is_digits=True)


class RecoveryCodeForm(forms.Form):
    """One recovery code."""

    code = _code(_("Recovery code"), _("For example, abcd-efgh-jkmn"), longest=40, is_digits=False)


class EmailForm(forms.Form):
    """An address to send a link to."""

    email = _email("email")


class NewPasswordForm(forms.Form):
    """A password chosen for the first time, or after it was forgotten."""

    password = _password(
        _("New password"),
        autocomplete="new-password",
        help_text=_("At least 12 characters. Three or four unrelated words are easy to remember and hard to guess."),
        missing=_("Enter a new password"),
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the present one."""

    present_password = _password(
        _("Present password"), autocomplete="current-password", missing=_("Enter your present password")
    )
    field_order = ("present_password", "password")


class ConfirmForm(forms.Form):
    """Password and code once more, before one's own sign-in is changed."""

    password = _password(_("Password"), autocomplete="current-password", missing=_("Enter your password"))
    code = _code(_("Code"), _("Six digits from your authenticator app, or a recovery code"), longest=40, is_digits=True)


class FactorNameForm(forms.Form):
    """What its owner calls a factor."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("For example, “Work phone”"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter a name")},
    )
