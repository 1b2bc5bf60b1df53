"""Councils' files: the same promises in a folder and in a bucket, none between two councils, and a store that is away."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import boto3
import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from infra.files import AddressWrong, store_at
from tenants.files import CouncilFiles, FileMissing, FilesAway, council_files
from tests.bootstrap import free_port

AMBER, BIRCH = "t_00000000000000aa", "t_00000000000000bb"
LONGER = f"{AMBER}00"


class Named:
    def __init__(self, schema_name: str) -> None:
        self.schema_name = schema_name


class Untouched:
    """A store that nobody may get as far as."""

    source = delete = save = staticmethod(lambda *_args: pytest.fail("The store was asked."))


@pytest.fixture(scope="session")
def s3():
    """A server that speaks S3, with one bucket in it. Its address is all that the product gets."""
    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    client(port).create_bucket(Bucket="councils")
    yield port
    server.stop()


def client(port: int):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", **keys)


@pytest.fixture(autouse=True)
def _keys_of_the_tests_own_server(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    """Each of the two stores, as the settings would make it of an address."""
    if request.param == "folder":
        address = (tmp_path / "files").as_uri()
    else:
        port = request.getfixturevalue("s3")
        address = f"s3://councils/{tmp_path.name.replace('_', '-')}?region=us-east-1&endpoint=http://127.0.0.1:{port}"
    with override_settings(STORAGES={"councils": store_at(address, tmp_path)}):
        yield request.param


def files(schema: str) -> CouncilFiles:
    return council_files(Named(schema))


def read(schema: str, path: str) -> bytes:
    return b"".join(files(schema).pieces(path))


def test_a_file_comes_back_as_it_was_kept_and_a_later_one_takes_its_place(store):
    whole = os.urandom(700_000)
    files(AMBER).save("exit-copies/one.zip", io.BytesIO(whole))
    assert read(AMBER, "exit-copies/one.zip") == whole
    assert max(len(piece) for piece in files(AMBER).pieces("exit-copies/one.zip")) < len(whole)
    begun = files(AMBER).pieces("exit-copies/one.zip")
    assert whole.startswith(next(begun))
    begun.close()  # as when a browser goes away
    files(AMBER).save("exit-copies/one.zip", io.BytesIO(b"later"))
    assert read(AMBER, "exit-copies/one.zip") == b"later"
    assert list(files(AMBER).paths()) == [("exit-copies/one.zip", 5)]


def test_no_council_reaches_anothers_files_also_where_one_name_begins_like_the_other(store):
    for schema in (AMBER, BIRCH, LONGER):
        files(schema).save("a/own.txt", io.BytesIO(schema.encode()))
    assert read(AMBER, "a/own.txt") == AMBER.encode()
    assert [path for path, _size in files(AMBER).paths()] == ["a/own.txt"]
    files(AMBER).delete_all()
    assert list(files(AMBER).paths()) == []
    assert read(LONGER, "a/own.txt") == LONGER.encode()
    assert read(BIRCH, "a/own.txt") == BIRCH.encode()


def test_what_is_not_there_is_told_before_the_first_piece_and_may_be_deleted_twice(store):
    files(AMBER).save("one.txt", io.BytesIO(b"1"))
    files(AMBER).delete("one.txt")
    files(AMBER).delete("one.txt")
    with pytest.raises(FileMissing):
        files(AMBER).pieces("one.txt")
    files(BIRCH).delete_all()


@given(st.text(alphabet="ab./\\~%\0 é\n-_:", min_size=0, max_size=12))
def test_a_path_leads_nowhere_but_down(path):
    """Whatever is typed, a name that is let through lies under the council's own name, without a step up."""
    found = CouncilFiles(None, AMBER)
    try:
        name = found._name(path)
    except ValueError:
        return
    assert name.startswith(f"{AMBER}/")
    assert Path("/top", name).resolve().is_relative_to(Path("/top", AMBER))


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a\\b", "a\0b", "a/", "%2e%2e/x"]
)
def test_a_path_out_of_the_council_is_refused_before_the_store_is_asked(path):
    for ask in (CouncilFiles(Untouched(), AMBER).pieces, CouncilFiles(Untouched(), AMBER).delete):
        with pytest.raises(ValueError, match="no path of a council's file"):
            ask(path)


