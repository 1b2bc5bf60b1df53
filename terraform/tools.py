"""Lays out terraform/ as `terraform fmt` does, and writes each README's tables: `python terraform/tools.py`."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Final

import hcl2

HERE: Final = Path(__file__).resolve().parent
MARK: Final = "<!-- Written by terraform/tools.py from the files beside it. -->"
_ATTRIBUTE: Final = re.compile(r"(\s*)(\"[^\"]+\"|[A-Za-z_][\w.-]*|\([^)]*\))\s*=(?![=>])\s*(.*)$")
_OPENS: Final = re.compile(r"[\[{(]\s*$")


def formatted(text: str) -> str:
    """`text` with two blanks a level, and the equals signs of neighbouring one-line attributes below each other."""
    lines: list[str] = []
    depth = 0
    for raw in text.split("\n"):
        line = raw.strip()
        bare = re.sub(r'"(\\.|[^"\\])*"', '""', line.split(" #")[0] if not line.startswith("#") else "")
        closes_first = len(re.match(r"[\])}]*", bare).group())  # type: ignore[union-attr]  # it matches nothing too
        level = depth - (1 if closes_first else 0)
        lines.append("  " * max(level, 0) + line if line else "")
        opened, closed = sum(map(bare.count, "[{(")), sum(map(bare.count, "]})"))
        # However many brackets one line opens, what follows stands one level deeper.
        depth += (opened > closed) - (closed > opened)
    return _aligned("\n".join(lines).strip("\n") + "\n")


def _aligned(text: str) -> str:
    out: list[str] = []
    group: list[tuple[str, str, str]] = []

    def flush() -> None:
        width = max((len(name) for _indent, name, _value in group), default=0)
        out.extend(f"{indent}{name.ljust(width)} = {value}" for indent, name, value in group)
        group.clear()

    for line in text.split("\n"):
        found = _ATTRIBUTE.match(line)
        if found and not line.lstrip().startswith("#"):
            indent, name, value = found.groups()
            if _OPENS.search(value):
                flush()
                out.append(f"{indent}{name} = {value}")
                continue
            if group and group[0][0] != indent:
                flush()
            group.append((indent, name, value))
            continue
        flush()
        out.append(line)
    flush()
    return "\n".join(out)


@cache
def parsed(file: Path) -> dict[str, list[dict[str, dict[str, object]]]]:
    """What stands in a file; read once."""
    found: dict[str, list[dict[str, dict[str, object]]]] = hcl2.loads(file.read_text(encoding="utf-8"))
    return found


def blocks(folder: Path, kind: str) -> list[tuple[str, dict[str, object]]]:
    """The variables or outputs of a folder, by name."""
    found: list[tuple[str, dict[str, object]]] = []
    for file in sorted(folder.glob("*.tf")):
        for block in parsed(file).get(kind, []):
            found.extend((plain(name), dict(body)) for name, body in block.items() if not name.startswith("__"))
    return found


def plain(value: object) -> str:
    """A value as one reads it: without the marks of the parser."""
    text = str(value).strip()
    if text.startswith("${") and text.endswith("}"):
        text = text[2:-1]
    return text.strip('"').replace('"', "").replace("|", "\\|")


def tables(folder: Path) -> str:
    """What the README says of a folder's variables and outputs."""
    rows = ["## What it asks for", "", "| variable | type | without it | what it is |", "|---|---|---|---|"]
    for name, body in blocks(folder, "variable"):
        default = f"`{plain(body['default']) or 'empty'}`" if "default" in body else "**needed**"
        secret = " (secret)" if body.get("sensitive") else ""
        kind = plain(body["type"])
        rows.append(f"| `{name}`{secret} | `{kind}` | {default} | {plain(body['description'])} |")
    rows += ["", "## What it gives", "", "| output | what it is |", "|---|---|"]
    rows += [f"| `{name}` | {plain(body['description'])} |" for name, body in blocks(folder, "output")]
    return "\n".join([MARK, "", *rows]) + "\n"


def readme(folder: Path) -> str:
    """The whole README of a folder: its own words, and the tables."""
    words = (folder / "README.md").read_text(encoding="utf-8").split(MARK)[0].rstrip()
    return f"{words}\n\n{tables(folder)}"


def folders() -> list[Path]:
    """Every folder that is a module or an environment."""
    return sorted({file.parent for file in HERE.rglob("*.tf")})


def main() -> None:
    """Write every file as it has to stand."""
    for folder in folders():
        for file in folder.glob("*.tf"):
            file.write_text(formatted(file.read_text(encoding="utf-8")), encoding="utf-8")
        (folder / "README.md").write_text(readme(folder), encoding="utf-8")
    sys.stdout.write(f"{len(folders())} folders are laid out.\n")


if __name__ == "__main__":
    main()
