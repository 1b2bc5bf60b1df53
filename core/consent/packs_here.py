"""What this release holds of law packs, as the kernel tells it to a console: named in the setting PACKS_HERE."""

from __future__ import annotations

from typing import Any

from core.consent.packs_in_use import every_version


def packs_here() -> tuple[dict[str, Any], ...]:
    """Each version of each pack: id, version, checksum, title, the regions its rule allows, how long it keeps."""
    return tuple(
        {
            "id": pack.id,
            "version": pack.version,
            "checksum": pack.checksum,
            "title": pack.title,
            "regions": list(pack.residency.allowed),
            "periods": dict(pack.retention),
        }
        for _key, pack in sorted(every_version().items())
    )
