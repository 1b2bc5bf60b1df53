"""django-tenants' own backend, as it comes: for comparing, in the benchmark alone."""
