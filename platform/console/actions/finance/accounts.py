"""Telling councils how their account stands: their deployments are told what changed, and given the files.

Said once a day, and within minutes of whatever changes it: a sweep compares a checksum of what would be said with what
was said last. What a deployment could not be told is tried again with the next sweep, and nothing else waits for it.
Nothing that a council may do depends on it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from billing.actions.sending import pdf_of
from console.choices import CouncilState
from console.models import AccountSent, Council, Deployment
from console.ports import port_for
from console.ports.base import DeploymentPort
from console.ports.errors import NotHere, OrderRefused, PortError
from console.queries.finance.accounts import accounts_of, councils_with_account, pdf_with, without_pdf
from core import clock
from tenants.context import shared

logger = logging.getLogger(__name__)

ACTOR: Final = "job:console.push_accounts"
MOST_DRAWN: Final = 20
"""PDFs that one sweep makes: most were made when they were sent."""
TOLD: Final = (CouncilState.TRAINING, CouncilState.LIVE, CouncilState.SUSPENDED, CouncilState.LEAVING)


def push_accounts(*, draw: int = MOST_DRAWN) -> int:
    """Tell every council's deployment what changed of its account. Returns how many were told. Outside of every scope.

    At most `draw` PDFs are made that were not made yet. A deployment that is away is left alone until the next sweep.
    """
    with shared(actor=ACTOR):
        there = Council.objects.filter(id__in=councils_with_account(), state__in=TOLD).select_related("deployment")
        councils = list(there.order_by("deployment__name", "deployment_id", "name", "id"))
        missing = without_pdf([one.id for one in councils], draw) if draw else ()
    _draw(missing)
    return sum(
        _push_to(deployment, list(ours)) for deployment, ours in groupby(councils, key=lambda one: one.deployment)
    )


def _draw(invoice_ids: Iterable[UUID]) -> None:
    for invoice_id in invoice_ids:
        try:
            pdf_of(invoice_id, at=clock.now())
        except Exception:  # one that can't be drawn leaves the others none the worse
            logger.exception("invoice_pdf_failed", extra={"invoice": str(invoice_id)})


def _push_to(deployment: Deployment, councils: Sequence[Council]) -> int:
    """The councils of one deployment, until it does not answer."""
    with shared(actor=ACTOR):
        accounts = accounts_of([one.id for one in councils])
        known = dict(AccountSent.objects.filter(council__in=councils).values_list("council_id", "checksum"))
    told = 0
    for council in councils:
        account = accounts.get(council.id)
        if account is None or known.get(council.id) == checksum_of(account):
            continue
        try:
            _push(port_for(deployment), council.id, account)
        except (OrderRefused, NotHere) as refused:
            logger.warning("account_refused", extra={"council": str(council.id), "kind": refused.slug})
            _keep(council.id, failure=refused.slug)
        except PortError as away:
            logger.warning("account_not_told", extra={"council": str(council.id), "kind": away.slug})
            _keep(council.id, failure=away.slug)
            break
        except Exception:  # a fault of ours with one council must not keep the others from theirs
            logger.exception("account_failed", extra={"council": str(council.id)})
            _keep(council.id, failure=PortError.slug)
        else:
            _keep(council.id, checksum=checksum_of(account))
            told += 1
    return told


def checksum_of(account: Mapping[str, Any]) -> str:
    """Of all that an account says."""
    return sha256(json.dumps(account, sort_keys=True).encode()).hexdigest()


def _push(port: DeploymentPort, council_id: UUID, account: Mapping[str, Any]) -> None:
    """Say it, and give each file that is wanted. Killed in between, it is said again: it is not kept as told."""
    for checksum in port.put_account(council_id, account):
        with shared(actor=ACTOR):
            content = pdf_with(checksum)
        if content is not None:
            port.put_document(council_id, checksum, content)


def _keep(council_id: UUID, *, checksum: str = "", failure: str = "") -> None:
    """Note what was told, or why it was not: then what was told before stays noted as not the newest."""
    said: dict[str, Any] = {"failure": failure} if failure else {
        "checksum": checksum, "sent_at": clock.now(), "failure": "",
    }  # fmt: skip
    with shared(actor=ACTOR):
        AccountSent.objects.update_or_create(council_id=council_id, defaults=said)
