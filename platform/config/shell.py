"""The frame around every page of a council's host: its name and colours, where one can go, what one was told."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import phonenumbers
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.theme import theme_of, theme_url
from core.accounts.choices import Role
from core.accounts.doors import is_verified
from core.accounts.models import User
from core.consent.pack import LegalReview
from core.consent.packs_in_use import pack_of
from core.notices.queries import unread_count
from tenants.context import CouncilRef, current
from tenants.models import Council
from ui import undo
from ui.shell import HelpContact, NavItem, Shell

WARN_SECONDS: Final = 120

PLACES: Final = (
    ("council:home", gettext_lazy("My clients")),
    ("directory:people", gettext_lazy("People and agencies")),
    ("council:notices", gettext_lazy("Notices")),
    ("directory:card", gettext_lazy("My card")),
    ("accounts:my_sign_in", gettext_lazy("My sign-in")),
)
CLIENT_ROLES: Final = frozenset(
    role.value for role in (Role.PRACTITIONER, Role.MANAGER, Role.SAFEGUARDING_LEAD, Role.BROKER)
)
FOR_EVERYONE: Final = frozenset({"council:home", "accounts:my_sign_in"})


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame prints. Asks the database only for the number of unread notices, of someone signed in."""
    council = current()
    if council is None:
        return {}
    user = getattr(request, "user", None)
    signed_in = user if isinstance(user, User) and is_verified(request) else None
    return {
        "shell": _frame(request, council, signed_in),
        "messages": messages.get_messages(request) if hasattr(request, "_messages") else (),
        "undo_offer": partial(undo.take, request.session) if hasattr(request, "session") else lambda: None,
    }


def _frame(request: HttpRequest, council: CouncilRef, user: User | None) -> Shell:
    pack = pack_of(council)
    common: dict[str, Any] = {
        "council_name": council.name,
        "theme_url": theme_url(council),
        "theme_colour": theme_of(council).brand,
        "banner": _banner(council),
        "help_contact": _help(council),
        "sign_in_url": address("accounts:sign_in"),
        "language": pack.locale.language,
        "region": phonenumbers.region_code_for_country_code(int(pack.locale.phone_country.lstrip("+"))),
    }
    if user is None:
        return Shell(**common)
    viewer = getattr(request, "viewer", None)
    is_practitioner = bool(viewer)
    sees_clients = is_practitioner and bool(CLIENT_ROLES & set(user.roles))
    return Shell(
        **common,
        home_url=address("council:home") or "/",
        signed_in_name=viewer.name if viewer else user.email,
        notice_count=unread_count(user) if is_practitioner else 0,
        search_url=address("network:search") if sees_clients else "",
        sign_out_url=address("accounts:sign_out"),
        nav=_nav(request, is_practitioner=is_practitioner),
        idle_seconds=settings.SESSION_IDLE_SECONDS,
        warn_seconds=WARN_SECONDS,
        extend_url=address("accounts:extend"),
        shortcuts_on=user.shortcuts_on,
    )


def _nav(request: HttpRequest, *, is_practitioner: bool) -> tuple[NavItem, ...]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    return tuple(
        NavItem(str(text), href, is_current=here == name, shows_notices=name == "council:notices")
        for name, text in PLACES
        if (is_practitioner or name in FOR_EVERYONE) and (href := address(name))
    )


def _banner(council: CouncilRef) -> str:
    pack = pack_of(council)
    if council.state != Council.State.TRAINING or pack.legal_review is LegalReview.SIGNED_OFF:
        return ""
    return _("Demonstration: invented people. The law pack %(pack)s is unsigned.") % {"pack": pack.ref}


def _help(council: CouncilRef) -> HelpContact | None:
    if not council.help_contact:
        return None
    return HelpContact(_("your council admin"), email=council.help_contact if "@" in council.help_contact else "")


def address(name: str) -> str:
    """The address of a page, or nothing where this installation does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
