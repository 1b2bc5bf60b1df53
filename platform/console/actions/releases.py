"""Releases of law packs and templates: prepared by one operator, decided by another, then offered to councils.

A council sees what would change and adopts it or does not: nothing here changes a council.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from console.actions.deployments import words_for
from console.actions.orders import place_order
from console.actions.proposals import propose
from console.actions.waking import wake_errands
from console.choices import Permission, ProposalKind, ReleaseKind
from console.errors import NotPossible, NotThere
from console.models import Council, Offer, Proposal, Release
from console.policies import require
from console.ports import port_for
from console.ports.errors import BadReply, PortError
from console.queries.operators import OperatorRef
from console.queries.releases import AT_WORK, packs_held, release_of, why_not
from console.template_content import ContentRefused, checksum_of, of_a_council
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, shared

logger = logging.getLogger(__name__)


@transaction.atomic(using=SHARED_ALIAS)
def prepare_pack(*, checksum: str, title: str, notes: str, by: OperatorRef) -> UUID:
    """Prepare the release of a pack version that some deployment holds. Raises NotPermitted, NotPossible."""
    require(by, Permission.RELEASE)
    held = packs_held().get(checksum)
    if held is None:
        raise NotPossible(_("No deployment holds that version of a law pack any more."))
    pack, _names = held
    content = {"id": pack.id, "version": pack.version, "checksum": pack.checksum}
    return _prepared(ReleaseKind.PACK, pack.id, pack.version, title, notes, content, pack.checksum, by)


@transaction.atomic(using=SHARED_ALIAS)
def prepare_template(
    *, slug: str, version: str, title: str, notes: str, content: Mapping[str, Any], by: OperatorRef
) -> UUID:
    """Prepare the release of a template whose content was read. Raises NotPermitted, NotPossible."""
    require(by, Permission.RELEASE)
    return _prepared(ReleaseKind.TEMPLATE, slug, version, title, notes, content, checksum_of(content), by)


@transaction.atomic(using=SHARED_ALIAS)
def prepare_template_of(
    *, slug: str, version: str, title: str, notes: str, council_id: UUID, by: OperatorRef
) -> UUID:  # fmt: skip
    """Prepare a template's release from a council; its content is fetched soon. Raises NotPermitted, NotPossible."""
    require(by, Permission.RELEASE)
    source = Council.objects.filter(id=council_id, state__in=AT_WORK).first()
    if source is None:
        raise NotPossible(_("That council can't be copied now."))
    content = {"from": {"council": str(source.id), "name": source.name, "state": "asked"}}
    made = _prepared(ReleaseKind.TEMPLATE, slug, version, title, notes, content, "", by)
    wake_errands()
    return made


@transaction.atomic(using=SHARED_ALIAS)
def propose_release(*, release_id: UUID, councils: Iterable[UUID], reason: str, by: OperatorRef) -> UUID:
    """Propose to offer a release to these councils: a second operator decides.

    Raises NotPermitted, NotThere, NotPossible.
    """
    require(by, Permission.RELEASE)
    release = Release.objects.select_for_update(of=("self",)).filter(id=release_id).first()
    if release is None:
        raise NotThere(_("There is no such release."))
    chosen = sorted(set(councils))
    if not release.checksum or not chosen:
        raise NotPossible(_("Choose at least one council, once the release is complete."))
    problems = [f"{council.name}: {why}" for council, why in _looked_at(release, chosen) if why]
    if problems:
        raise NotPossible(". ".join(problems))
    payload = {"councils": [str(one) for one in chosen], "checksum": release.checksum}
    proposal = propose(kind=ProposalKind.RELEASE, subject_id=release.id, payload=payload, reason=reason, by=by)
    return proposal.id


def carry_out(proposal: Proposal, by: OperatorRef | None) -> None:
    """What was approved: each council that still can be is offered the release. In the decision's own transaction."""
    release = Release.objects.select_for_update(of=("self",)).get(id=proposal.subject_id)
    if release.checksum != proposal.payload["checksum"]:
        raise NotPossible(_("The release is not what was proposed any more. Refuse it, and propose it anew."))
    now = clock.now()
    if release.released_at is None:
        release.released_at = now
        release.save(update_fields=["released_at"])
    chosen = [UUID(one) for one in proposal.payload["councils"]]
    offered = 0
    for council, why in _looked_at(release, chosen):
        if why:
            continue  # it was suspended meanwhile, or offered otherwise: the matrix shows that it has none
        offered += 1
        _offer(release, council, by)
    if not offered:
        raise NotPossible(_("None of these councils can be offered it any more."))
    record("console.release.offered", by=by, subject=release, detail={"councils": offered})


