"""What the console keeps: operators, deployments, what each council should be, and what each was last seen to be."""

from console.models.accounts import AccountSent
from console.models.deployments import Council, Deployment, Order
from console.models.onboarding import Onboarding
from console.models.operators import Operator, OperatorRole, Proposal
from console.models.releases import Offer, PackReview, Release, SupportRequest
from console.models.reports import Certificate, Reading

__all__ = [
    "AccountSent", "Certificate", "Council", "Deployment", "Offer", "Onboarding", "Operator", "OperatorRole", "Order",
    "PackReview", "Proposal", "Reading", "Release", "SupportRequest",
]  # fmt: skip
