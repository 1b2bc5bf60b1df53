"""The packs this process decides by, and the policy in force in the present council.

Packs are read and validated once a process, at start; a start-up check refuses an invalid one. They are law and not a
council's data, so keeping them for the life of the process is safe.
"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from django.conf import settings

from core.consent.errors import PolicyUnusable
from core.consent.models import PolicyDraft, PolicyVersion
from core.consent.pack import Pack
from core.consent.pack_loading import PACKS_FOLDER, load_versions, newest
from core.consent.policy import Policy, Tightening, starting_policy, tightening_from
from tenants.context import CouncilRef, require_current, require_scope
from tenants.models import Council

_IN_FORCE: Final = "policy in force"


@cache
def every_version() -> Mapping[tuple[str, str, str], Pack]:
    """Every version of every pack that this process holds, by id, version and checksum.

    Those of the release, and those of the folder that PATCHWORK_PACKS names. Raises PackInvalid.
    """
    more = [Path(settings.PACKS_FOLDER)] if settings.PACKS_FOLDER else []
    versions = load_versions(PACKS_FOLDER, *more)
    return MappingProxyType({(pack.id, pack.version, pack.checksum): pack for pack in versions})


@cache
def packs() -> Mapping[str, Pack]:
    """The newest version of every pack, by id. Raises PackInvalid with a sentence for each mistake."""
    return newest(every_version().values())


def pack_of(council: CouncilRef) -> Pack:
    """The newest version of the pack a council is set up with: its language, its time zone, what it would start from.

    What it decides by is its policy's to say. Raises PolicyUnusable when this release does not hold the pack.
    """
    return _pack(council.pack_id)


def pack_held(pack_id: str, version: str, checksum: str) -> Pack:
    """One version of a pack as its file stood. Raises PolicyUnusable when this release does not hold that file."""
    found = every_version().get((pack_id, version, checksum))
    if found is None:
        pack = _pack(pack_id)
        raise PolicyUnusable(
            f"This council signed {pack_id}@{version}, and this release holds {pack.ref} with other content. Nothing "
            "is shared until a policy for the pack as it is now has been recorded."
        )
    return found


def pack_with(pack_id: str, checksum: str) -> Pack | None:
    """The version of a pack whose file has this checksum, or None where this release does not hold it."""
    return next((pack for pack in every_version().values() if (pack.id, pack.checksum) == (pack_id, checksum)), None)


def pack_of_draft(draft: PolicyDraft) -> Pack:
    """The version of the pack that a draft is made for. Raises PolicyUnusable when this release does not hold it."""
    council = require_current()
    if not draft.pack_checksum:
        return pack_of(council)
    return pack_held(council.pack_id, draft.pack_version, draft.pack_checksum)


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


def version_to_come() -> PolicyVersion | None:
    """The newest version that was not taken back, in force or still to come: what the next draft starts from."""
    return PolicyVersion.objects.filter(cancellation=None).order_by("-effective_from", "-created_at").first()


def pack_to_go_on_with() -> Pack:
    """The version of the pack that the newest policy is for; the release's newest where there is none or it is gone."""
    latest = version_to_come()
    if latest is not None:
        with contextlib.suppress(PolicyUnusable):
            return policy_of(latest).pack
    return pack_of(require_current())


def _read_policy(on: date) -> Policy:
    council = require_current()
    version = version_in_force(on)
    if version is None:
        if council.decides_as != Council.State.TRAINING:
            raise PolicyUnusable("This council has no policy in force: record one before anything is shared.")
        return starting_policy(pack_of(council))
    policy = policy_of(version)
    if council.decides_as == Council.State.LIVE and not is_signed_off(policy.pack, council):
        raise PolicyUnusable(
            f"The legal review of {policy.pack.ref} is not signed off as its file stands, so a live council can't "
            "decide by it. Nothing is shared until it is."
        )
    return policy


def policy_of(version: PolicyVersion) -> Policy:
    """The policy that a version records. Raises PolicyUnusable when this release does not hold the pack it names."""
    pack = pack_held(version.pack_id, version.pack_version, version.pack_checksum)
    try:
        return Policy(pack, tightening_from(version.tightening))
    except ValueError as damage:
        raise PolicyUnusable(str(damage)) from damage


def _pack(pack_id: str) -> Pack:
    try:
        return packs()[pack_id]
    except KeyError:
        raise PolicyUnusable(f"This release holds no pack called {pack_id[:40]}.") from None
