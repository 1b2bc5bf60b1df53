"""What this release's catalogue holds, as the kernel tells it to a console: named in the setting SERVICE_TYPES_HERE."""

from __future__ import annotations

from functools import cache
from typing import Any

from core.directory.catalogue.loading import load_catalogue


@cache
def types_here() -> tuple[dict[str, Any], ...]:
    """Each service type's code, its sensitivity, and what each jurisdiction calls it."""
    return tuple(
        {
            "code": entry.code,
            "sensitivity": entry.sensitivity_class,
            "labels": {pack: offer.label for pack, offer in sorted(entry.offered.items())},
        }
        for entry in load_catalogue()
    )
