"""The forms of the tasks that say how a new council is furnished: what a template can fill too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.pages.task_form import Group, TaskForm
from console.said import HeldType, group_label, pack_held
from ui.theme import PATCHWORK, InvalidColour, Theme, contrast_problems, theme_from

LONGEST_CONTACT: Final = 200
CONVERSATION: Final = "conversation.name"
MOST_TITLES: Final = 20
LONGEST_TITLE: Final = 80


class ServicesForm(TaskForm):
    """Which service types of the catalogue the council offers."""

    needs = ("place", "pack")
    intro = gettext_lazy(
        "What agencies can offer in this council. A line of a sensitive type is shown to named agencies alone."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        chosen = self.said.get("codes", ())
        for group, types in self._grouped().items():
            yield f"all_{group}", forms.BooleanField(
                label=_("All of “%(group)s”") % {"group": group_label(group)}, required=False,
                initial=all(one.code in chosen for one in types),
            )  # fmt: skip
            yield f"group_{group}", forms.MultipleChoiceField(
                label=group_label(group), choices=[(one.code, one.label) for one in types], required=False,
                initial=[one.code for one in types if one.code in chosen], widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    def _grouped(self) -> dict[str, list[HeldType]]:
        grouped: dict[str, list[HeldType]] = {}
        for one in self.types:
            grouped.setdefault(one.group, []).append(one)
        return grouped

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(
            Group(
                group_label(group),
                is_open=bool(self[f"group_{group}"].value()),
                fields=(self[f"all_{group}"], self[f"group_{group}"]),
            )
            for group in self._grouped()
        )

    @property
    def item_hints(self) -> Mapping[str, Mapping[str, str]]:
        hints = {one.code: _("Sensitive: %(class)s") % {"class": one.sensitivity.replace("_", " ")}
                 for one in self.types if one.is_sensitive}  # fmt: skip
        return {f"group_{group}": hints for group in self._grouped()}

    def clean(self) -> dict[str, Any]:
        """At least one."""
        said = super().clean() or self.cleaned_data
        if not self.errors and not self._codes():
            self.add_error(None, _("Choose at least one service type"))
        return said

    def _codes(self) -> list[str]:
        """A group ticked whole before is not whole any more once one of it was unticked: the single ticks count."""
        codes: list[str] = []
        for group, types in self._grouped().items():
            single = self.cleaned_data.get(f"group_{group}", [])
            was_whole = bool(self.fields[f"all_{group}"].initial)
            whole = self.cleaned_data.get(f"all_{group}") and not (was_whole and single)
            codes.extend(one.code for one in types if whole or one.code in single)
        return codes

    @property
    def value(self) -> dict[str, Any]:
        return {"codes": self._codes()}


class RolesForm(TaskForm):
    """What the people are called who hold these services."""

    needs = ("services",)
    intro = gettext_lazy(
        "Job titles that are offered to choose from, by service type, with commas between them. Leave a box empty for "
        "those of the catalogue. What someone may do is decided by their role in Patchwork, which their administrator "
        "gives them, not by their job title."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        roles = self.said.get("roles", {})
        for number, one in enumerate(self._offered()):
            yield f"titles_{number}", forms.CharField(
                label=one.label, required=False, max_length=1_000, initial=", ".join(roles.get(one.code, ()))
            )  # fmt: skip

    def _offered(self) -> list[HeldType]:
        chosen = self.page.value("services").get("codes", ())
        return [one for one in self.types if one.code in chosen]

    @property
    def value(self) -> dict[str, Any]:
        given = {one.code: self._titles(number) for number, one in enumerate(self._offered())}
        return {"roles": {code: titles for code, titles in given.items() if titles}}

    def _titles(self, number: int) -> list[str]:
        parts = (" ".join(part.split()) for part in self.cleaned_data[f"titles_{number}"].split(","))
        return list(dict.fromkeys(part for part in parts if part))

    def clean(self) -> dict[str, Any]:
        """Titles of a title's length."""
        said = super().clean() or self.cleaned_data
        for number, _type in enumerate(self._offered()):
            name = f"titles_{number}"
            if name in self.cleaned_data:
                titles = self._titles(number)
                if len(titles) > MOST_TITLES or any(len(title) > LONGEST_TITLE for title in titles):
                    self.add_error(name, _("Enter at most 20 job titles of at most 80 letters each"))
        return said