@transaction.atomic(using=SHARED_ALIAS)
def offer_again(*, release_id: UUID, council_id: UUID, by: OperatorRef) -> None:
    """Offer once more what could not be offered. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.RELEASE)
    release = release_of(release_id)
    found = Offer.objects.select_for_update(of=("self",)).filter(release=release, council_id=council_id).first()
    if found is None:
        raise NotThere(_("There is no such offer."))
    if found.state != Offer.State.FAILED:
        raise NotPossible(_("It did not fail: there is nothing to send again."))
    council = Council.objects.select_related("deployment").get(id=council_id)
    if why := why_not(release, council, is_offered=False):
        raise NotPossible(why)
    record("console.release.offered_again", by=by, subject=release, detail={"council": str(council_id)})
    found.state, found.changed_at = Offer.State.SENDING, clock.now()
    found.save(update_fields=["state", "changed_at"])
    place_order(council=council, kind="offer", payload=payload_of(release), by=by)


def fetch_contents() -> int:
    """Fetch every template's content that waits, each outside of every transaction. Returns how many."""
    with shared(actor="job:console.errands"):
        waiting = list(Release.objects.filter(Q(content__from__state="asked"), checksum=""))
        sources = Council.objects.select_related("deployment").in_bulk(
            [UUID(one.content["from"]["council"]) for one in waiting]
        )
    for one in waiting:
        source = sources[UUID(one.content["from"]["council"])]
        try:
            content, words = of_a_council(port_for(source.deployment).template(source.id)), ""
        except PortError as error:
            content, words = {}, words_for(error)
        except ContentRefused as refused:
            content, words = {}, str(refused)
        except Exception:  # a fault of ours with one council must not keep the others waiting
            logger.exception("console_fetch_failed")
            content, words = {}, words_for(BadReply())
        try:
            _keep_content(one, content, words)
        except Exception:  # whatever one council says, the other contents are kept all the same
            logger.exception("console_fetch_failed")
            _keep_content(one, {}, words_for(BadReply()))
    return len(waiting)


def _keep_content(release: Release, content: Mapping[str, Any], words: str) -> None:
    with shared(actor="job:console.errands"):
        row = Release.objects.filter(id=release.id, checksum="")
        if words:
            row.update(content={"from": {**release.content["from"], "state": "failed", "words": words[:300]}})
        else:
            row.update(content=dict(content), checksum=checksum_of(content))


def payload_of(release: Release) -> dict[str, Any]:
    """What a deployment is told of a release."""
    return {
        "release": {
            "id": str(release.id), "kind": str(release.kind), "slug": release.slug, "version": release.version,
            "title": release.title, "notes": release.notes, "content": release.content, "checksum": release.checksum,
        }
    }  # fmt: skip


def _prepared(
    kind: ReleaseKind, slug: str, version: str, title: str, notes: str, content: Mapping[str, Any], checksum: str,
    by: OperatorRef,
) -> UUID:  # fmt: skip
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            made = Release.objects.create(
                kind=kind, slug=slug, version=version, title=title, notes=notes, content=dict(content),
                checksum=checksum, made_by_id=by.id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        raise NotPossible(
            _("There is a release %(ref)s already: a version is released once.") % {"ref": f"{slug}@{version}"}
        ) from None
    record("console.release.prepared", by=by, subject=made, detail={"kind": str(kind), "release": str(made)})
    return made.id


def _looked_at(release: Release, chosen: Iterable[UUID]) -> list[tuple[Council, str]]:
    """The councils with why each can't be offered the release. Two statements."""
    offered = set(
        Offer.objects.filter(release=release).exclude(state=Offer.State.FAILED).values_list("council_id", flat=True)
    )
    councils = Council.objects.select_related("deployment").filter(id__in=list(chosen)).order_by("name")
    return [
        (one, why_not(release, one, is_offered=one.id in offered) if one.state in AT_WORK else _("It is not at work"))
        for one in councils
    ]


def _offer(release: Release, council: Council, by: OperatorRef | None) -> None:
    """Offer it; a council for which something else is under way is offered it by hand once that is done."""
    offer, is_new = Offer.objects.get_or_create(
        release=release, council=council, defaults={"offered_at": clock.now(), "state": Offer.State.SENDING}
    )
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            place_order(council=council, kind="offer", payload=payload_of(release), by=by)
    except NotPossible:
        offer.state, offer.changed_at = Offer.State.FAILED, clock.now()
    else:
        if is_new:
            return
        offer.state, offer.changed_at = Offer.State.SENDING, clock.now()
    offer.save(update_fields=["state", "changed_at"])
