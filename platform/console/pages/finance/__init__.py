"""Pages about money: contracts, usage, runs, invoices, payments and reports."""
