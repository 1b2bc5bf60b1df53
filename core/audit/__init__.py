"""Who saw and changed what, in an append-only table. It is not a log for programmers, and holds no client's name."""
