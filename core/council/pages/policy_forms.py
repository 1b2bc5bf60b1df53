"""The policy editor's forms, one for each section: each says what its part of a draft's tightening becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.consent.own_words import words_by_path
from core.consent.pack import STANDARD_CLASS
from core.consent.policy import APPROVALS_BY_TWO, Tightening
from core.consent.policy_checks import LONGEST_TEXT, askable_fields, promises_too_much
from core.consent.wording import FieldSource
from core.council.policy_queries import DraftPage
from core.council.policy_words import approval_label, class_label, route_label
from ui.fields import DatePartsField

_ASKED: Final = frozenset({FieldSource.LIST, FieldSource.TICK, FieldSource.DATE, FieldSource.REFERENCE})


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; one with a title can be folded, and is open where something in it is filled."""

    title: str
    is_open: bool
    fields: tuple[BoundField, ...]


class SectionForm(forms.Form):
    """The common part: the draft's version, and what it says now."""

    intro: ClassVar[Any] = ""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, page: DraftPage) -> None:
        super().__init__(data, initial={"version": page.version})
        self.page, self.pack, self.draft = page, page.pack, page.tightening
        for name, field in self.own_fields():
            self.fields[name] = field

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        """The section's fields by name, with what the draft says as their start."""
        raise NotImplementedError

    @property
    def tightening(self) -> Tightening:
        """The draft's tightening with this section as it was filled in. For a valid form."""
        raise NotImplementedError

    @property
    def groups(self) -> tuple[Group, ...]:
        """The fields in the order of the page."""
        return (Group(title="", is_open=True, fields=tuple(self[name] for name in self.fields if name != "version")),)

    def refuse(self, sentences: tuple[str, ...]) -> None:
        """Show why the whole can't be kept."""
        for sentence in sentences:
            self.add_error(None, sentence)


