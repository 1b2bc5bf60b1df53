"""The kinds of values a variable may have: how each is read, and what is said of one that can't be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from infra.files import AddressWrong, store_at


class Wrong(ValueError):
    """A value that can't be used; its words say why, and never quote the value."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what to write, how it is read, and an example of one that is wrong (for the tests)."""

    words: str
    read: Callable[[str], Any]
    wrong: str | None
    """A value that must be refused; None where any text will do."""


_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\Z")
_FLAGS: Final[Mapping[str, bool]] = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _flag(text: str) -> bool:
    found = _FLAGS.get(text.lower())
    if found is None:
        raise Wrong("it has to be 1 or 0")
    return found


def _host(text: str) -> str:
    name = text.lower().rstrip(".")
    if not _HOST.match(name):
        raise Wrong("it has to be a host name alone, as in console.example.org, without https:// and without a port")
    return name


def _networks(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in found:
        try:
            ip_network(one)
        except ValueError:
            raise Wrong("it has to be networks with commas between, as in 10.0.0.0/8,192.0.2.7") from None
    return found


def _folder(text: str) -> Path:
    if "\0" in text or not Path(text).is_absolute():
        raise Wrong("it has to be the full path of a folder, beginning with /")
    return Path(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _slug(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}", text):
        raise Wrong("it has to be one word of letters, digits, dots, hyphens and underscores")
    return text


def split(text: str) -> SplitResult:
    """The parts of an address. Raises Wrong, without quoting it: it may hold a password."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise Wrong("it can't be read as an address: is a sign in its password not written as %XX?") from None
    return parts


def address(*schemes: str, example: str, needs_host: bool = True) -> Kind:
    """An address with one of `schemes`. With `needs_host`, one without a server is refused."""

    def read(text: str) -> str:
        parts = split(text)
        if parts.scheme not in schemes:
            raise Wrong(f"it has to begin with {' or '.join(f'{scheme}://' for scheme in schemes)}, as in {example}")
        if needs_host and not parts.hostname:
            raise Wrong(f"it names no server: write it as in {example}")
        return text

    return Kind(f"an address, as in `{example}`", read, "nonsense://")


def files_address(text: str) -> str:
    """An address of where files are kept."""
    try:
        store_at(text, Path("/"))
    except AddressWrong as wrong:
        raise Wrong(str(wrong)) from None
    return text


def choice(*values: str) -> Kind:
    """One of `values`."""

    def read(text: str) -> str:
        if text not in values:
            raise Wrong(f"it has to be {', '.join(values[:-1])} or {values[-1]}")
        return text

    return Kind(" or ".join(f"`{value}`" for value in values), read, "something-else")


def number(least: int, most: int) -> Kind:
    """A whole number between `least` and `most`, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise Wrong(f"it has to be a whole number from {least} to {most}")
        return int(text)

    return Kind(f"a whole number from {least} to {most}", read, "a few")


def secret(least: int) -> Kind:
    """A secret of at least `least` characters, without blanks and not the demo's."""

    def read(text: str) -> str:
        if len(text) < least or text.startswith("demo-only-"):
            raise Wrong(f"it is too short or is the demo's: give {least} or more random characters")
        if any(sign.isspace() for sign in text):
            raise Wrong("it holds a blank or a line break: give random letters and digits")
        return text

    return Kind(f"{least} or more random characters", read, "short")


TEXT: Final = Kind("text", str, None)
FLAG: Final = Kind("`1` or `0`", _flag, "perhaps")
HOST: Final = Kind("a host name", _host, "https://console.example.org/")
NETWORKS: Final = Kind("networks, with commas between", _networks, "10.0.0.0/99")
FOLDER: Final = Kind("the full path of a folder", _folder, "somewhere/below")
WORDS: Final = Kind("words, with commas between", _words, None)
SLUG: Final = Kind("one word", _slug, "two words")
