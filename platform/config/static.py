"""Static files under names that carry a hash of their content, found without a collecting step."""

from __future__ import annotations

import hashlib
from functools import cache

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedFiles(StaticFilesStorage):
    """Adds `?v=` and eight digits of the file's own hash, so that a browser may keep each version for long."""

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002  # Django's signature
        """The address of `name`, with its content's mark."""
        return f"{super().url(name or '')}{_mark(name or '')}"


@cache
def _mark(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    with open(found, "rb") as file:  # noqa: PTH123  # a path Django found
        return "?v=" + hashlib.sha256(file.read()).hexdigest()[:8]
