"""Writes of rights: requests and their answers, duties to record, closing and deleting when a time is over."""
