"""What this release holds of law packs, as the kernel tells it to a console: named in the setting PACKS_HERE."""

from __future__ import annotations

from typing import Any

from core.consent.packs_in_use import packs


def packs_here() -> tuple[dict[str, Any], ...]:
    """Each pack's id, version, checksum, title, and the regions its residency rule allows."""
    return tuple(
        {
            "id": pack.id,
            "version": pack.version,
            "checksum": pack.checksum,
            "title": pack.title,
            "regions": list(pack.residency.allowed),
        }
        for _id, pack in sorted(packs().items())
    )
