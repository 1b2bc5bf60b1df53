"""The operators' console, in the shared schema. It knows councils and counts, and never a client's name."""