@pytest.mark.parametrize("schema", ["shared", "public", "t_", "t_00000000/../t_1", ""])
def test_only_a_councils_opaque_name_has_files(schema):
    with pytest.raises(ValueError, match="council's schema"):
        files(schema)


def test_a_file_that_breaks_off_half_way_leaves_what_was_there(store):
    files(AMBER).save("one.txt", io.BytesIO(b"whole"))

    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise OSError("the disk broke")
            return super().read(10)

    with pytest.raises(FilesAway):
        files(AMBER).save("one.txt", Breaks(b"half of something new"))
    assert read(AMBER, "one.txt") == b"whole"


def test_in_a_bucket_files_are_encrypted_where_they_lie_and_nobody_else_may_read_them(s3, tmp_path):
    address = f"s3://councils/sealed?region=us-east-1&endpoint=http://127.0.0.1:{s3}"
    with override_settings(STORAGES={"councils": store_at(address, tmp_path)}):
        files(AMBER).save("one.txt", io.BytesIO(b"1"))
    looker = client(s3)
    name = {"Bucket": "councils", "Key": f"sealed/{AMBER}/one.txt"}
    assert looker.head_object(**name)["ServerSideEncryption"] == "AES256"
    grants = looker.get_object_acl(**name)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL"]
    assert all(grant["Grantee"]["Type"] == "CanonicalUser" for grant in grants)


def test_a_file_in_a_folder_is_nobody_elses_to_read(tmp_path):
    with override_settings(STORAGES={"councils": store_at(tmp_path.as_uri(), tmp_path)}):
        files(AMBER).save("a/one.txt", io.BytesIO(b"1"))
    assert (tmp_path / AMBER / "a" / "one.txt").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / AMBER / "a").stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_a_store_that_is_away_is_told_within_seconds_and_nothing_was_asked_of_it_at_the_start(tmp_path):
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(1)  # takes a connection, and never says a word
    try:
        for port in (free_port(), silent.getsockname()[1]):
            address = f"s3://councils?region=us-east-1&endpoint=http://127.0.0.1:{port}"
            with override_settings(STORAGES={"councils": store_at(address, tmp_path)}):
                found = files(AMBER)
                with pytest.raises(FilesAway, match="does not answer"):
                    found.pieces("one.txt")
    finally:
        silent.close()


@pytest.mark.parametrize("address", [
    "nonsense", "https://bucket", "s3://", "s3://UPPER", "s3://b", "s3://bucket?region=", "s3://bucket?what=1",
    "s3://bucket/../x", "s3://bucket?encryption=rot13", "s3://bucket?key=abc", "s3://key:secret@bucket",
    "s3://bucket?endpoint=s3.example.org", "s3://bucket?endpoint=https://u:p@s3.example.org", "s3://bucket?region",
    "s3://bucket?endpoint=https://s3.example.org:notaport", "file://host/x", "file:relative", "file:///x?y=1",
])  # fmt: skip
def test_a_malformed_address_is_refused_with_a_sentence_that_repeats_nothing_of_it(address):
    with pytest.raises(AddressWrong) as refused:
        store_at(address, Path("/state"))
    assert str(refused.value)[:3] in {"it ", "its", "a l", "a k", "the"}
    assert "secret" not in str(refused.value)


def test_an_empty_address_means_a_folder_below_the_state(tmp_path):
    assert store_at("", tmp_path)["OPTIONS"]["location"] == str(tmp_path)


def test_keys_and_regions_reach_the_bucket():
    options = store_at("s3://bucket/a/b?region=eu-west-2&encryption=aws:kms&key=abc", Path("/x"))["OPTIONS"]
    assert options["object_parameters"] == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "abc"}
    assert (options["bucket_name"], options["location"], options["region_name"]) == ("bucket", "a/b", "eu-west-2")
    assert store_at("s3://bucket?encryption=none", Path("/x"))["OPTIONS"]["object_parameters"] == {}
