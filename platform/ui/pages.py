"""The look's own pages: the gallery of components, and the councils' theme sheets."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from ui.gallery import gallery_context
from ui.theme import PATCHWORK, Theme, stylesheet, theme_hash

A_YEAR = 365 * 24 * 60 * 60

OWN_THEMES: Mapping[str, Theme] = {theme_hash(PATCHWORK): PATCHWORK}
"""What can be served before any council has chosen colours."""


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component, with made-up people. It reads no data, so anyone may see it."""
    return HttpResponse(render_to_string("ui/gallery.html", gallery_context(), request=request, using="jinja2"))


@require_safe
def theme_stylesheet(request: HttpRequest, digest: str, themes: Mapping[str, Theme] = OWN_THEMES) -> HttpResponse:
    """The style sheet named by its fingerprint, from a mapping of fingerprints to themes; 404 for any other.

    Its name changes with its content, so a browser may keep it.
    """
    del request
    theme = themes.get(digest)
    if theme is None:
        raise Http404
    response = HttpResponse(stylesheet(theme), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response
