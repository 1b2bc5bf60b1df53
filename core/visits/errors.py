"""What is said when a visit or a contact can't be recorded or changed."""

from __future__ import annotations

from core.visits.models import Visit


class VisitNotFound(LookupError):
    """There is no such visit here, or it is not one you can change."""


class ContactNotFound(LookupError):
    """There is no such contact here, or it is not one you can take back."""


class NotPossible(Exception):
    """It can't be so; the sentence says why."""

    sentence = "That is not possible."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class ContactInFuture(NotPossible):
    sentence = "A contact is something that has happened: choose today or an earlier day. To plan ahead, plan a visit."


class ContactTooLongAgo(NotPossible):
    sentence = "Choose a day within the last year."


class VisitInPast(NotPossible):
    sentence = "Choose today or a day to come. If you have been already, log a contact."


class VisitTooFarAhead(NotPossible):
    sentence = "Choose a day within the next two years."


class VisitEndsBeforeStart(NotPossible):
    sentence = "The visit must end after it starts."


class AlreadyCancelled(NotPossible):
    sentence = "This visit was cancelled already."


class TooLateToUndo(NotPossible):
    sentence = "This can be undone for 10 minutes only."


class VisitChangedMeanwhile(Exception):
    """Someone else changed the visit since the page was opened; `theirs` is how it stands now."""

    def __init__(self, theirs: Visit) -> None:
        super().__init__("Someone else changed this visit while you had it open.")
        self.theirs = theirs
