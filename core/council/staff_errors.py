"""What can go wrong when a council admin keeps agencies, people and their sign-in: a sentence each."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext


class StaffError(Exception):
    """Something that the council admin can put right; the message says how."""

    def sentence(self) -> str:
        """What to say."""
        return gettext("This can't be done.")


class PersonNotFound(LookupError):
    """There is no such person or agency in this council."""


class PersonChanged(StaffError):
    """Somebody saved it since it was opened."""

    def sentence(self) -> str:
        return gettext(
            "Somebody else saved this while you had it open. What is saved now is shown beside what you typed."
        )


class AddressInUse(StaffError):
    """The work address is another person's."""

    def sentence(self) -> str:
        return gettext("Someone here has this e-mail address already. Find them in the list, or give another address.")


class WorkAddressMissing(StaffError):
    """Nobody can be invited without an address."""

    def sentence(self) -> str:
        return gettext("Give a work e-mail address first: the invitation goes there.")


class AccountClosed(StaffError):
    """Whoever may not sign in is not invited to."""

    def sentence(self) -> str:
        return gettext("Their account is closed: open it again first.")


class NotYourself(StaffError):
    """Nobody changes what they themselves may do."""

    def sentence(self) -> str:
        return gettext("Nobody changes their own roles or closes their own account: ask another council admin.")


class LastAdministrator(StaffError):
    """A council without an administrator could never get one."""

    def sentence(self) -> str:
        return gettext("This is the only council admin who can sign in. Make somebody else council admin first.")


class ServiceNotTheirs(StaffError):
    """The service belongs to another agency."""

    def sentence(self) -> str:
        return gettext("Choose services of the agency they work for.")


class StillSupporting(StaffError):
    """Lines would be left without their service."""

    def __init__(self, lines: int) -> None:
        super().__init__(lines)
        self.lines = lines

    def sentence(self) -> str:
        return ngettext(
            "They still support %(num)s client for this service: their manager ends that line first.",
            "They still support %(num)s clients for this service: their manager ends those lines first.",
            self.lines,
        ) % {"num": self.lines}


class AgencyNameTaken(StaffError):
    """Two agencies of one name could not be told apart."""

    def sentence(self) -> str:
        return gettext("There is an agency of this name already.")


class ServiceInUse(StaffError):
    """People work in it, or clients are or were supported by it."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label

    def sentence(self) -> str:
        return gettext("People work in %(service)s, or it is on clients' pages: it can't be taken away.") % {
            "service": self.label
        }
