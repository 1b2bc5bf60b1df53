"""Rehearsing a policy before it is published: who would gain or lose sight of what, and who would be asked anew.

Everything is worked out from live publications by the rules that decide every day: sight by the policies, a publication
by the very function that asks it again. Nothing of the network is written here. Shielded clients are left out: who sees
them is named person by person, and no number may tell that they are there.
"""

from core.network.rehearsal.client import ClientRehearsal, client_as_it_would_be
from core.network.rehearsal.page import RehearsalPage, rehearsal_page
from core.network.rehearsal.result import Example, Reach, Rehearsal, ServiceCount
from core.network.rehearsal.work import ask_rehearsal, rehearse, work_off

__all__ = [
    "ClientRehearsal",
    "Example",
    "Reach",
    "Rehearsal",
    "RehearsalPage",
    "ServiceCount",
    "ask_rehearsal",
    "client_as_it_would_be",
    "rehearsal_page",
    "rehearse",
    "work_off",
]
