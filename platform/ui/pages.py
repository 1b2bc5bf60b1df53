"""The look's own pages: the gallery of components, councils' theme sheets, and error pages."""

from collections.abc import Mapping
from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from ui.errors import error_words
from ui.gallery import gallery_context
from ui.theme import Theme, stylesheet

A_YEAR = 365 * 24 * 60 * 60


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component, with made-up people. It reads no data, so anyone may see it."""
    return HttpResponse(render_to_string("ui/gallery.html", gallery_context(), request=request, using="jinja2"))


@require_safe
def theme_sheet(request: HttpRequest, digest: str, *, themes: Mapping[str, Theme]) -> HttpResponse:
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


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """A plain page for an error, rendered without the request, so nothing adds a query: the database may be gone."""
    del request
    words = asdict(error_words(status))
    return HttpResponse(render_to_string("ui/error.html", words, using="jinja2"), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    del exception
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    del exception
    return error_page(request, 403)


def forbidden_by_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The view named by CSRF_FAILURE_VIEW; the reason is for logs, not for the page."""
    del reason
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    del exception
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return error_page(request, 500)
