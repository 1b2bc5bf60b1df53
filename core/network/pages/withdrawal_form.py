"""The form on which a yes is taken back: two answers, and an agency where one is meant."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from core.consent.wording import Consenter
from core.network.choices import WithdrawalScope
from core.network.queries.withdraw import LineToTakeBack, WithdrawalPage

_LINE: Final = "line-"


class WithdrawalForm(forms.Form):
    """Who said it, and what they take back. A line that is not offered any more is answered with a sentence."""

    def __init__(self, *args: Any, page: WithdrawalPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.no_longer_there = _("This is not shown any more: somebody may have recorded it already. Choose again.")
        self.fields["said_by"] = forms.ChoiceField(
            label=_("Who said it?"),
            choices=list(page.who),
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose who said it")},
        )
        self.fields["what"] = forms.ChoiceField(
            label=_("What do they take back?"),
            choices=[
                *((f"{_LINE}{line.id}", _named(line)) for line in page.lines),
                (WithdrawalScope.AGENCY, _("One agency should see nothing any more")),
                (WithdrawalScope.EVERYTHING, _("Everything")),
            ],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose what they take back"), "invalid_choice": self.no_longer_there},
        )
        self.fields["agency"] = forms.ChoiceField(
            label=_("Which agency?"),
            help_text=_("Only where one agency should see nothing any more."),
            choices=[("", _("Choose an agency")), *((str(one.id), one.name) for one in page.agencies)],
            required=False,
            error_messages={"invalid_choice": _("Choose an agency of the list")},
        )

    def clean(self) -> dict[str, Any]:
        """An agency is needed where one is meant, and read only there."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("what") == WithdrawalScope.AGENCY and not cleaned.get("agency") and "agency" not in self.errors:
            self.add_error("agency", _("Choose which agency should see nothing any more"))
        return cleaned

    @property
    def consenter(self) -> Consenter:
        """Who said it."""
        return Consenter(self.cleaned_data["said_by"])

    @property
    def scope(self) -> WithdrawalScope:
        """What it is about."""
        what = self.cleaned_data["what"]
        return WithdrawalScope.LINE if what.startswith(_LINE) else WithdrawalScope(what)

    @property
    def line_id(self) -> UUID | None:
        """The line, where it is about one."""
        what = self.cleaned_data["what"]
        return UUID(what.removeprefix(_LINE)) if what.startswith(_LINE) else None

    @property
    def agency_id(self) -> UUID | None:
        """The agency, where it is about one."""
        return UUID(self.cleaned_data["agency"]) if self.scope is WithdrawalScope.AGENCY else None


def _named(line: LineToTakeBack) -> str:
    if line.is_own:
        return _("My own line: %(service)s") % {"service": line.service}
    words = {"name": line.name, "role": line.role, "agency": line.agency}
    return _("%(name)s, %(role)s, %(agency)s") % words
