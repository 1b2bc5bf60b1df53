"""The HTML door of accounts: parse, call, answer."""
