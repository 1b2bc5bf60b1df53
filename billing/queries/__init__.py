"""Reads of billing, as plain values."""
