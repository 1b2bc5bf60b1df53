"""The present council's colours, and the address of its theme sheet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tenants.context import CouncilRef, require_current
from ui.pages import theme_stylesheet
from ui.theme import Theme, theme_from, theme_hash


def theme_of(council: CouncilRef) -> Theme:
    """A council's theme: the product's, with what the council chose in its place."""
    return theme_from(dict(council.theme))


def theme_url(council: CouncilRef) -> str:
    """The address of a council's theme sheet: it changes with its content."""
    return reverse("theme", args=[theme_hash(theme_of(council))])


def stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """The present council's theme sheet, under its own fingerprint alone."""
    theme = theme_of(require_current())
    return theme_stylesheet(request, digest, themes={theme_hash(theme): theme})
