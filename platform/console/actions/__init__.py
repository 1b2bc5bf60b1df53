"""Writes of the console: each with an event in the operators' log."""
