"""What can go wrong when someone signs in or changes how they do: a sentence each."""

from __future__ import annotations


class AccountError(Exception):
    """Something about an account that a person can put right."""


class SignInRefused(AccountError):
    """The address, the password or the code was not right. Which one is never said."""


class TooManyTries(AccountError):
    """Tried too often: the next try has to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__("There were too many tries.")
        self.seconds = seconds


class LinkNotUsable(AccountError):
    """An invitation or reset link that is unknown, used or too old. The three look the same."""


class AlreadyHasAccount(AccountError):
    """The address belongs to someone who can sign in already."""


class CodeNotRight(AccountError):
    """The code of an authenticator app was not right, or had been used."""


class LastFactor(AccountError):
    """Removing it would leave no second factor."""


class NotFound(AccountError):
    """Not there, or not this person's: the two look the same."""
