"""Which hosts are spoken for: each is one council's, on whatever deployment."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from uuid import UUID

from console.choices import CouncilState
from console.models import Council


def taken_hosts(*, besides: Iterable[UUID] = ()) -> frozenset[str]:
    """The hosts of every council that is not deleted, as they should be and as its deployment last said they are."""
    rows = (
        Council.objects.exclude(state=CouncilState.DELETED).exclude(id__in=list(besides)).values_list("hosts", "said")
    )
    return frozenset(chain.from_iterable([*hosts, *(said.get("hosts") or ())] for hosts, said in rows))
