"""The console's HTML door: pages parse, call an action or a query, and answer."""
