"""Answers that several pages of sign-in give."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from core.accounts.errors import TooManyTries
from core.accounts.letters import whom_to_ask
from tenants.context import site


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of sign-in, which always says whom to ask."""
    return render(request, template, {"help": whom_to_ask(site()), **context}, status=status)


def form_page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    """A form that was not right: its errors, and what was typed."""
    return page(request, template, status=422, form=form, **context)


def slow_down(
    request: HttpRequest, template: str, form: forms.Form, error: TooManyTries, **context: Any
) -> HttpResponse:
    """A form that was sent too often."""
    form.add_error(
        None, gettext("There were too many tries. Wait %(time)s, then try again.") % {"time": how_long(error.seconds)}
    )
    response = page(request, template, status=429, form=form, **context)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def how_long(seconds: int) -> str:
    """A time to wait, in words."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def demo_hint() -> str:
    """Where a demonstration's people find their codes; empty in every other installation."""
    if not settings.SHOWS_CODES:
        return ""
    return gettext("This is a demonstration. The window that runs “make demo” says who can sign in.")


def demo_code(code: str) -> str:
    """The present code, in words, for a demonstration's people, who have no phone; empty everywhere else."""
    return gettext("This is a demonstration: the code now is %(code)s.") % {"code": code} if code else ""
