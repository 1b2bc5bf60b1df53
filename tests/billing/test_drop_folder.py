"""A folder that another program takes files from: a file is whole or not there, and its absence is told in a sentence."""

from __future__ import annotations

import errno
import os
import resource
from hashlib import sha256

import pytest

from infra.drop_folder import FolderNotUsable, put

WORDS = b"<Invoice/>"


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_put_once_and_the_same_again_changes_nothing(tmp_path):
    assert put(tmp_path, "pw-1.xml", WORDS) == sha256(WORDS).hexdigest()
    before = (tmp_path / "pw-1.xml").stat()
    assert put(tmp_path, "pw-1.xml", WORDS) == sha256(WORDS).hexdigest()
    assert (tmp_path / "pw-1.xml").stat().st_ino == before.st_ino
    assert names(tmp_path) == ["pw-1.xml"]


def test_a_file_that_was_taken_away_is_put_there_again(tmp_path):
    put(tmp_path, "pw-1.xml", WORDS)
    (tmp_path / "pw-1.xml").unlink()
    put(tmp_path, "pw-1.xml", WORDS)
    assert (tmp_path / "pw-1.xml").read_bytes() == WORDS


def test_another_file_of_the_same_name_is_left_as_it_is(tmp_path):
    (tmp_path / "pw-1.xml").write_bytes(b"another")
    with pytest.raises(FolderNotUsable, match="The folder has another file called pw-1.xml"):
        put(tmp_path, "pw-1.xml", WORDS)
    assert (tmp_path / "pw-1.xml").read_bytes() == b"another"


def test_a_folder_that_is_missing_is_not_made(tmp_path):
    with pytest.raises(FolderNotUsable, match="The folder is not there"):
        put(tmp_path / "mount", "pw-1.xml", WORDS)
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file_is_told_of(tmp_path):
    (tmp_path / "mount").write_bytes(b"")
    with pytest.raises(FolderNotUsable, match="The folder is a file"):
        put(tmp_path / "mount", "pw-1.xml", WORDS)


def test_a_disk_that_takes_no_more_leaves_nothing_half_written(tmp_path):
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    try:
        with pytest.raises(FolderNotUsable, match="takes no file of this size"):
            put(tmp_path, "pw-1.xml", WORDS * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "The disk of the folder is full"), (errno.EROFS, "can't be written to"),
     (errno.EACCES, "can't be written to"), (errno.EIO, "The folder could not be used")],
)  # fmt: skip
def test_a_folder_that_is_full_or_read_only_is_told_of_and_nothing_is_left(tmp_path, monkeypatch, number, sentence):
    def refuse(*_args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(
        "infra.drop_folder.os.fsync" if number in {errno.ENOSPC, errno.EIO} else "infra.drop_folder.os.open", refuse
    )
    with pytest.raises(FolderNotUsable, match=sentence):
        put(tmp_path, "pw-1.xml", WORDS)
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["../pw-1.xml", "", ".hidden", "a b.xml", "a/b.xml", "x" * 200])
def test_a_name_that_is_no_plain_word_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="no file name"):
        put(tmp_path, name, WORDS)
    assert names(tmp_path) == []
