"""What can go wrong with a council's scope: a sentence each."""


class ScopeError(RuntimeError):
    """Work ran, or tried to run, in the wrong scope. Always a fault of the program, never of a user."""


class NoCouncil(ScopeError):
    """A statement or a task ran without a council."""


class WrongCouncil(ScopeError):
    """An object or a query of one council was used inside another."""


class NestedScope(ScopeError):
    """A scope was opened inside another: one unit of work belongs to one council."""


class NotTheMigrator(ScopeError):
    """An act that creates or alters schemas was called in a process that may not."""


class CouncilExists(ValueError):
    """The host name is taken."""


class InvalidHost(ValueError):
    """The host name can't be a council's."""


class NotKeptHere(ValueError):
    """The law pack is not of this release, or does not let a council's data be kept in this region."""


class CouncilSuspended(ValueError):
    """The council is suspended: it is resumed, by whoever suspended it, before anything else becomes of it."""


class AccountRefused(ValueError):
    """What a console says of a council's account is not what the interface promises: nothing of it is kept."""


class PackNotSigned(ValueError):
    """The law pack that this council is set up with has not been signed off, as its file stands now."""


class PackAlreadySigned(ValueError):
    """This very file of this pack has been signed off before: one signature is kept, with its day."""
