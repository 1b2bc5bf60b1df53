"""What is said when a request can't be taken in or answered so. What may not be seen is not there."""


class RequestNotFound(LookupError):
    """There is no such request here."""


class RecordNotFound(LookupError):
    """There is no such thing to record here, or it is about somebody you cannot see."""


class HoldNotFound(LookupError):
    """There is no such hold here."""


class NotPossible(Exception):
    """This can't be done with this request now. `sentence` is what the person is told; `slug` is for the record."""

    slug = "not_possible"
    sentence = "This cannot be done."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class NotAllowed(NotPossible):
    slug = "not_allowed"
    sentence = "You cannot take requests in: your clearance or your agency's sharing agreement has run out."


class AlreadyAnswered(NotPossible):
    slug = "already_answered"
    sentence = "This request has been answered already."


class TooLateToExtend(NotPossible):
    slug = "too_late_to_extend"
    sentence = "More time can be taken only before the answer is due, and as often as the law allows."


class ClockNotRunning(NotPossible):
    slug = "clock_not_running"
    sentence = "The clock of this request is not running yet, so there is nothing to extend."


class AskThePersonFirst(NotPossible):
    slug = "ask_the_person_first"
    sentence = "Somebody else asks: record what the person says about it first."


class ProveIdentityFirst(NotPossible):
    slug = "prove_identity_first"
    sentence = "Record first how you know who asks."


class ReasonNeeded(NotPossible):
    slug = "reason_needed"
    sentence = "Say why it was not given or done in full."


class DateOutOfOrder(NotPossible):
    slug = "date_out_of_order"
    sentence = "This cannot have been before the request came, or in the future."


class RequestChanged(NotPossible):
    slug = "request_changed"
    sentence = "Somebody else changed this request while you had it open. It is shown as it stands now."


class AlreadyHeld(NotPossible):
    slug = "already_held"
    sentence = "Deletion is held for this reason already."


class ShieldedFromOthers(NotPossible):
    slug = "shielded_from_others"
    sentence = "This person is protected: nothing is given to anybody but them. Refuse the request, with its reason."
