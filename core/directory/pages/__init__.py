"""The HTML door of directory: parse, call, answer."""
