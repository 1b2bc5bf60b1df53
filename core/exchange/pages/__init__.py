"""The HTML door of exchange: parse, call, answer."""
