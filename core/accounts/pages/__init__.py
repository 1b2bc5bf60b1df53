"""The HTML door of sign-in: parse, call, answer."""
