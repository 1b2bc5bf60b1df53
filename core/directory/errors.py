"""What can go wrong with agencies and cards: a sentence each."""


class CardNotFound(LookupError):
    """There is no such contact card, or it is not for this viewer: the two look the same."""


class CardChanged(ValueError):
    """Someone changed this card since it was opened. Look at both, then save again."""


class NotYourCard(PermissionError):
    """A contact card is kept by the person it is about."""
