"""Rehearsing a policy before it is published: who would gain or lose sight of what, and who would be asked anew.

Everything is worked out from live publications by the rules that decide every day: sight by the policies, a publication
by the very function that asks it again. Nothing is written here. Shielded clients are left out: who sees them is
named person by person, and no number may tell that they are there.
"""

from core.network.rehearsal.client import ClientRehearsal, client_as_it_would_be
from core.network.rehearsal.numbers import Example, Reach, Rehearsal, ServiceCount, rehearse

__all__ = [
    "ClientRehearsal",
    "Example",
    "Reach",
    "Rehearsal",
    "ServiceCount",
    "client_as_it_would_be",
    "rehearse",
]
