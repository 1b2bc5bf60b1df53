"""The network's data: the lines and their publications, and what keeps people safe."""

from core.network.models.lines import (
    DayKept,
    Involvement,
    LeadOffer,
    NetworkInvitation,
    Publication,
    PublicationRecipient,
    Reminder,
    Withdrawal,
)
from core.network.models.safeguards import (
    Approval,
    ApprovalVoice,
    BrokeredPass,
    BrokerMessage,
    Conflict,
    LimitedSight,
    ShieldAssignment,
    ShieldPeriod,
    StandIn,
)

__all__ = [
    "Approval",
    "ApprovalVoice",
    "BrokerMessage",
    "BrokeredPass",
    "Conflict",
    "DayKept",
    "Involvement",
    "LeadOffer",
    "LimitedSight",
    "NetworkInvitation",
    "Publication",
    "PublicationRecipient",
    "Reminder",
    "ShieldAssignment",
    "ShieldPeriod",
    "StandIn",
    "Withdrawal",
]
