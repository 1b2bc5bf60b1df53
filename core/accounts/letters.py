"""The words of the mails that sign-in sends, and their way out. No client is ever named in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from core.accounts.models import User
from tenants.context import Site, in_shared, site

MAIL: Final = "mail"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: one line of subject, plain text."""

    subject: str
    text: str


def queue(kind: str, payload: Mapping[str, Any]) -> None:
    """Put something into the outbox."""
    import_string(settings.ACCOUNT_OUTBOX)(kind=kind, payload=payload)


def post(to: str, letter: Letter) -> None:
    """Send `letter` once this unit of work is committed."""
    queue(MAIL, {"to": to, "subject": letter.subject, "text": letter.text})


def tell_of_change(user: User, slug: str) -> None:
    """Tell someone, in the app and by mail, that the way they sign in was changed: it might not have been they."""
    import_string(settings.ACCOUNT_NOTICES)([user.id], slug)
    post(user.email, changed())


def address(path: str) -> str:
    """A path on the present world's host, whole."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{site().host}{port}{path}"


def whom_to_ask(here: Site) -> str:
    """The world's own help, in a few words."""
    if here.help_contact:
        return here.help_contact
    return (
        gettext("an administrator of the console") if in_shared() else gettext("your council's Patchwork administrator")
    )


def invitation(path: str, days: int) -> Letter:
    """To someone who is invited to join."""
    here = site()
    if in_shared():
        subject = gettext("You are invited to operate Patchwork")
        opening = gettext("You are invited to operate Patchwork: its deployments and councils, and never a client.")
    else:
        subject = gettext("You are invited to Patchwork in %(council)s") % {"council": here.name}
        opening = gettext("You are invited to Patchwork, which shows who supports a person and how to reach them.")
    return Letter(
        subject,
        gettext(
            "%(opening)s\n\n"
            "Open this link to choose a password and set up your second factor. You need your phone at hand.\n\n"
            "%(link)s\n\n"
            "The link works once, for %(days)s days. If it does not work any more, ask %(help)s for a new one."
        )
        % {"opening": opening, "link": address(path), "days": days, "help": whom_to_ask(here)},
    )


def password_reset(path: str) -> Letter:
    """To someone who asked to choose a new password."""
    return Letter(
        gettext("Choose a new password for Patchwork"),
        gettext(
            "Someone asked to choose a new password for your sign-in to Patchwork.\n\n"
            "If it was you, open this link within an hour. You will still need your second factor to sign in.\n\n"
            "%(link)s\n\n"
            "If it was not you, do nothing: your password stays as it is."
        )
        % {"link": address(path)},
    )


def changed() -> Letter:
    """To someone whose way of signing in was changed."""
    here = site()
    return Letter(
        gettext("Your sign-in to Patchwork was changed"),
        gettext(
            "The way you sign in to Patchwork was changed just now: your password, an authenticator app, a passkey or "
            "your recovery codes.\n\n"
            "If it was you, there is nothing to do. If it was not, tell %(help)s at once.\n\n"
            "To see what is set up now: %(link)s"
        )
        % {"help": whom_to_ask(here), "link": address("/my-sign-in")},
    )
