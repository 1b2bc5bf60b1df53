"""The frame around the console's pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.access_console import RULES
from tenants.context import site
from ui.shell import HelpContact, NavItem, Shell

NAVIGATION: Final = (
    (_("Home"), "console:home"),
    (_("Councils"), "console:councils"),
    (_("New councils"), "console:onboardings"),
    (_("Deployments"), "console:deployments"),
    (_("Releases"), "console:releases"),
    (_("Fleet"), "console:fleet"),
    (_("Health"), "console:health"),
    (_("Finance"), "console:finance"),
    (_("Proposals"), "console:proposals"),
    (_("Operators"), "console:operators"),
    (_("Log"), "console:log"),
)
"""What stands in the main navigation: an operator sees those that their roles permit."""


def console_shell(request: HttpRequest) -> Shell:
    """The frame for this operator, or for someone who has not signed in."""
    here = site()
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated and user.is_verified()
    operator = getattr(request, "operator", None) if signed_in else None
    return Shell(
        council_name=here.name,
        home_url=reverse("console:home"),
        signed_in_name=operator.name if operator else "",
        sign_in_url=reverse("accounts:sign_in"),
        sign_out_url=reverse("accounts:sign_out"),
        help_contact=HelpContact(here.help_contact) if here.help_contact else None,
        nav=_nav(request) if operator else (),
        idle_seconds=settings.SESSION_IDLE_SECONDS,
        warn_seconds=settings.SESSION_WARN_SECONDS,
        extend_url=reverse("accounts:extend") if signed_in else "",
    )


def _nav(request: HttpRequest) -> tuple[NavItem, ...]:
    permissions = request.operator.permissions  # type: ignore[attr-defined]  # set by the console's middleware
    shown = [(str(text), name) for text, name in NAVIGATION if RULES[name].permission in {"", *permissions}]
    items = (NavItem(text, reverse(name)) for text, name in [*shown, (str(_("My sign-in")), "accounts:my_sign_in")])
    return tuple(replace(item, is_current=_is_here(request.path, item.href)) for item in items)


def _is_here(path: str, href: str) -> bool:
    """Whether a page stands under this entry."""
    return path == href or (href != "/" and path.startswith(f"{href}/"))