class WordsForm(TaskForm):
    """Whom to ask for help, and what the conversation is called."""

    needs = ("pack",)
    intro = gettext_lazy(
        "The law pack brings words for everything. Once the council is there, its own officers can put every text into "
        "their own words in the policy editor."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield "help_contact", forms.CharField(
            label=_("Whom people ask for help"), max_length=LONGEST_CONTACT, initial=self.said.get("help_contact", ""),
            help_text=_("Stands on every page of the council: a team, with an e-mail address or a phone number"),
        )  # fmt: skip
        yield "conversation", forms.CharField(
            label=_("What the conversation about sharing is called"), max_length=100, required=False,
            initial=self.said.get("words", {}).get(CONVERSATION, ""),
            help_text=_("Leave it empty for the law pack's own words"),
        )  # fmt: skip
        if copied := self._copied():
            yield "kept", forms.MultipleChoiceField(
                label=_("Texts in the copied council's own words"), choices=list(copied.items()), required=False,
                initial=list(copied), widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    def _copied(self) -> dict[str, str]:
        """What was copied, where it is of the same law pack: it is said in no other's terms."""
        if self.said.get("pack_id") != self.page.value("pack").get("pack_id"):
            return {}
        return {path: text for path, text in self.said.get("words", {}).items() if path != CONVERSATION}

    @property
    def value(self) -> dict[str, Any]:
        said, copied = self.cleaned_data, self._copied()
        words = {path: copied[path] for path in said.get("kept", ())}
        if conversation := " ".join(said["conversation"].split()):
            words[CONVERSATION] = conversation
        kept = {"words": words, "help_contact": " ".join(said["help_contact"].split())}
        return {**kept, "pack_id": self.said["pack_id"]} if copied else kept


_PARTS: Final = {
    "brand": gettext_lazy("Brand: the band at the top, and headings"),
    "link": gettext_lazy("Links"),
    "link_hover": gettext_lazy("Links under the pointer"),
    "link_visited": gettext_lazy("Links already visited"),
    "surface": gettext_lazy("Surfaces behind boxes"),
    "surface_border": gettext_lazy("Lines around surfaces"),
    "template_background": gettext_lazy("Behind the foot of the page"),
}


class LookForm(TaskForm):
    """The council's colours."""

    intro = gettext_lazy(
        "Each colour as # and six digits. Contrast is checked for every pair that stands together; the focus yellow "
        "stays the same everywhere."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        theme = self.said.get("theme", {})
        for part in fields(Theme):
            yield part.name, forms.CharField(
                label=_PARTS[part.name], initial=theme.get(part.name, getattr(PATCHWORK, part.name)), max_length=20,
                widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Colours that can be told apart."""
        said = super().clean() or self.cleaned_data
        good: dict[str, str] = {}
        for part in fields(Theme):
            typed = str(said.get(part.name, "")).strip().lower()
            try:
                theme_from({part.name: typed})
            except InvalidColour:
                if part.name in said:
                    self.add_error(part.name, _("Enter # and six digits, such as #12565a"))
            else:
                good[part.name] = typed
        if not self.errors:
            for problem in contrast_problems(theme_from(good)):
                self.add_error(None, problem)
            said.update(good)
        return said

    @property
    def value(self) -> dict[str, Any]:
        said = {part.name: str(self.cleaned_data[part.name]) for part in fields(Theme)}
        return {"theme": {name: colour for name, colour in said.items() if colour != getattr(PATCHWORK, name)}}


_PERIODS: Final = {
    "visible_after_end_days": gettext_lazy("A line that has ended is shown for %(number)d days"),
    "closed_client_after_days": gettext_lazy("A record is closed %(number)d days after its last line has ended"),
    "archive_years": gettext_lazy("A closed record is deleted after %(number)d years"),
    "archive_min_age": gettext_lazy("A record is not deleted before its client is %(number)d"),
    "audit_years": gettext_lazy("What was done and seen is kept for %(number)d years after that"),
    "consent_evidence_years": gettext_lazy("Evidence of consent is kept for %(number)d years after that"),
}


class RetentionForm(TaskForm):
    """How long what is kept."""

    needs = ("pack",)
    intro = gettext_lazy(
        "How long records, evidence of consent and the audit are kept is the law pack's, and is the same for every "
        "council under it: a council can't lengthen it, and nothing here shortens it. What a council may shorten is "
        "after how many days a yes is asked anew, in its own policy."
    )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The law pack's periods, as far as the deployment told them."""
        place = self.page.place
        pack = pack_held(place.said, str(self.page.value("pack").get("checksum", ""))) if place else None
        told = pack.periods if pack else ()
        return tuple(str(_PERIODS[name]) % {"number": number} for name, number in told if name in _PERIODS and number)

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield (
            "seen",
            forms.BooleanField(
                label=_("The council knows the law pack's periods"), initial=bool(self.said.get("seen"))
            ),
        )
        if self._copied():
            yield (
                "keeps",
                forms.BooleanField(
                    label=_("Tighten here what the copied council tightened"), required=False, initial=True
                ),
            )

    def _copied(self) -> dict[str, Any]:
        if self.said.get("pack_id") != self.page.value("pack").get("pack_id"):
            return {}
        return dict(self.said.get("tightening", {}))

    @property
    def value(self) -> dict[str, Any]:
        if self.cleaned_data.get("keeps") and (copied := self._copied()):
            return {"seen": True, "tightening": copied, "pack_id": self.said["pack_id"]}
        return {"seen": True}
