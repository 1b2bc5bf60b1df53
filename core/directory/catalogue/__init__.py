"""The catalogue of service types as data: codes, labels, default sensitivity and suggested statuses.

It is not a list of services: a council's services, and the statuses its information-governance lead confirmed for
them, are records. Nothing here imports Django, so that the rules of consent can read it.
"""

from core.directory.catalogue.loading import CatalogueInvalid, Offer, ServiceTypeEntry, load_catalogue

__all__ = ["CatalogueInvalid", "Offer", "ServiceTypeEntry", "load_catalogue"]
