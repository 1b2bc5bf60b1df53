"""The packs this process decides by, and the policy in force in the present council.

Packs are read and validated once a process, at start; a start-up check refuses an invalid one. They are law and not a
council's data, so keeping them for the life of the process is safe.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from core.consent.errors import PolicyUnusable
from core.consent.models import PolicyVersion
from core.consent.pack import Pack
from core.consent.pack_loading import load_packs
from core.consent.policy import Policy, Tightening, starting_policy
from tenants.context import CouncilRef, require_current
from tenants.models import Council


@cache
def packs() -> Mapping[str, Pack]:
    """Every pack, by id. Raises PackInvalid with a sentence for each mistake."""
    return load_packs()


def pack_of(council: CouncilRef) -> Pack:
    """The pack a council is set up with. Raises PolicyUnusable when this release does not hold it."""
    return _pack(council.pack_id)


def policy_in_force(on: date) -> Policy:
    """The present council's policy on a day, in one query.

    A training council without one decides by its pack as it stands, signed or not; its pages say so under a banner.
    Raises PolicyUnusable when a council at work has none, or when its pack is no longer the one that was signed.
    """
    council = require_current()
    version = PolicyVersion.objects.filter(effective_from__lte=on).order_by("-effective_from").first()
    if version is None:
        if council.state != Council.State.TRAINING:
            raise PolicyUnusable("This council has no policy in force: record one before anything is shared.")
        return starting_policy(pack_of(council))
    pack = _pack(version.pack_id)
    if (pack.version, pack.checksum) != (version.pack_version, version.pack_checksum):
        raise PolicyUnusable(
            f"This council signed {version.pack_id}@{version.pack_version}, and this release holds {pack.ref} with "
            "other content. Nothing is shared until a policy for the pack as it is now has been recorded."
        )
    return Policy(pack, Tightening(bases_off=frozenset(version.tightening.get("bases_off", ()))))


def _pack(pack_id: str) -> Pack:
    try:
        return packs()[pack_id]
    except KeyError:
        raise PolicyUnusable(f"This release holds no pack called {pack_id[:40]}.") from None
