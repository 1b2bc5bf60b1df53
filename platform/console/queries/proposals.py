"""Reads of what takes two operators: what waits, what was settled, and everything needed to decide one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.choices import Permission, ProposalKind
from console.errors import NotThere
from console.models import Council, Proposal, Release, SupportRequest
from console.policies import WAITS, Operators, can_decide
from console.queries.operators import OperatorRef, who_let_in
from core import clock

HISTORY: Final = 50
OF_MONEY: Final = "console.queries.finance.write_offs.proposed"
"""By name: what suspends and deletes councils stands on this module, and knows nothing of money."""


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal. `about` names its subject, `says` what it comes to; `council_id` where it is about a council."""

    id: UUID
    kind: str
    kind_label: str
    about: str
    council_id: UUID | None
    says: tuple[tuple[str, str], ...]
    reason: str
    proposed_by: str
    proposed_at: datetime
    runs_out_at: datetime
    state: str
    state_label: str
    decided_by: str
    decided_at: datetime | None
    decided_reason: str
    is_mine: bool
    may_decide: bool
    may_withdraw: bool

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.state == Proposal.Decision.OPEN


@dataclass(frozen=True, slots=True)
class Proposals:
    """What waits, what waits for this operator to decide, and what was settled last."""

    mine_to_decide: tuple[ProposalLine, ...]
    others: tuple[ProposalLine, ...]
    settled: tuple[ProposalLine, ...]


def proposals_for(by: OperatorRef) -> Proposals:
    """The page of proposals. Eight statements at most."""
    rows = _rows(by)
    waiting = rows.filter(decision="open", proposed_at__gt=clock.now() - WAITS).order_by("proposed_at")
    settled = rows.exclude(id__in=waiting.values("id")).order_by("-proposed_at")[:HISTORY]
    lines = _lines([*waiting, *settled], by)
    open_lines = [one for one in lines if one.is_open]
    return Proposals(
        mine_to_decide=tuple(one for one in open_lines if one.may_decide),
        others=tuple(one for one in open_lines if not one.may_decide),
        settled=tuple(one for one in lines if not one.is_open),
    )


def proposal_for(by: OperatorRef, proposal_id: UUID) -> ProposalLine:
    """One proposal, with everything needed to decide it. Raises NotThere."""
    found = _rows(by).filter(id=proposal_id).first()
    if found is None:
        raise NotThere("There is no such proposal.")
    return _lines([found], by)[0]


def proposals_to_decide(by: OperatorRef) -> tuple[ProposalLine, ...]:
    """What waits for this operator."""
    return proposals_for(by).mine_to_decide


def open_proposals_of(by: OperatorRef, subject_ids: Iterable[UUID]) -> tuple[ProposalLine, ...]:
    """What is proposed about these subjects and not settled yet."""
    rows = _rows(by).filter(decision="open", subject_id__in=list(subject_ids), proposed_at__gt=clock.now() - WAITS)
    return tuple(_lines(list(rows), by))


def _rows(by: OperatorRef) -> QuerySet[Proposal]:
    """Proposals that this operator sees: those about money only with the right to see money."""
    rows = Proposal.objects.select_related("proposed_by", "decided_by")
    return rows if by.may(Permission.SEE_FINANCE) else rows.exclude(kind=ProposalKind.WRITE_OFF)


def _lines(rows: list[Proposal], by: OperatorRef) -> list[ProposalLine]:
    subjects = _Subjects(rows)
    operators = who_let_in() if rows else {}
    return [_line(one, subjects, by, operators) for one in rows]


class _Subjects:
    """What the proposals are about, read at once: councils, requests for support, releases and invoices."""

    def __init__(self, rows: list[Proposal]) -> None:
        ids = {one.subject_id for one in rows}
        self.support: Mapping[UUID, SupportRequest] = (
            {one.id: one for one in SupportRequest.objects.select_related("operator").filter(id__in=ids)} if ids else {}
        )
        wanted = ids | {one.council_id for one in self.support.values()}
        self.councils: Mapping[UUID, Council] = (
            {one.id: one for one in Council.objects.filter(id__in=wanted)} if ids else {}
        )
        self.releases: Mapping[UUID, Release] = (
            {one.id: one for one in Release.objects.filter(id__in=ids).defer("content")} if ids else {}
        )
        of_money = [one for one in rows if one.kind == ProposalKind.WRITE_OFF]
        self.money: Mapping[UUID, tuple[str, tuple[tuple[str, str], ...]]] = (
            import_string(OF_MONEY)(of_money) if of_money else {}
        )

    def council_of(self, one: Proposal) -> Council | None:
        request = self.support.get(one.subject_id)
        return self.councils.get(request.council_id if request else one.subject_id)

    def name_of(self, one: Proposal) -> str:
        """What it is about, in a name."""
        council = self.council_of(one)
        if council is not None:
            return council.name
        if one.id in self.money:
            return self.money[one.id][0]
        release = self.releases.get(one.subject_id)
        return release.title if release else _("Something that is not there any more")


def _line(one: Proposal, subjects: _Subjects, by: OperatorRef, operators: Operators) -> ProposalLine:
    council = subjects.council_of(one)
    runs_out = one.proposed_at + WAITS
    is_over = one.decision == Proposal.Decision.OPEN and runs_out <= clock.now()
    state = Proposal.Decision.EXPIRED if is_over else Proposal.Decision(one.decision)
    is_open = state == Proposal.Decision.OPEN
    return ProposalLine(
        id=one.id, kind=one.kind, kind_label=str(ProposalKind(one.kind).label), about=subjects.name_of(one),
        council_id=council.id if council else None, says=tuple(_says(one, subjects)), reason=one.reason,
        proposed_by=one.proposed_by.name, proposed_at=one.proposed_at, runs_out_at=runs_out, state=state.value,
        state_label=str(state.label), decided_by=one.decided_by.name if one.decided_by else "",
        decided_at=one.decided_at, decided_reason=one.decided_reason, is_mine=one.proposed_by_id == by.id,
        may_decide=is_open and can_decide(by, one.kind, one.proposed_by_id, operators),
        may_withdraw=is_open and one.proposed_by_id == by.id,
    )  # fmt: skip


def _says(one: Proposal, subjects: _Subjects) -> Iterable[tuple[str, str]]:
    """What it comes to, line by line, as a deciding operator has to know it."""
    payload: Mapping[str, Any] = one.payload
    council = subjects.council_of(one)
    if council is not None:
        yield _("Council"), council.name
        yield _("Hosts"), ", ".join(council.hosts)
        yield _("State now"), council.get_state_display()
    if payload.get("contact"):
        yield _("Whom its people ring"), str(payload["contact"])
    if one.kind == ProposalKind.SUPPORT and (request := subjects.support.get(one.subject_id)):
        yield _("Who asks"), request.operator.name
        yield _("For how long"), ngettext("%(count)d hour", "%(count)d hours", request.hours) % {"count": request.hours}
    if one.id in subjects.money:
        yield from subjects.money[one.id][1]
    if one.kind == ProposalKind.RELEASE and (release := subjects.releases.get(one.subject_id)):
        yield _("Release"), f"{release.slug}@{release.version}"
        yield _("Checksum"), release.checksum
        chosen = len(payload.get("councils") or ())
        if chosen:
            yield _("To"), ngettext("%(count)d council", "%(count)d councils", chosen) % {"count": chosen}
