"""Writes of the network: joining, publishing, ending, leading, inviting, confirming. One room a noun."""

from core.network.actions.confirm import confirm_involvement
from core.network.actions.end import end_involvement, undo_end, undo_join
from core.network.actions.invitations import answer_invitation, invite_colleague
from core.network.actions.join import join_network, record_conversation_for
from core.network.actions.keep_time import keep_time
from core.network.actions.lead import answer_lead, offer_lead, take_lead
from core.network.actions.publish import publish_if_permitted
from core.network.actions.remind import send_reminders
from core.network.actions.telling import tell_those_who_see
from core.network.actions.withdraw import take_back

__all__ = [
    "answer_invitation",
    "answer_lead",
    "confirm_involvement",
    "end_involvement",
    "invite_colleague",
    "join_network",
    "keep_time",
    "offer_lead",
    "publish_if_permitted",
    "record_conversation_for",
    "send_reminders",
    "take_back",
    "take_lead",
    "tell_those_who_see",
    "undo_end",
    "undo_join",
]
