"""Looks at an exit copy before anything is made of it: its form, its names, and every byte against its checksums.

An archive is somebody else's word until it was checked: nothing is unpacked, nothing is read beyond what it declares.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from tenants.exit_copy import layout
from tenants.exit_copy.layout import CopyNotPossible

PIECE: Final = 256 * 1024
LONGEST_NOTE: Final = 32 * 1024 * 1024
"""The manifest and the checksums are read whole: no honest one is longer than this."""

_SUM: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._/-]*)")
_FILE: Final = re.compile(rf"{layout.FILES}[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_TABLE: Final = re.compile(rf"{layout.TABLES}({layout.TABLE_NAME.pattern})\.csv")

_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class CopyBroken(CopyNotPossible):
    """The file is not an exit copy, or not the whole of one, or was changed."""


@dataclass(frozen=True, slots=True)
class Copy:
    """An archive whose every file was read and agreed with its checksum."""

    archive: zipfile.ZipFile
    manifest: Mapping[str, Any]
    sums: Mapping[str, str]

    def tables(self) -> list[Mapping[str, Any]]:
        """What the manifest says of each table."""
        return list(self.manifest["tables"])

    def files(self) -> list[str]:
        """The names in the archive of the council's own files."""
        return [file["path"] for file in self.manifest["files"]]

    def pieces(self, name: str) -> Iterator[bytes]:
        """One file, piece by piece, looked at again while it is read. Raises CopyBroken."""
        return _pieces(self.archive, name, self.sums[name])


def checked(source: IO[bytes]) -> Copy:
    """The copy in `source`, once all of it was read. Raises CopyBroken; closing `source` is the caller's."""
    try:
        archive = zipfile.ZipFile(source)
        names = _names(archive)
        sums = _sums(archive, names)
        for name in names - {layout.SUMS}:
            for _piece in _pieces(archive, name, sums[name]):
                pass
        manifest = _manifest(archive)
        _agree(manifest, names, sums)
    except CopyNotPossible:
        raise
    except _BROKEN as error:
        raise CopyBroken("This is not a whole exit copy: the file is damaged, cut short or of another kind.") from error
    return Copy(archive, manifest, sums)


def _names(archive: zipfile.ZipFile) -> set[str]:
    """The names of the archive's files, each of a form that we write ourselves."""
    found = [info.filename for info in archive.infolist()]
    fixed = {layout.README, layout.MANIFEST, layout.SUMS}
    strange = [name for name in found if name not in fixed and not _TABLE.fullmatch(name) and not _FILE.fullmatch(name)]
    if strange:
        raise CopyBroken(f"This exit copy holds a file that has no place in one: {strange[0][:80]!r}.")
    if len(set(found)) != len(found):
        raise CopyBroken("This exit copy holds two files of one name.")
    missing = fixed - set(found)
    if missing:
        raise CopyBroken(f"This exit copy lacks {sorted(missing)[0]}: it is not whole, or not an exit copy.")
    return set(found)


def _whole(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LONGEST_NOTE:
        raise CopyBroken(f"{name} of this exit copy is longer than any can be.")
    return archive.read(name)


def _sums(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    sums: dict[str, str] = {}
    for line in _whole(archive, layout.SUMS).decode().splitlines():
        match = _SUM.fullmatch(line)
        if match is None or match[2] in sums:
            raise CopyBroken("The checksums of this exit copy can't be read.")
        sums[match[2]] = match[1]
    if set(sums) != names - {layout.SUMS}:
        raise CopyBroken("This exit copy does not hold the files that its checksums name.")
    return sums


def _pieces(archive: zipfile.ZipFile, name: str, expected: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != expected:
        raise CopyBroken(f"{name} of this exit copy is not what its checksum says: it was changed or damaged.")


def _manifest(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    manifest = json.loads(_whole(archive, layout.MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != layout.FORMAT:
        raise CopyBroken("This is not an exit copy of Patchwork.")
    if manifest.get("version") != layout.VERSION:
        raise CopyNotPossible(
            f"This exit copy is of version {manifest.get('version')!r} of the format, and this release reads"
            f" {layout.VERSION}: load it with {_release(manifest)}."
        )
    return manifest


def _release(manifest: Mapping[str, Any]) -> str:
    product = manifest.get("product")
    release = product.get("release") if isinstance(product, dict) else None
    return f"the release that made it, {str(release)[:60]}"


def _agree(manifest: Mapping[str, Any], names: set[str], sums: Mapping[str, str]) -> None:
    """Hold the manifest against the archive: the same tables and files, with the same checksums."""
    try:
        council = manifest["council"]
        texts = [council[name] for name in ("id", "name", "pack_id", "state", "help_contact")]
        told = {f"{layout.TABLES}{table['name']}.csv": table["sha256"] for table in manifest["tables"]}
        told |= {file["path"]: file["sha256"] for file in manifest["files"]}
        counted = [table["rows"] for table in manifest["tables"]]
        shapes = [(column["name"], column["type"]) for table in manifest["tables"] for column in table["columns"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise CopyBroken("The manifest of this exit copy can't be read.") from error
    plain = all(isinstance(text, str) for text in [*texts, *(part for shape in shapes for part in shape)])
    if not plain or not all(isinstance(rows, int) for rows in counted):
        raise CopyBroken("The manifest of this exit copy can't be read.")
    if council["state"] not in layout.STATES:
        raise CopyBroken("The manifest of this exit copy does not say whether the council was in training or at work.")
    listed = names - {layout.README, layout.MANIFEST, layout.SUMS}
    if set(told) != listed or any(sums[name] != told[name] for name in listed):
        raise CopyBroken("The manifest of this exit copy does not tell what is in it.")


def require_same_state(manifest: Mapping[str, Any], here: Mapping[str, list[str]]) -> None:
    """Refuse a copy whose tables are of another state of the migrations than `here`. Raises CopyNotPossible."""
    theirs = manifest.get("migrations")
    if theirs == here:
        return
    raise CopyNotPossible(
        f"The tables of this exit copy are not those of this release: load it with {_release(manifest)}, and migrate"
        " that deployment forward afterwards."
    )
