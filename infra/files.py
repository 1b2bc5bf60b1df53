"""Where files are kept, as one address says it: a local folder, or a bucket of anything that speaks S3.

Needs no Django: the address is read while the settings are. The stores themselves are in `infra.file_stores`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

SECONDS: Final = 3
"""How long a store may take to connect, and then to send the next piece."""

EXAMPLE: Final = "s3://bucket/folder?region=eu-west-2"

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FOLDER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*)?")
_REGION: Final = re.compile(r"[a-z0-9-]{2,32}")
_OPTIONS: Final = frozenset({"endpoint", "region", "encryption", "key"})
_ENCRYPTIONS: Final = frozenset({"AES256", "aws:kms", "none"})


class AddressWrong(ValueError):
    """The address of the files can't be used; the sentence says why and quotes nothing of it."""


def store_at(address: str, folder: Path) -> dict[str, Any]:
    """What Django's STORAGES wants for `address`; `folder` is used where the address is empty. Raises AddressWrong."""
    if not address:
        return _local(folder)
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise AddressWrong(f"it can't be read as an address: write it as in {EXAMPLE}") from None
    if parts.scheme == "file":
        return _local(_folder(parts.netloc, unquote(parts.path), options))
    if parts.scheme != "s3":
        raise AddressWrong(f"it has to begin with s3:// or file://, as in {EXAMPLE}")
    return _bucket(parts.netloc, parts.path.strip("/"), options)


def _folder(host: str, path: str, options: dict[str, str]) -> Path:
    if host or options or "\0" in path or not Path(path).is_absolute():
        raise AddressWrong("a local folder is written with its full path, as in file:///var/lib/patchwork/files")
    return Path(path)


def _local(folder: Path) -> dict[str, Any]:
    options = {"location": str(folder), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {"BACKEND": "infra.file_stores.Folder", "OPTIONS": options}


def _bucket(bucket: str, folder: str, options: dict[str, str]) -> dict[str, Any]:
    if "@" in bucket:
        raise AddressWrong("it holds a name or a password: give those as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if not _BUCKET.fullmatch(bucket):
        raise AddressWrong(f"it names no bucket: write it as in {EXAMPLE}")
    if not _FOLDER.fullmatch(folder):
        raise AddressWrong("the folder in the bucket has to be words of letters and digits with / between")
    unknown = set(options) - _OPTIONS
    if unknown:
        raise AddressWrong(f"it may have {', '.join(sorted(_OPTIONS))} after the question mark, and nothing else")
    encryption = options.get("encryption", "AES256")
    if encryption not in _ENCRYPTIONS:
        raise AddressWrong("its encryption has to be AES256, aws:kms or none")
    if "key" in options and encryption != "aws:kms":
        raise AddressWrong("a key goes with encryption=aws:kms alone")
    if not _REGION.fullmatch(options.get("region", "us-east-1")):
        raise AddressWrong("its region has to be a word as in eu-west-2")
    sealed = {} if encryption == "none" else {"ServerSideEncryption": encryption}
    if options.get("key"):
        sealed["SSEKMSKeyId"] = options["key"]
    return {
        "BACKEND": "infra.file_stores.Bucket",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": folder,
            "region_name": options.get("region"),
            "endpoint_url": _endpoint(options.get("endpoint", "")),
            "object_parameters": sealed,
        },
    }


def _endpoint(address: str) -> str | None:
    """The address of a service other than Amazon's, or None."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise AddressWrong("its endpoint can't be read as an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise AddressWrong("its endpoint has to be an address as in https://s3.example.org, without a password")
    return address
