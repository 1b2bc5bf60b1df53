"""The HTML door of people: parse, call, answer."""
