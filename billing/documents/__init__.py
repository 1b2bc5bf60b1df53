"""What customers are sent: electronic invoices, PDF pages and letters, made from what was issued and nothing else."""
