"""Reads of the network, always for a viewer or for a rule that has already let them in."""
