"""Writes of visits and contacts: who and when, never what."""

from core.visits.actions.contacts import log_contact, undo_contact
from core.visits.actions.visits import cancel_visit, change_visit, plan_visit, undo_cancel

__all__ = ["cancel_visit", "change_visit", "log_contact", "plan_visit", "undo_cancel", "undo_contact"]
