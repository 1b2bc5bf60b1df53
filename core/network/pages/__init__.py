"""The HTML door of network: parse, call, answer."""
