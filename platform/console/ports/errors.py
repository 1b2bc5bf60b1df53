"""What can go wrong between the console and a deployment: a sentence each, fit for an operator's eyes."""


class PortError(Exception):
    """The deployment could not do what was asked, or could not be asked. `slug` is kept with the deployment."""

    slug = "failed"


class Unreachable(PortError):
    """No answer within the time allowed, or none at all."""

    slug = "unreachable"


class Untrusted(PortError):
    """The certificate is not the deployment's, or it refused the console's token."""

    slug = "untrusted"


class ClockSkew(PortError):
    """The two clocks differ by more than a token allows."""

    slug = "clock_skew"


class BadReply(PortError):
    """What came back is not what the interface promises: nothing of it is used."""

    slug = "bad_reply"


class OrderRefused(PortError):
    """The deployment will not do it, and says in a sentence why."""

    slug = "refused"


class NotHere(PortError):
    """The deployment has no such order, or nothing yet of such a council."""

    slug = "not_here"
