"""A council's files: each lies under the council's own opaque name, and no path leads from one council to another.

Slow, and away at times: never called inside a council's transaction. What can't be done raises FilesAway, and nothing
half-written is ever found under a name.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, Final, Protocol

from django.core.files import File
from django.core.files.storage import storages

from infra.file_stores import AWAY
from tenants.names import require_council_schema

STORE: Final = "councils"
PIECE: Final = 256 * 1024

_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,5}")


class FilesAway(RuntimeError):
    """The place where files are kept does not answer, or refuses."""

    def __init__(self) -> None:
        super().__init__("The place where files are kept does not answer just now. Nothing is lost: try again later.")


class FileMissing(LookupError):
    """There is no file of that name."""


class OfCouncil(Protocol):
    """Whatever says which council it is: a CouncilRef, or the registry's row."""

    @property
    def schema_name(self) -> str: ...


class Pieces:
    """A file as it comes, to be gone through once. Closed at its end, or by `close` where nobody reads so far."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source

    def __iter__(self) -> Pieces:
        return self

    def __next__(self) -> bytes:
        with _told():
            piece = self._source.read(PIECE)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Let the store go. Safe to repeat."""
        self._source.close()


class CouncilFiles:
    """The files of one council. A path is words of letters, digits, dots, hyphens and underscores with / between."""

    def __init__(self, store: Any, schema_name: str) -> None:
        self._store = store
        self._top = f"{require_council_schema(schema_name)}/"

    def _name(self, path: str) -> str:
        if not _PATH.fullmatch(path):
            raise ValueError(f"{path[:80]!r} is no path of a council's file.")
        return self._top + path

    def save(self, path: str, content: BinaryIO) -> None:
        """Keep `content` under `path`, in the place of what was there. Raises FilesAway: nothing has changed then."""
        content.seek(0)
        with _told():
            self._store.save(self._name(path), File(content))

    def pieces(self, path: str) -> Pieces:
        """The file, piece by piece, never whole in memory. Raises FilesAway, FileMissing before the first piece."""
        name = self._name(path)
        with _told():
            return Pieces(self._store.source(name))

    def delete(self, path: str) -> None:
        """Delete a file; one that is not there is deleted already. Raises FilesAway."""
        with _told():
            self._store.delete(self._name(path))

    def paths(self) -> Iterator[tuple[str, int]]:
        """Every file of this council with its size in bytes. Raises FilesAway."""
        with _told():
            for name, size in self._store.names(self._top):
                yield name.removeprefix(self._top), size

    def delete_all(self) -> None:
        """Delete every file of this council. Safe to repeat. Raises FilesAway."""
        with _told():
            for name, _size in list(self._store.names(self._top)):
                self._store.delete(name)


def council_files(council: OfCouncil) -> CouncilFiles:
    """The files of `council`, in the store that the settings name. Asks nothing of the store yet."""
    return CouncilFiles(storages[STORE], council.schema_name)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing("There is no file of that name.") from error
    except AWAY as error:
        raise FilesAway from error
