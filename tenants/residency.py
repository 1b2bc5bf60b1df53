"""Where a council may be kept: its law pack has to be of this release, and the pack says in which regions.

Asked whenever a council comes to a deployment, be it by an order, by an exit copy or by a command.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from tenants.errors import NotKeptHere


def require_kept_here(*, pack_id: str, region: str, checksum: str = "", stands_in: str = "") -> None:
    """Raise NotKeptHere for a pack that this release does not hold, or a region that is not the pack's or not ours.

    With a `checksum` it has to be that very version. `stands_in` is another region than this deployment's own, for a
    machine on which several are tried out.
    """
    stands_in = stands_in or settings.DEPLOYMENT_REGION
    versions = [one for one in import_string(settings.PACKS_HERE)() if one["id"] == pack_id]
    if not versions:
        raise NotKeptHere(f"This deployment's release holds no law pack called {pack_id}.")
    pack = next((one for one in versions if one["checksum"] == checksum), None) if checksum else versions[-1]
    if pack is None:
        raise NotKeptHere(
            f"This deployment's release holds another version of the law pack {pack_id}: "
            f"{versions[-1]['version']}, with another checksum."
        )
    if region != stands_in:
        raise NotKeptHere(f"This deployment stands in the region “{stands_in}”, not in “{region}”.")
    if region not in pack["regions"]:
        raise NotKeptHere(
            f"{pack['title']} keeps a council's data in the region {' or '.join(pack['regions'])}; "
            f"this deployment stands in “{region}”."
        )
