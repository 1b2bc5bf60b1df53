"""The frame around every page: what the templates' `shell` holds for this request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from config.shell_console import console_shell
from config.theme import theme_of, theme_url
from core.accounts.choices import Role
from core.consent.packs_in_use import pack_of
from core.notices.queries import unread_count
from tenants.context import CouncilRef, current, in_shared
from tenants.models import Council
from ui import undo
from ui.filters import long_date
from ui.shell import HelpContact, NavItem, Shell

CLIENT_WORK = frozenset({Role.PRACTITIONER, Role.MANAGER, Role.SAFEGUARDING_LEAD, Role.BROKER})
POLICY_WORK = frozenset({Role.IG_OFFICER, Role.COUNCIL_ADMIN})
FINANCE_WORK = frozenset({Role.FINANCE_CONTACT, Role.COUNCIL_ADMIN})


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor. The frame is made when a template first asks for it, and not for a fragment."""
    return {"shell": SimpleLazyObject(lambda: shell_of(request)), "undo_offer": lambda: _undo_offer(request)}


def _undo_offer(request: HttpRequest) -> dict[str, Any] | None:
    """What can be taken back: asked by a whole page alone, since to show it once is to forget it."""
    return undo.take(request.session) if hasattr(request, "session") else None


def shell_of(request: HttpRequest) -> Shell | None:
    """The frame for this viewer, or None on a host without a council. One query, for the unread notices."""
    if in_shared():
        return console_shell(request)
    council = current()
    if council is None:
        return None
    pack = pack_of(council)
    user: Any = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated and user.is_verified()
    has_card = bool(getattr(request, "viewer", None))
    works_with_clients = signed_in and has_card and bool(CLIENT_WORK & frozenset(user.roles))
    theme = theme_of(council)
    return Shell(
        council_name=council.name,
        theme_url=theme_url(council),
        theme_colour=theme.brand,
        home_url=_url("council:home"),
        signed_in_name=_name_of(request) if signed_in else "",
        notice_count=unread_count(user) if signed_in else 0,
        search_url=_url("network:search") if works_with_clients else "",
        suggest_url=_url("network:suggest") if works_with_clients else "",
        sign_in_url=_url("accounts:sign_in"),
        sign_out_url=_url("accounts:sign_out"),
        banner=_banner(council),
        help_contact=_help(council),
        nav=_nav(request, works_with_clients=works_with_clients) if signed_in else (),
        idle_seconds=settings.SESSION_IDLE_SECONDS,
        warn_seconds=settings.SESSION_WARN_SECONDS,
        extend_url=_url("accounts:extend") if signed_in else "",
        shortcuts_on=bool(getattr(user, "shortcuts_on", True)),
        language=pack.locale.language,
        region=pack.jurisdiction.split("-")[0],
    )


def _name_of(request: HttpRequest) -> str:
    viewer = getattr(request, "viewer", None)
    if viewer:
        return str(viewer.name)
    user: Any = request.user
    if user.has_role(Role.SUPPORT):
        return gettext("Support by an operator")
    if user.has_role(Role.IG_OFFICER):
        return gettext("Information governance")
    is_finance = user.has_role(Role.FINANCE_CONTACT) and not user.has_role(Role.COUNCIL_ADMIN)
    return gettext("Finance contact") if is_finance else gettext("Council administrator")


def _banner(council: CouncilRef) -> str:
    """What everyone has to know about a council that is not at work."""
    if council.state == Council.State.SUSPENDED:
        return _suspended(council)
    pack = pack_of(council)
    if council.state != Council.State.TRAINING:
        return ""
    if pack.legal_review == "signed_off":
        return gettext("Demonstration: every person here is invented.")
    words = gettext("Demonstration: every person here is invented. The law pack for %(title)s has not been signed off.")
    return words % {"title": pack.title}


def _suspended(council: CouncilRef) -> str:
    """That nothing can be changed, until when it is here at all, and whom to ring."""
    said = [gettext("This council is read only for now.")]
    if council.leaves_on:
        said.append(
            gettext("It leaves Patchwork: everything here is deleted after %(day)s.")
            % {"day": long_date(council.leaves_on)}
        )
    if council.suspended_contact:
        said.append(gettext("To ask about it: %(contact)s.") % {"contact": council.suspended_contact})
    return " ".join(said)


def _help(council: CouncilRef) -> HelpContact | None:
    if not council.help_contact:
        return None
    is_address = "@" in council.help_contact
    name = gettext("your council admin") if is_address else council.help_contact
    return HelpContact(name, email=council.help_contact if is_address else "")


def _nav(request: HttpRequest, *, works_with_clients: bool) -> tuple[NavItem, ...]:
    entries = [(gettext("My clients") if works_with_clients else gettext("Home"), "council:home", False)]
    if works_with_clients:
        entries += [
            (gettext("Notices"), "council:notices", True),
            (gettext("Colleagues"), "directory:people", False),
            (gettext("My card"), "directory:card", False),
        ]
    if Role.COUNCIL_ADMIN in getattr(request.user, "roles", ()):
        entries += [(gettext("People"), "staff:people", False), (gettext("Agencies"), "staff:agencies", False)]
    if POLICY_WORK & frozenset(getattr(request.user, "roles", ())):
        entries += [
            (gettext("Policy"), "council:policy", False),
            (gettext("Support access"), "council:support", False),
            (gettext("Releases"), "council:offers", False),
        ]
    if Role.SUPPORT in getattr(request.user, "roles", ()):
        return _items(request, [
            *entries,
            (gettext("Policy"), "council:policy", False),
            (gettext("Agencies and service types"), "council:support_agencies", False),
            (gettext("What I opened"), "council:support_log", False),
        ])  # fmt: skip
    entries += _of_roles(request, works_with_clients=works_with_clients)
    entries.append((gettext("My sign-in"), "accounts:my_sign_in", False))
    return _items(request, entries)


def _items(request: HttpRequest, entries: list[tuple[str, str, bool]]) -> tuple[NavItem, ...]:
    items = (NavItem(text, _url(name), shows_notices=shows) for text, name, shows in entries)
    return tuple(replace(item, is_current=request.path == item.href) for item in items if item.href)


def _of_roles(request: HttpRequest, *, works_with_clients: bool) -> list[tuple[str, str, bool]]:
    """What is for some roles alone. A stand-in comes to the approvals from their home page and their notice."""
    user: Any = request.user
    found = []
    if works_with_clients and user.has_role(Role.SAFEGUARDING_LEAD):
        found.append((gettext("Approvals"), "network:approvals", False))
    if works_with_clients and user.has_role(Role.BROKER):
        found.append((gettext("Confidential messages"), "network:broker_queue", False))
    if user.has_role(Role.IG_OFFICER):
        found += [
            (gettext("Requests"), "rights:queue", False),
            (gettext("Shields"), "network:shields", False),
            (gettext("Limited sight"), "network:limited_sights", False),
            (gettext("Known privately"), "network:conflicts", False),
        ]
    if not works_with_clients and (user.has_role(Role.IG_OFFICER) or user.has_role(Role.COUNCIL_ADMIN)):
        found.append((gettext("Notices"), "council:notices", True))
    if user.has_role(Role.IG_OFFICER) or user.has_role(Role.COUNCIL_ADMIN):
        found.append((gettext("Exit copies"), "exchange:exit_copies", False))
    if FINANCE_WORK & frozenset(user.roles):
        found.append((gettext("Contract and invoices"), "council:account", False))
    return found


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
