"""Finds the line of a key in a TOML file, so that an error in a pack can name it.

Python's TOML reader keeps no positions. This is no second reader: the file has been read already, so it is valid, and
only table headers and keys at the start of a line are looked at. A key inside an inline table has its parent's line.
"""

import re
from collections import Counter

Key = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_TRIPLE = re.compile(r'"""|\'\'\'')
_STRING_OR_COMMENT = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*""")


def key_lines(text: str) -> dict[Key, int]:
    """The line (from 1) of every table and key. Tables of an array are numbered from 0: `("basis", 2, "fields")`."""
    lines: dict[Key, int] = {}
    seen: Counter[Key] = Counter()
    table: Key = ()
    depth = 0
    open_quotes: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        rest = line
        if open_quotes is not None:
            if open_quotes not in line:
                continue
            rest, open_quotes = line.split(open_quotes, 1)[1], None
        elif depth == 0:
            if header := _HEADER.match(line):
                table = _table_key(header, seen)
                lines.setdefault(table, number)
                continue
            if assignment := _ASSIGNMENT.match(line):
                lines.setdefault(table + _parts(assignment[1]), number)
        rest, open_quotes = _without_strings(rest)
        depth += sum(rest.count(mark) for mark in "[{") - sum(rest.count(mark) for mark in "]}")
    return lines


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line of `key`, or of the nearest thing around it; 1 where the file says nothing of it."""
    return next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), 1)


def _table_key(header: re.Match[str], seen: Counter[Key]) -> Key:
    """A header's full key: inside an array of tables, names are about its latest table."""
    key: Key = ()
    *parents, name = _parts(header[2])
    for parent in parents:
        key = (*key, parent)
        if seen[key]:
            key = (*key, seen[key] - 1)
    key = (*key, name)
    if header[1] == "[[":
        seen[key] += 1
        key = (*key, seen[key] - 1)
    return key


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(_PART, dotted))


def _without_strings(line: str) -> tuple[str, str | None]:
    """The line without strings and comments, and the quotes of a long string that goes on below."""
    while opened := _TRIPLE.search(line):
        before, quotes, after = line[: opened.start()], opened[0], line[opened.end() :]
        if quotes not in after:
            return _STRING_OR_COMMENT.sub("", before), quotes
        line = before + after.split(quotes, 1)[1]
    return _STRING_OR_COMMENT.sub("", line), None
