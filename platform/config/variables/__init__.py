"""Every variable the platform reads from its environment: one table, read once, every fault told at once.

There is no settings file for each environment. `table` says what there is, `reading` reads it, `guide` writes
docs/guides/configuration.md from it. Nothing here needs Django, so that faults are told before anything else starts.
"""
