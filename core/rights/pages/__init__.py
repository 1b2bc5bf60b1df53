"""The HTML door of visits: parse, call, answer."""
