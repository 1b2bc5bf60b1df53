"""Addresses: one list for councils' hosts, one for the console's."""
