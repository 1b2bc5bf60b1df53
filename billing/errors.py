"""What can go wrong, a sentence each that says what to do."""

from __future__ import annotations


class BillingError(Exception):
    """Something that can't be done; its text is a sentence for whoever asked."""


class NotThere(BillingError):
    """Nothing of that kind has this id."""


class NotPossible(BillingError):
    """It can't be done as things stand."""


class ChangedMeanwhile(BillingError):
    """Someone else was first, or what it rests on has changed."""


class BadValue(BillingError):
    """A value that can't be. `field` names the form's field it stands in."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class NoPrice(NotPossible):
    """No price book in force has a price for it."""


class NoReading(NotPossible):
    """A month's usage has not been counted yet. `councils` are the names of those it is missing for."""

    def __init__(self, sentence: str, councils: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.councils = councils
