"""The forms of the tasks that say who and where a new council is, and how it starts; and the table of all forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.answers import region_problem
from console.hosts import HostsRefused, read_host, read_hosts
from console.pages.furnishing_forms import LookForm, RetentionForm, RolesForm, ServicesForm, WordsForm
from console.pages.task_form import TaskForm
from console.said import pack_held


class StartForm(forms.Form):
    """What a new council is called, to begin with."""

    name = forms.CharField(label=gettext_lazy("Name of the council"), max_length=100)

    def clean_name(self) -> str:
        """One line of text."""
        return one_line(self.cleaned_data["name"])


def one_line(text: str) -> str:
    """The text on one line. Raises ValidationError for what can't be printed."""
    line = " ".join(str(text).split())
    if not line.isprintable():
        raise forms.ValidationError(_("Enter a name of letters that can be printed"))
    return line


class IdentityForm(TaskForm):
    """What the council is called, and at which hosts it answers."""

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield "name", forms.CharField(
            label=_("Name of the council"), max_length=100, initial=self.said.get("name", self.page.name),
            help_text=_("As its people know it, such as Larchfield"),
        )  # fmt: skip
        yield "hosts", forms.CharField(
            label=_("Host names"), initial="\n".join(self.said.get("hosts", ())), max_length=3_000,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
            help_text=_("One a line, the main one first, such as patchwork.example.org. Each has to point here."),
        )  # fmt: skip

    def clean_name(self) -> str:
        """One line of text."""
        return one_line(self.cleaned_data["name"])

    def clean_hosts(self) -> tuple[str, ...]:
        """The names as they are compared."""
        try:
            return read_hosts(self.cleaned_data["hosts"])
        except HostsRefused as refused:
            raise forms.ValidationError(". ".join(refused.sentences)) from refused

    @property
    def value(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "hosts": list(self.cleaned_data["hosts"])}


class PlaceForm(TaskForm):
    """On which deployment, and so in which region."""

    intro = gettext_lazy(
        "A council's data never leaves the region of its deployment. It can't be moved by itself later."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        open_ones = [place for place in self.places if place.is_open and place.is_free]
        yield "deployment", forms.ChoiceField(
            label=_("Deployment"), initial=self.said.get("deployment", ""), widget=forms.RadioSelect,
            choices=[(str(place.id), _("%(name)s: %(region)s") % {"name": place.name, "region": place.region.upper()})
                     for place in open_ones],
            error_messages={"invalid_choice": _("Choose a deployment of the list: that one takes no new council")},
        )  # fmt: skip

    @property
    def item_hints(self) -> Mapping[str, Mapping[str, str]]:
        held = {str(place.id): ", ".join(pack.ref for pack in place.packs) for place in self.places}
        return {
            "deployment": {key: _("Law packs: %(packs)s") % {"packs": packs} for key, packs in held.items() if packs}
        }

    @property
    def value(self) -> dict[str, Any]:
        return {"deployment": self.cleaned_data["deployment"]}


class PackForm(TaskForm):
    """Under which law, in which version."""

    needs = ("place",)
    intro = gettext_lazy("The versions of law packs that this deployment holds. A council follows one country's law.")

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        packs = self.page.place.packs if self.page.place else ()
        yield "checksum", forms.ChoiceField(
            label=_("Law pack"), initial=self.said.get("checksum", ""), widget=forms.RadioSelect,
            choices=[(pack.checksum, f"{pack.title}, {pack.version}") for pack in packs],
            error_messages={"invalid_choice": _("Choose a law pack of the list: this deployment holds no other")},
        )  # fmt: skip

    @property
    def item_hints(self) -> Mapping[str, Mapping[str, str]]:
        packs = self.page.place.packs if self.page.place else ()
        return {
            "checksum": {
                pack.checksum: _("Data is kept in: %(regions)s. %(signed)s") % {
                    "regions": ", ".join(region.upper() for region in pack.regions),
                    "signed": _("Its legal review is signed off.") if pack.is_signed
                    else _("Its legal review is not signed off yet: it has to be before the council goes live."),
                }
                for pack in packs
            }
        }  # fmt: skip

    def clean_checksum(self) -> str:
        """A pack whose residency rule allows the deployment's region."""
        checksum = str(self.cleaned_data["checksum"])
        place = self.page.place
        pack = pack_held(place.said, checksum) if place else None
        if place and pack and (problem := region_problem(pack, place.region)):
            raise forms.ValidationError(problem)
        return checksum

    @property
    def value(self) -> dict[str, Any]:
        place = self.page.place
        pack = pack_held(place.said, self.cleaned_data["checksum"]) if place else None
        assert pack is not None  # noqa: S101  # the field's choices are the packs held
        return {"pack_id": pack.id, "version": pack.version, "checksum": pack.checksum, "title": pack.title}


class AdministratorForm(TaskForm):
    """Who is invited first."""

    intro = gettext_lazy(
        "They get a link to join, choose a password and set up a second factor. They invite everybody else: no "
        "operator has an account in a council."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        yield "email", forms.EmailField(
            label=_("Work e-mail address"), initial=self.said.get("email", ""), max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            help_text=_("Their own, not a shared one, such as ada.jones@council.example"),
        )  # fmt: skip

    @property
    def value(self) -> dict[str, Any]:
        return {"email": str(self.cleaned_data["email"]).lower()}


class TrainingForm(TaskForm):
    """A second council beside it, with made-up people."""

    needs = ("identity",)
    intro = gettext_lazy(
        "A council of its own beside this one, with made-up people, for learning and for showing. It is on the same "
        "deployment and starts with the same answers."
    )

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        hosts = self.page.value("identity").get("hosts", ())
        yield (
            "wanted",
            forms.BooleanField(
                label=_("Make a training council too"), required=False, initial=self.said.get("wanted", True)
            ),
        )
        yield "host", forms.CharField(
            label=_("Its host name"), required=False, max_length=300,
            initial=self.said.get("host") or (f"training.{hosts[0]}" if hosts else ""),
            widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A host of its own, where it is wanted."""
        said = super().clean() or self.cleaned_data
        if said.get("wanted") and "host" in said:
            try:
                said["host"] = read_host(said["host"])
            except HostsRefused as refused:
                self.add_error("host", str(refused))
            else:
                if said["host"] in self.page.value("identity").get("hosts", ()):
                    self.add_error("host", _("Enter a host of its own: this is the council's"))
        return said

    @property
    def value(self) -> dict[str, Any]:
        wanted = bool(self.cleaned_data["wanted"])
        return {"wanted": wanted, "host": self.cleaned_data["host"] if wanted else ""}


FORMS: Final[Mapping[str, type[TaskForm]]] = {
    "identity": IdentityForm,
    "place": PlaceForm,
    "pack": PackForm,
    "services": ServicesForm,
    "roles": RolesForm,
    "words": WordsForm,
    "look": LookForm,
    "retention": RetentionForm,
    "administrator": AdministratorForm,
    "training": TrainingForm,
}
"""Every task's form but the agencies', which are a list."""
