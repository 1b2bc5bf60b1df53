"""The two stores that files may be kept in: Django's folder and django-storages' bucket, with what we ask besides.

Both save a file whole or not at all, overwrite one of the same name, open a file to be read as it comes,
and list what lies under a name. A store that does not answer within seconds raises one of `AWAY`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

from infra.files import SECONDS

AWAY: Final = (OSError, BotoCoreError, ClientError, Boto3Error, HTTPClientError)
"""What a store raises that can't be reached, refuses, or is full. A file that is missing is FileNotFoundError."""

_UNFINISHED: Final = ".unfinished"


class Folder(FileSystemStorage):
    """A folder of this machine."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_overwrite=True, **options)

    def _save(self, name: str, content: Any) -> str:
        """Write beside its place and move it there at the end: what has the name is whole."""
        unfinished = super()._save(name + _UNFINISHED, content)  # type: ignore[misc]  # the stubs don't name it
        Path(self.path(unfinished)).replace(self.path(name))
        return name

    def source(self, name: str) -> IO[bytes]:
        """The file, open to be read; whoever asked closes it. Raises FileNotFoundError."""
        return Path(self.path(name)).open("rb")

    def names(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Every file under the folder `prefix` (it ends with a slash) with its size, in the order of their names."""
        top = Path(self.location)
        for path in sorted(Path(self.path(prefix)).rglob("*")):
            if path.is_file():
                yield path.relative_to(top).as_posix(), path.stat().st_size


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages ships no types
    """A bucket, in which nothing is public: no access list is ever sent, so that S3's own default, private, holds."""

    def __init__(self, **options: Any) -> None:
        style = {"addressing_style": "path"} if options.get("endpoint_url") else {}
        super().__init__(
            default_acl=None,
            file_overwrite=True,
            querystring_auth=True,
            client_config=Config(
                connect_timeout=SECONDS,
                read_timeout=SECONDS,
                retries={"mode": "standard", "total_max_attempts": 2},
                s3=style,
                # Services other than Amazon's do not all know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            **options,
        )

    def source(self, name: str) -> IO[bytes]:
        """The file, open to be read as it comes; whoever asked closes it. Raises FileNotFoundError."""
        try:
            answer = self.bucket.Object(self._normalize_name(name)).get()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from error
            raise
        found: IO[bytes] = answer["Body"]
        return found

    def names(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Every file under the folder `prefix` (it ends with a slash) with its size, in the order of their names."""
        start = f"{self.location.strip('/')}/" if self.location else ""
        for found in self.bucket.objects.filter(Prefix=f"{start}{prefix}"):
            yield found.key.removeprefix(start), found.size
