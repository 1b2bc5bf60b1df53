"""A copy is somebody else's word until every byte was looked at: cut short, changed, padded or of another kind."""

from __future__ import annotations

import copy as copying
import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.exit_copy.checking import CopyBroken, checked, require_same_state
from tenants.exit_copy.layout import CopyNotPossible

ROWS = b'id,name\n1,"Amy, ""quoted"""\n2,\\N\n'


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest() -> dict:
    return {
        "format": "patchwork-exit-copy", "version": 1, "product": {"name": "Patchwork", "release": "1.2.3"},
        "council": {
            "id": "x", "name": "Amber", "hosts": ["a.example"], "pack_id": "gb-eng", "state": "live", "theme": {},
            "help_contact": "",
        },
        "migrations": {"people": ["0001_initial"]},
        "tables": [{
            "name": "people_client", "columns": [{"name": "id", "type": "bigint"}, {"name": "name", "type": "text"}],
            "rows": 2, "bytes": len(ROWS), "path": "tables/people_client.csv", "sha256": digest(ROWS),
        }],
        "files": [],
    }  # fmt: skip


def contents(told: dict | None = None) -> dict[str, bytes]:
    return {
        "README.txt": b"read me",
        "tables/people_client.csv": ROWS,
        "manifest.json": json.dumps(told or manifest()).encode(),
    }


def packed(files: dict[str, bytes], *, sums: str | None = None) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        if sums is None:
            sums = "".join(f"{digest(content)}  {name}\n" for name, content in files.items())
        archive.writestr("SHA256SUMS", sums)
    return held.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(CopyNotPossible) as refused:
        checked(io.BytesIO(content))
    return str(refused.value)


def test_a_whole_copy_is_let_through_and_read_again_piece_by_piece():
    copy = checked(io.BytesIO(packed(contents())))
    assert b"".join(copy.pieces("tables/people_client.csv")) == ROWS
    assert copy.manifest["council"]["name"] == "Amber"


def test_a_copy_cut_short_anywhere_is_refused():
    whole = packed(contents())
    for end in range(0, len(whole) - 1, 7):
        assert "not a whole exit copy" in refusal(whole[:end])


@settings(max_examples=200)
@given(place=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_no_changed_byte_ever_becomes_another_row(place, flip):
    """A flipped bit is refused, or it was in a place that says nothing (a date of the archive's own)."""
    whole = bytearray(packed(contents()))
    whole[place % len(whole)] ^= flip
    try:
        copy = checked(io.BytesIO(bytes(whole)))
    except CopyNotPossible:
        return
    assert b"".join(copy.pieces("tables/people_client.csv")) == ROWS
    assert copy.manifest == manifest()


@given(st.binary(max_size=300))
def test_noise_is_refused_in_a_sentence(content):
    assert refusal(content).endswith(".")


@pytest.mark.parametrize("name", [
    "../evil", "/etc/passwd", "tables/../../evil.csv", "tables/sub/x.csv", "tables/Upper.csv", "files/../x", "files//x",
    "tables\\x.csv", "other.txt", "files/.hidden", "manifest.json/x",
])  # fmt: skip
def test_a_file_that_has_no_place_in_a_copy_is_refused(name):
    files = contents() | {name: b"x"}
    assert "no place in one" in refusal(packed(files))


def test_two_files_of_one_name_are_refused():
    held = io.BytesIO(packed(contents()))
    with zipfile.ZipFile(held, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("tables/people_client.csv", b"other")
    assert "two files of one name" in refusal(held.getvalue())


@pytest.mark.parametrize("gone", ["README.txt", "manifest.json", "tables/people_client.csv"])
def test_a_copy_that_lacks_a_file_is_refused(gone):
    files = contents()
    sums = "".join(f"{digest(content)}  {name}\n" for name, content in files.items())
    del files[gone]
    assert refusal(packed(files, sums=sums))


def test_a_table_changed_without_its_checksum_is_named():
    files = contents()
    sums = "".join(f"{digest(content)}  {name}\n" for name, content in files.items())
    files["tables/people_client.csv"] = ROWS.replace(b"Amy", b"Eve")
    assert "tables/people_client.csv" in refusal(packed(files, sums=sums))


def test_a_table_changed_with_its_checksum_but_not_in_the_manifest_is_refused():
    files = contents() | {"tables/people_client.csv": ROWS.replace(b"Amy", b"Eve")}
    assert "does not tell what is in it" in refusal(packed(files))


@pytest.mark.parametrize("sums", ["", "nonsense\n", "abc  README.txt\n", f"{'0' * 64}  ../x\n", f"{'0' * 64} *x\n"])
def test_checksums_that_cannot_be_read_are_refused(sums):
    assert refusal(packed(contents(), sums=sums))


def broken_manifests() -> list[tuple[str, dict]]:
    found = []
    for key in ("council", "tables", "files"):
        for value in (None, [], "x", 7, [None], [{}]):
            told = manifest()
            if told[key] != value:
                told[key] = value
                found.append((f"{key}={value!r}", told))
    for key in ("name", "pack_id", "state", "help_contact"):
        told = copying.deepcopy(manifest())
        told["council"][key] = 7
        found.append((f"council.{key}", told))
    for state in ("suspended", "", "LIVE"):
        told = copying.deepcopy(manifest())
        told["council"]["state"] = state
        found.append((f"state={state!r}", told))
    told = copying.deepcopy(manifest())
    told["tables"][0]["rows"] = "two"
    return [*found, ("rows", told)]


@pytest.mark.parametrize("told", [told for _name, told in broken_manifests()], ids=[n for n, _ in broken_manifests()])
def test_a_manifest_of_another_shape_is_refused(told):
    assert "exit copy" in refusal(packed(contents(told)))


def test_another_format_is_named_as_what_it_is_not():
    assert "not an exit copy of Patchwork" in refusal(packed(contents({**manifest(), "format": "other"})))
    assert "not an exit copy of Patchwork" in refusal(packed({**contents(), "manifest.json": b"[]"}))


def test_another_version_of_the_format_names_the_release_to_load_it_with():
    assert "1.2.3" in refusal(packed(contents({**manifest(), "version": 2})))


def test_another_state_of_the_migrations_names_the_release_to_load_it_with():
    require_same_state(manifest(), {"people": ["0001_initial"]})
    with pytest.raises(CopyNotPossible, match=r"the release that made it, 1\.2\.3"):
        require_same_state(manifest(), {"people": ["0001_initial", "0002_more"]})


def test_what_is_broken_is_a_copy_that_is_not_possible():
    assert issubclass(CopyBroken, CopyNotPossible)
