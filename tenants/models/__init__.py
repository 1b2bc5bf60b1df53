"""The deployment's own registry, and what it keeps of orders, of the fleet and of its councils' numbers."""

from tenants.models.accounts import CouncilAccount, CouncilDocument
from tenants.models.fleet import FleetRun, FleetStep
from tenants.models.orders import CouncilDeletion, CouncilOrder, SpentToken
from tenants.models.readings import CouncilFacts, CouncilReading, RequestTally
from tenants.models.registry import Council, Deployment, Domain, PackSignOff, SchemaRecipe, SchemaStatus

__all__ = [
    "Council", "CouncilAccount", "CouncilDeletion", "CouncilDocument", "CouncilFacts", "CouncilOrder",
    "CouncilReading", "Deployment", "Domain", "FleetRun", "FleetStep", "PackSignOff", "RequestTally", "SchemaRecipe",
    "SchemaStatus", "SpentToken",
]  # fmt: skip
