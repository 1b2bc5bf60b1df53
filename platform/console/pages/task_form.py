"""What the forms of a new council's tasks have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from console.answers import Place
from console.queries.onboarding import OnboardingPage
from console.said import HeldType


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together under a title; folded unless something in it is filled or at fault."""

    title: str
    is_open: bool
    fields: tuple[BoundField, ...]


class TaskForm(forms.Form):
    """The common part: the version that the operator has before them, and what was answered so far."""

    intro: ClassVar[Any] = ""
    needs: ClassVar[tuple[str, ...]] = ()

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, page: OnboardingPage, slug: str, places: tuple[Place, ...] = ()) -> None:
        super().__init__(data, initial={"version": page.version})
        self.page, self.places, self.said = page, places, page.value(slug)
        for name, field in self.own_fields():
            self.fields[name] = field

    def own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        """The task's fields by name, with what was answered as their start."""
        raise NotImplementedError

    @property
    def value(self) -> dict[str, Any]:
        """The answer as it is kept. For a valid form."""
        raise NotImplementedError

    @property
    def groups(self) -> tuple[Group, ...]:
        """The fields in the order of the page."""
        return (Group("", is_open=True, fields=tuple(self[name] for name in self.fields if name != "version")),)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What stands above the boxes, as a list."""
        return ()

    @property
    def item_hints(self) -> Mapping[str, Mapping[str, str]]:
        """Hints by field and by the value of an option."""
        return {}

    @property
    def types(self) -> tuple[HeldType, ...]:
        """The service types of the deployment, as the chosen law pack's country knows them."""
        place = self.page.place
        return place.types(str(self.page.value("pack").get("pack_id", ""))) if place else ()
