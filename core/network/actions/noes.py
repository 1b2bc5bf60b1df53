"""What was taken back since a moment: it counts wherever a question from before that moment is asked again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from core.consent.pack import Basis
from core.consent.request import Request
from core.consent.wording import Consenter
from core.network.choices import WithdrawalScope
from core.network.models import Withdrawal


@dataclass(frozen=True, slots=True)
class Noes:
    """Whether the line itself was refused, and the agencies that were taken off."""

    is_refused: bool
    agencies: frozenset[UUID]

    def asked_with(self, request: Request, basis: Basis | None) -> Request:
        """The question with these noes in it: without those agencies, unless the law overrides a no."""
        recipients = request.recipients
        if basis is None or not basis.overrides_refusal:
            recipients = tuple(one for one in recipients if UUID(one.agency) not in self.agencies)
        consent = replace(request.consent, refused=request.consent.refused or self.is_refused)
        return replace(request, recipients=recipients, consent=consent)


def noes_since(moment: datetime, *, client_id: UUID, line_id: UUID, basis: Basis | None, by: str | None) -> Noes:
    """The noes said from that moment on about a line that rests on `basis`, and on what `by` said. One query.

    A parent takes nothing back that a young person decided for themselves (regimes, section 3.2).
    """
    said = Withdrawal.objects.filter(client_id=client_id, at__gte=moment)
    if basis is not None and basis.consenter and by == Consenter.SELF:
        said = said.exclude(said_by=Consenter.PARENT)
    rows = list(said.values_list("scope", "involvement_id", "agency_id"))
    return Noes(
        is_refused=any(
            scope == WithdrawalScope.EVERYTHING or (scope == WithdrawalScope.LINE and line == line_id)
            for scope, line, _agency in rows
        ),
        agencies=frozenset(agency for _scope, line, agency in rows if agency and line in (None, line_id)),
    )
