"""Reads of the console, as plain values."""
