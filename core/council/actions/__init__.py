"""Writes of a council's own administration: furnishing it, support access, releases offered to it."""
