"""What is said when support access or an offered release can't be decided as asked."""

from __future__ import annotations


class NotHere(LookupError):
    """There is no such request and no such offer in this council."""


class DecidedAlready(Exception):
    """Somebody answered this already, or it is over."""


class NotAdoptable(Exception):
    """This release can't be adopted here now; the sentence says why."""


class NotGrantable(Exception):
    """This request can't be granted now; the sentence says why."""
