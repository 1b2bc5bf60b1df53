"""What is said when a council's own policy can't be applied, changed or put in force."""

from __future__ import annotations

from collections.abc import Iterable


class PolicyUnusable(Exception):
    """This council's policy can't be applied as it was signed, and so nothing may be decided by it."""


class PolicyNotFound(LookupError):
    """There is no such policy, or no such draft of one, here."""


class PolicyRefused(Exception):
    """This can't be done with a policy. `sentence` is what they are told; `slug` is for the record."""

    slug = "not_permitted"
    sentence = "You cannot do that."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class DraftChanged(PolicyRefused):
    slug = "draft_changed"
    sentence = "Someone else changed this draft in the meantime."


class DraftInTheWay(PolicyRefused):
    slug = "draft_in_the_way"
    sentence = "A policy is being prepared already. Publish that draft or throw it away first, then adopt this."


class LoosensTheLaw(PolicyRefused):
    """What was asked for is not a tightening; `sentences` says why, one for each thing."""

    slug = "loosens_the_law"

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


class OnlyTheOfficerSigns(PolicyRefused):
    slug = "only_the_officer_signs"
    sentence = "Only the information-governance officer can sign a route that the law keeps off until then."


class DayHasPassed(PolicyRefused):
    slug = "day_has_passed"
    sentence = "A policy starts today or on a later day: choose one."


class DayIsTaken(PolicyRefused):
    slug = "day_is_taken"
    sentence = "Another policy starts on that day already. Choose another day, or cancel that one before its day."


class NotRehearsed(PolicyRefused):
    slug = "not_rehearsed"
    sentence = "Rehearse this draft first, to see what it would change for whom. Then publish it."


class PackNotSignedOff(PolicyRefused):
    slug = "pack_not_signed_off"
    sentence = (
        "The law pack has not been signed off as its file stands, so a live council can't publish a policy on it. "
        "Ask Patchwork's operator."
    )


class InForceAlready(PolicyRefused):
    slug = "in_force_already"
    sentence = "This policy has started, so it can't be cancelled. Prepare a new one to change it."


class CancelledAlready(PolicyRefused):
    slug = "cancelled_already"
    sentence = "This policy was cancelled already."


class MaterialNotFound(LookupError):
    """No words, cards or leaflet of this code were ever shown here."""
