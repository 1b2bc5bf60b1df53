"""Writes of what comes in: an agency's exports into a council. One room a kind of row."""

from core.exchange.actions.import_roster import import_roster

__all__ = ["import_roster"]
