"""Plans, usage readings and invoices, in the shared schema. It knows nothing of core."""