class RoutesForm(SectionForm):
    """Which routes of the law pack are used."""

    intro = gettext_lazy(
        "Untick a route that this council does not use. Lines that rest on it are then shown to nobody."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        off = self.draft.bases_off
        yield (
            "used",
            forms.MultipleChoiceField(
                label=_("Routes used here"),
                choices=[(code, route_label(self.pack, code)) for code in self._choosable()],
                initial=[code for code in self._choosable() if code not in off],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            ),
        )

    def _choosable(self) -> tuple[str, ...]:
        """All but those that wait for a signature."""
        waiting = {code for code, _label in self.page.unsigned}
        return tuple(basis.code for basis in self.pack.bases if basis.code not in waiting)

    @property
    def tightening(self) -> Tightening:
        used = set(self.cleaned_data["used"])
        waiting = {code for code, _label in self.page.unsigned}
        off = (set(self._choosable()) - used) | waiting
        return replace(
            self.draft, bases_off=frozenset(off), bases_signed=frozenset(self.draft.bases_signed & frozenset(used))
        )


class DaysField(forms.IntegerField):
    """Days, empty for what the law pack gives, and never more."""

    def __init__(self, *, law: int, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            min_value=1,
            max_value=law,
            help_text=ngettext(
                "The law pack gives %(law)d day. Leave it empty to keep that.",
                "The law pack gives %(law)d days. Leave it empty to keep that.",
                law,
            )
            % {"law": law},
            error_messages={
                "invalid": _("Enter a number of days, such as 90"),
                "min_value": _("Enter at least 1 day"),
                "max_value": ngettext(
                    "Enter %(law)d day: the law pack's time can be shortened, not lengthened",
                    "Enter %(law)d days or fewer: the law pack's time can be shortened, not lengthened",
                    law,
                )
                % {"law": law},
            },
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            **kwargs,
        )


class ReviewsForm(SectionForm):
    """After how many days things are looked at again."""

    intro = gettext_lazy("After this many days a line has to be talked about again, or nobody else sees it any more.")
    _wholes: ClassVar = ("standard_consent_days", "sensitive_consent_days", "override_days")

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        pack, draft = self.pack, self.draft
        for number, basis in enumerate(pack.bases):
            yield (
                f"route_{number}",
                DaysField(
                    law=basis.review_days,
                    label=route_label(pack, basis.code),
                    initial=draft.review_days.get(basis.code),
                ),
            )
        yield (
            "standard_consent_days",
            DaysField(law=pack.standard_consent_days, label=_("A yes counts for"), initial=draft.standard_consent_days),
        )
        yield (
            "sensitive_consent_days",
            DaysField(
                law=pack.sensitive.consent_days,
                label=_("A yes for a sensitive service counts for"),
                initial=draft.sensitive_consent_days,
            ),
        )
        yield (
            "override_days",
            DaysField(
                law=pack.sensitive.override_days,
                label=_("A sensitive service shown without a yes is looked at again after"),
                initial=draft.override_days,
            ),
        )

    @property
    def tightening(self) -> Tightening:
        said = self.cleaned_data
        days = {basis.code: said[f"route_{number}"] for number, basis in enumerate(self.pack.bases)}
        return replace(
            self.draft,
            review_days={code: own for code, own in days.items() if own is not None},
            **{name: said[name] for name in self._wholes},
        )


class ServicesForm(SectionForm):
    """Ordinary service types that this council keeps as close as sensitive ones."""

    intro = gettext_lazy(
        "A service kept close is shown only to agencies that the client named. Services that are sensitive in the "
        "catalogue stay so, and are not listed here."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        classes = [("", _("An ordinary service")), *((cls, class_label(cls)) for cls in self.pack.sensitive.classes)]
        for number, one in self._ordinary():
            yield (
                f"type_{number}",
                forms.ChoiceField(
                    label=one.label, choices=classes, initial=self.draft.classes.get(one.code, ""), required=False
                ),
            )

    def _ordinary(self) -> Iterator[tuple[int, Any]]:
        yield from enumerate(one for one in self.page.types if one.sensitivity == STANDARD_CLASS)

    @property
    def tightening(self) -> Tightening:
        said = {one.code: self.cleaned_data[f"type_{number}"] for number, one in self._ordinary()}
        return replace(self.draft, classes={code: cls for code, cls in said.items() if cls})


class EvidenceForm(SectionForm):
    """Evidence that this council asks for beyond the law pack's, by route."""

    intro = gettext_lazy("Tick what else has to be recorded before a line may be shown by that route.")

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        for number, basis in enumerate(self.pack.bases):
            yield (
                f"route_{number}",
                forms.MultipleChoiceField(
                    label=route_label(self.pack, basis.code),
                    choices=list(self._choices(basis)),
                    initial=list(self.draft.more_fields.get(basis.code, ())),
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                ),
            )

    def _choices(self, basis: Any) -> Iterator[tuple[str, str]]:
        chosen = self.draft.more_fields.get(basis.code, ())
        for slug in askable_fields(self.pack, basis):
            field = self.pack.wording.fields[slug]
            if field.source in _ASKED or slug in chosen:
                yield slug, field.label

    @property
    def groups(self) -> tuple[Group, ...]:
        bound = [self[name] for name in self.fields if name != "version"]
        return tuple(Group(str(one.label), bool(one.value()), (one,)) for one in bound)

    @property
    def tightening(self) -> Tightening:
        said = {b.code: tuple(self.cleaned_data[f"route_{number}"]) for number, b in enumerate(self.pack.bases)}
        return replace(self.draft, more_fields={code: slugs for code, slugs in said.items() if slugs})


class SightForm(SectionForm):
    """What people who are not named learn of a sensitive service."""

    intro = gettext_lazy(
        "Where the law pack lets others know that a service is there which can't be shown, you can keep even that back."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        sensitive = self.pack.sensitive
        yield (
            "hides_masked",
            forms.BooleanField(
                label=_("Never tell others that a sensitive service is there"),
                initial=self.draft.hides_masked,
                required=False,
            ),
        )
        yield (
            "hidden_always",
            forms.MultipleChoiceField(
                label=_("Or never for these classes"),
                choices=[(cls, class_label(cls)) for cls in sensitive.classes if cls not in sensitive.hidden_always],
                initial=sorted(self.draft.hidden_always),
                widget=forms.CheckboxSelectMultiple,
                required=False,
            ),
        )

    @property
    def tightening(self) -> Tightening:
        said = self.cleaned_data
        return replace(self.draft, hides_masked=said["hides_masked"], hidden_always=frozenset(said["hidden_always"]))


class WordsForm(SectionForm):
    """What the council says in its own words."""

    intro = gettext_lazy(
        "Leave a box empty to keep the law pack's words, which stand above it. Words never say “confidential” without "
        "the limits, never “anonymous”, and never promise that nobody will be told."
    )
    _titles: ClassVar[Mapping[str, Any]] = {
        "conversation": gettext_lazy("The conversation"),
        "wording.route": gettext_lazy("Routes"),
        "wording.fact": gettext_lazy("Facts that are ticked"),
        "wording.field": gettext_lazy("Evidence"),
    }

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        texts = words_by_path(self.pack)
        for number, (path, theirs) in enumerate(texts.items()):
            yield (
                f"words_{number}",
                forms.CharField(
                    label=theirs or _("Nothing so far"),
                    help_text=_explains(path, texts),
                    initial=self.draft.wording.get(path, ""),
                    required=False,
                    max_length=LONGEST_TEXT,
                    widget=forms.Textarea(attrs={"rows": 2}),
                    validators=[_may_be_said],
                ),
            )

    @property
    def groups(self) -> tuple[Group, ...]:
        found: dict[str, list[BoundField]] = {start: [] for start in self._titles}
        for number, path in enumerate(words_by_path(self.pack)):
            start = next(start for start in found if path.startswith(start))
            found[start].append(self[f"words_{number}"])
        return tuple(
            Group(str(self._titles[start]), start == "conversation" or any(b.value() for b in bound), tuple(bound))
            for start, bound in found.items()
        )

    @property
    def tightening(self) -> Tightening:
        paths = list(words_by_path(self.pack).items())
        said = {
            path: (" ".join(self.cleaned_data[f"words_{number}"].split()), theirs)
            for number, (path, theirs) in enumerate(paths)
        }
        return replace(
            self.draft, wording={path: ours for path, (ours, theirs) in said.items() if ours and ours != theirs}
        )


class ApprovalsForm(SectionForm):
    """What two different people decide."""

    intro = gettext_lazy("Two different people have to approve what is ticked here.")

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield (
            "two_people_for",
            forms.MultipleChoiceField(
                label=_("Decided by two people"),
                choices=[(kind, approval_label(kind)) for kind in APPROVALS_BY_TWO],
                initial=sorted(self.draft.two_people_for),
                widget=forms.CheckboxSelectMultiple,
                required=False,
            ),
        )

    @property
    def tightening(self) -> Tightening:
        return replace(self.draft, two_people_for=frozenset(self.cleaned_data["two_people_for"]))


class FreshnessForm(SectionForm):
    """When a line that nobody confirmed fades."""

    intro = gettext_lazy("A line that its practitioner has not confirmed for this long is shown faded, with its date.")

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield (
            "freshness_days",
            DaysField(
                law=self.pack.freshness_days, label=_("Days until a line fades"), initial=self.draft.freshness_days
            ),
        )

    @property
    def tightening(self) -> Tightening:
        return replace(self.draft, freshness_days=self.cleaned_data["freshness_days"])


FORMS: Final[Mapping[str, type[SectionForm]]] = {
    "routes": RoutesForm,
    "reviews": ReviewsForm,
    "services": ServicesForm,
    "evidence": EvidenceForm,
    "sight": SightForm,
    "words": WordsForm,
    "approvals": ApprovalsForm,
    "freshness": FreshnessForm,
}


class RehearsalForm(forms.Form):
    """From which day on."""

    on = DatePartsField(label=gettext_lazy("From which day?"), not_in_past=True)


class PublishForm(forms.Form):
    """The day on which a policy starts."""

    effective_from = DatePartsField(label=gettext_lazy("Starts on"), not_in_past=True)
    version = forms.IntegerField(widget=forms.HiddenInput)


def _explains(path: str, texts: Mapping[str, str]) -> str:
    """What a text stands beside, for one that would not be understood alone."""
    for ending, beside in ((".help", ".label"), (".hint", ".text")):
        if path.endswith(ending):
            return _("Stands below: %(what)s") % {"what": texts[path.removesuffix(ending) + beside]}
    return ""


def _may_be_said(text: str) -> None:
    if why := promises_too_much(text):
        raise ValidationError(_("These words can't be used: %(why)s") % {"why": why})
