"""The Jinja environment of our own pages: GOV.UK's macros, our filters, and nothing that decides.

Named in the settings as the Jinja2 backend's "environment". Third-party pages stay with Django's own engine.
"""

from collections.abc import Callable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader

from ui import filters
from ui.errors import error_words
from ui.forms import error_summary, field
from ui.network_picture import network_picture

GOVUK_MACROS = "govuk_frontend_jinja"


def url(view_name: str, /, *args: object, **kwargs: object) -> str:
    """The address of a named page: `url("network:show", client.id)`."""
    return reverse(view_name, args=args or None, kwargs=kwargs or None)


PAGE_FILTERS: dict[str, Callable[..., Any]] = {
    "age": filters.age,
    "ago": filters.ago,
    "long_date": filters.long_date,
    "month_name": filters.month_name,
    "nhs_number": filters.nhs_number,
    "phone": filters.phone,
    "phone_href": filters.phone_href,
    "short_date": filters.short_date,
    "time_of_day": filters.time_of_day,
    "when": filters.when,
}

PAGE_GLOBALS: dict[str, Any] = {
    "error_summary": error_summary,
    "error_words": error_words,
    "field": field,
    "get_language": get_language,
    "network_picture": network_picture,
    "static": static,
    "url": url,
}


def environment(**options: Any) -> Environment:
    """Build the environment from the backend's options.

    Undefined values are always chainable: GOV.UK's macros read optional parameters of optional parameters, and under
    Django's own choice for debugging they print wrong HTML.
    """
    options["undefined"] = ChainableUndefined
    govuk = PrefixLoader({GOVUK_MACROS: PackageLoader(GOVUK_MACROS)})
    loaders = [options["loader"], govuk] if options.get("loader") is not None else [govuk]
    options["loader"] = ChoiceLoader(loaders)
    options.setdefault("autoescape", True)
    made = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 -- autoescape is on, in the line above
    made.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]  # added by the i18n extension
    made.globals.update(PAGE_GLOBALS)
    made.filters.update(PAGE_FILTERS)
    return made
