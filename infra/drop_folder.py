"""A folder that another program picks files up from: a file is there whole or not at all, and is written once.

Whoever watches the folder takes what ends with the file's own ending: what is being written has another name, which
begins with a dot. The folder is never made: one that is not there may be a disk that is not mounted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_SENTENCES: Final = {
    errno.ENOENT: "The folder is not there",
    errno.ENOTDIR: "The folder is a file",
    errno.ENOSPC: "The disk of the folder is full",
    errno.EDQUOT: "The folder's share of its disk is used up",
    errno.EFBIG: "The disk of the folder takes no file of this size",
    errno.EROFS: "The folder can't be written to",
    errno.EACCES: "The folder can't be written to",
    errno.EPERM: "The folder can't be written to",
}


class FolderNotUsable(Exception):
    """A file could not be put into the folder; the sentence says why. Nothing of it is left there."""


def put(folder: Path, name: str, content: bytes) -> str:
    """Put a file into the folder, and answer its SHA-256. The same file again changes nothing.

    Raises FolderNotUsable, and ValueError for a name that is not one plain word.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no file name for a folder that others watch.")
    unfinished = folder / f".{name}.{secrets.token_hex(4)}.part"
    try:
        if _is_there(folder / name, content):
            return sha256(content).hexdigest()
        _write(unfinished, content)
        unfinished.rename(folder / name)
        _keep(folder)
    except OSError as error:
        raise FolderNotUsable(f"{_SENTENCES.get(error.errno or 0, 'The folder could not be used')}.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return sha256(content).hexdigest()


def _is_there(path: Path, content: bytes) -> bool:
    """Whether the folder has this very file. Raises FolderNotUsable when it has another one of that name."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return False
    if found != content:
        raise FolderNotUsable(f"The folder has another file called {path.name}.")
    return True


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    """Have the name itself outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a share of another system may know no such thing
            os.fsync(handle)
    finally:
        os.close(handle)
