"""What can be wrong with an order: a sentence each, fit for an operator's eyes."""


class OrderRefused(ValueError):
    """The order can't be taken, or is another than the one with its id."""


class NoOrder(LookupError):
    """There is no order with this id."""
