"""Reads of rights: requests with their clocks, what was written down, the access pack, what is due for deletion."""
