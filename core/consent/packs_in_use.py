"""The packs this process decides by, and the policy in force in the present council.

Packs are read and validated once a process, at start; a start-up check refuses an invalid one. They are law and not a
council's data, so keeping them for the life of the process is safe.
"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

from core.consent.errors import PolicyUnusable
from core.consent.models import PolicyVersion
from core.consent.pack import Pack
from core.consent.pack_loading import load_packs
from core.consent.policy import Policy, Tightening, starting_policy, tightening_from
from tenants.context import CouncilRef, require_current, require_scope
from tenants.models import Council

_IN_FORCE: Final = "policy in force"


@cache
def packs() -> Mapping[str, Pack]:
    """Every pack, by id. Raises PackInvalid with a sentence for each mistake."""
    return load_packs()


def pack_of(council: CouncilRef) -> Pack:
    """The pack a council is set up with. Raises PolicyUnusable when this release does not hold it."""
    return _pack(council.pack_id)


def policy_in_force(on: date) -> Policy:
    """The present council's policy on a day: one query a unit of work, however often it is asked.

    A training council without one decides by its pack as it stands, signed off or not; its pages say so under a banner.
    Raises PolicyUnusable when a council at work has none, when its pack is no longer the one the policy was made for,
    or when a live council's pack was never signed off as its file stands.
    """
    memo = require_scope().memo
    known = memo.get((_IN_FORCE, on))
    if not isinstance(known, Policy):
        known = memo[_IN_FORCE, on] = _read_policy(on)
    return known


def policy_or_nothing(on: date) -> Policy:
    """The policy on a day; where none can be applied, one on which nothing may be shown: what such a council shows."""
    try:
        return policy_in_force(on)
    except PolicyUnusable:
        pack = pack_of(require_current())
        return Policy(pack, Tightening(bases_off=frozenset(basis.code for basis in pack.bases)))


def forget_policy() -> None:
    """Have the policy read anew in this unit of work: it has just been changed here."""
    memo = require_scope().memo
    for key in [key for key in memo if isinstance(key, tuple) and key[0] == _IN_FORCE]:
        del memo[key]


@contextlib.contextmanager
def supposing(policy: Policy, on: date) -> Iterator[None]:
    """Have everything in this unit of work answer as if `policy` were in force on a day: for a rehearsal alone."""
    memo = require_scope().memo
    before = memo.get((_IN_FORCE, on))
    memo[_IN_FORCE, on] = policy
    try:
        yield
    finally:
        del memo[_IN_FORCE, on]
        if before is not None:
            memo[_IN_FORCE, on] = before


def is_signed_off(pack: Pack, council: CouncilRef) -> bool:
    """Whether this council may be at work on this pack: its legal review was signed off, as the file stands."""
    return pack.checksum in council.signed_packs


def version_in_force(on: date) -> PolicyVersion | None:
    """The record of the present council's policy on a day, or None before its first. One query."""
    return (
        PolicyVersion.objects.filter(effective_from__lte=on, cancellation=None)
        .order_by("-effective_from", "-created_at")
        .first()
    )


def _read_policy(on: date) -> Policy:
    council = require_current()
    version = version_in_force(on)
    if version is None:
        if council.state != Council.State.TRAINING:
            raise PolicyUnusable("This council has no policy in force: record one before anything is shared.")
        return starting_policy(pack_of(council))
    policy = policy_of(version)
    if council.state == Council.State.LIVE and not is_signed_off(policy.pack, council):
        raise PolicyUnusable(
            f"The legal review of {policy.pack.ref} is not signed off as its file stands, so a live council can't "
            "decide by it. Nothing is shared until it is."
        )
    return policy


def policy_of(version: PolicyVersion) -> Policy:
    """The policy that a version records. Raises PolicyUnusable when this release's pack is another than it names."""
    pack = _pack(version.pack_id)
    if (pack.version, pack.checksum) != (version.pack_version, version.pack_checksum):
        raise PolicyUnusable(
            f"This council signed {version.pack_id}@{version.pack_version}, and this release holds {pack.ref} with "
            "other content. Nothing is shared until a policy for the pack as it is now has been recorded."
        )
    try:
        return Policy(pack, tightening_from(version.tightening))
    except ValueError as damage:
        raise PolicyUnusable(str(damage)) from damage


def _pack(pack_id: str) -> Pack:
    try:
        return packs()[pack_id]
    except KeyError:
        raise PolicyUnusable(f"This release holds no pack called {pack_id[:40]}.") from None
