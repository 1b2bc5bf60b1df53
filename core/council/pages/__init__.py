"""The HTML door of council: parse, call, answer."""
