"""The HTML door of notices: parse, call, answer."""
