"""What the console refuses: a sentence each, fit for an operator's eyes."""


class ConsoleRefused(Exception):
    """Something the console will not do. Its text is the sentence shown."""


class NotPermitted(ConsoleRefused):
    """This operator's roles do not allow it, or it takes another operator."""


class NotThere(ConsoleRefused):
    """There is no such thing: doors answer 404."""


class NotPossible(ConsoleRefused):
    """It can't be done as things stand."""


class ChangedMeanwhile(ConsoleRefused):
    """Somebody else was quicker: look again before deciding."""
