"""What is said when a council's own policy can't be applied."""


class PolicyUnusable(Exception):
    """This council's policy can't be applied as it was signed, and so nothing may be decided by it."""
