"""What waits for a safeguarding lead or their stand-in: the queue, and one request with the evidence as recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.accounts.choices import Role
from core.audit.actions import record_sight, refuse
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.wording import QuestionSlug
from core.directory.models import Agency, Practitioner
from core.directory.viewers import Viewer
from core.network.choices import ApprovalState, Voice, VoiceReason
from core.network.errors import ApprovalNotFound
from core.network.models import Approval, ApprovalVoice, StandIn
from core.network.policies.deciding import decidable_by, decides_today
from core.network.policies.standing import standing_of
from core.people.identity import whole_years
from tenants.base_model import TenantQuerySet

LISTED = "network.approvals.listed"
OPENED = "network.approval.opened"
MOST = 100


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    """One line of the queue: what is asked, on which ground, by whom, and since when. It names no client."""

    id: UUID
    ground: str
    service: str
    asked_by: str
    asked_by_role: str
    agency: str
    asked_at: datetime
    due_on: date
    is_late: bool
    is_own: bool
    voices: int
    people_needed: int


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """The queue of one viewer. `may_name_stand_ins`: they are the lead, and no stand-in."""

    waiting: tuple[WaitingApproval, ...]
    has_more: bool
    may_name_stand_ins: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One row of what was recorded: a question in words, and the answers."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """What one approver said."""

    name: str
    answer: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """One request. `client` is empty for a shielded client, unless the viewer is assigned: they decide on the rest."""

    id: UUID
    client: str
    age: int | None
    ground: str
    citations: tuple[str, ...]
    service: str
    agency: str
    asked_by: str
    asked_by_role: str
    asked_at: datetime
    due_on: date
    evidence: tuple[Said, ...]
    named: tuple[str, ...]
    voices: tuple[VoiceLine, ...]
    people_needed: int
    state: str
    state_label: str
    may_decide: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class StandInLine:
    """One stand-in, now or to come."""

    id: UUID
    name: str
    job_title: str
    starts_on: date
    ends_on: date
    is_now: bool


def approvals_for(viewer: Viewer) -> ApprovalsPage:
    """The queue, the longest waiting first; the sight is recorded. Three queries.

    Raises ApprovalNotFound for somebody who decides for nobody: for them there is no such page.
    """
    if not decides_today(viewer):
        refuse(LISTED, by=viewer, reason="role_not_held")
        raise ApprovalNotFound
    policy, today = policy_in_force(clock.today()), clock.today()
    rows = list(
        _with_who(decidable_by(viewer).filter(state=ApprovalState.WAITING)).order_by("asked_at", "id")[: MOST + 1]
    )
    voices = _counted(rows)
    shown = tuple(_waiting(row, policy, today, viewer, voices) for row in rows[:MOST])
    record_sight(LISTED, by=viewer, detail={"approvals": [str(one.id) for one in shown]})
    return ApprovalsPage(shown, len(rows) > MOST, viewer.has_role(Role.SAFEGUARDING_LEAD))


def approval_for(viewer: Viewer, approval_id: UUID) -> ApprovalPage:
    """One request with its evidence; the sight of the client is recorded. Raises ApprovalNotFound."""
    row: Any = _with_who(decidable_by(viewer)).select_related("client", "decision").filter(id=approval_id).first()
    if row is None:
        refuse(OPENED, by=viewer, reason="not_found", subject_id=approval_id)
        raise ApprovalNotFound
    policy = policy_in_force(clock.today())
    is_there = row.client.shield == "none" or row.client_id in standing_of(viewer).assigned
    record_sight(OPENED, by=viewer, subject=row, client_id=row.client_id)
    voices = voices_of(row.id)
    basis = policy.pack.basis(row.ground)
    return ApprovalPage(
        id=row.id,
        client=row.client.full_name if is_there else "",
        age=_age(row.client),
        ground=_ground(policy, row.ground),
        citations=basis.citations if basis else (),
        service=row.involvement.service.service_type.label,
        agency=row.involvement.service.agency.name,
        asked_by=row.asked_by.full_name,
        asked_by_role=row.asked_by.job_title,
        asked_at=row.asked_at,
        due_on=row.due_on,
        evidence=tuple(evidence_in_words(policy, row.answers)),
        named=_names(row.answers.get("named") or ()),
        voices=voices,
        people_needed=row.people_needed,
        state=row.state,
        state_label=str(ApprovalState(row.state).label),
        may_decide=row.state == ApprovalState.WAITING
        and row.asked_by_id != viewer.id
        and not ApprovalVoice.objects.filter(approval_id=row.id, by_id=viewer.id).exists(),
        is_own=row.asked_by_id == viewer.id,
    )


def voices_of(approval_id: UUID) -> tuple[VoiceLine, ...]:
    """What each approver said, in order. Two queries."""
    rows = list(ApprovalVoice.objects.filter(approval_id=approval_id).order_by("at"))
    cards = Practitioner.objects.filter(id__in=[row.by_id for row in rows]) if rows else ()
    names = {card.id: card.full_name for card in cards}
    return tuple(
        VoiceLine(
            names.get(row.by_id, _("An officer without a contact card")),
            str(Voice(row.answer).label),
            str(VoiceReason(row.reason).label) if row.reason else "",
            row.at,
        )
        for row in rows
    )


def stand_ins_for(viewer: Viewer) -> tuple[StandInLine, ...]:
    """The stand-ins of now and of days to come, for the lead who names them. Raises ApprovalNotFound. One query."""
    if not viewer.has_role(Role.SAFEGUARDING_LEAD):
        refuse("network.stand_ins.listed", by=viewer, reason="role_not_held")
        raise ApprovalNotFound
    today = clock.today()
    rows = StandIn.objects.filter(role=Role.SAFEGUARDING_LEAD, ends_on__gte=today, ended_at=None)
    return tuple(
        StandInLine(
            row.id, row.practitioner.full_name, row.practitioner.job_title, row.starts_on, row.ends_on,
            row.starts_on <= today,
        )
        for row in rows.select_related("practitioner").order_by("starts_on", "id")
    )  # fmt: skip


def evidence_in_words(policy: Policy, answers: Mapping[str, Any]) -> Iterator[Said]:
    """What was recorded, question by question, in the pack's words; a code that it has no words for stays a code."""
    wording, conversation = policy.rules.wording, policy.rules.conversation
    questions = {question.slug: question for question in conversation.questions}
    for slug, code in (
        (QuestionSlug.TALKED, answers.get("talked")),
        (QuestionSlug.WITH_WHOM, answers.get("with_whom")),
        (QuestionSlug.OUTCOME, answers.get("outcome")),
    ):
        if code:
            words = {answer.value: answer.label for answer in questions[slug].answers}
            yield Said(questions[slug].text, (words.get(code, code),))
    if answers.get("competent") is not None:
        yield Said(_("Judged to understand this decision"), (_("Yes") if answers["competent"] else _("No"),))
    facts = [wording.facts[fact].label if fact in wording.facts else fact for fact in answers.get("facts") or ()]
    if facts:
        yield Said(_("Ticked as true"), tuple(facts))
    factors = [wording.facts[fact].label if fact in wording.facts else fact for fact in answers.get("factors") or ()]
    if factors:
        label = wording.fields["factors"].label if "factors" in wording.fields else _("Factors")
        yield Said(label, tuple(factors))
    for slug, value in sorted((answers.get("picked") or {}).items()):
        field = wording.fields.get(slug)
        options = {option.value: option.label for option in field.options} if field else {}
        said = options.get(value, _("Yes") if value == "yes" else value)
        yield Said(field.label if field else slug, (said,))


def _waiting(row: Any, policy: Policy, today: date, viewer: Viewer, voices: Mapping[UUID, int]) -> WaitingApproval:
    return WaitingApproval(
        id=row.id,
        ground=_ground(policy, row.ground),
        service=row.involvement.service.service_type.label,
        asked_by=row.asked_by.full_name,
        asked_by_role=row.asked_by.job_title,
        agency=row.involvement.service.agency.name,
        asked_at=row.asked_at,
        due_on=row.due_on,
        is_late=row.due_on < today,
        is_own=row.asked_by_id == viewer.id,
        voices=voices.get(row.id, 0),
        people_needed=row.people_needed,
    )


def _with_who(approvals: TenantQuerySet[Approval]) -> TenantQuerySet[Approval]:
    return approvals.select_related("asked_by", "involvement__service__service_type", "involvement__service__agency")


def _counted(rows: Iterable[Approval]) -> dict[UUID, int]:
    counted: dict[UUID, int] = {}
    for approval_id in ApprovalVoice.objects.filter(approval__in=[row.id for row in rows]).values_list(
        "approval_id", flat=True
    ):
        counted[approval_id] = counted.get(approval_id, 0) + 1
    return counted


def _ground(policy: Policy, code: str) -> str:
    """The ground in words: of a route, or of the reason for which it is looked at."""
    basis = policy.pack.basis(code)
    if basis is not None:
        return policy.rules.wording.routes.get(code, basis.label)
    return {
        "competence_below_assess_age": _("A young child is said to understand this decision"),
        "parental_responsibility": _("Parents disagree, or a court has decided who may agree"),
    }.get(code, code)


def _names(agency_ids: Iterable[str]) -> tuple[str, ...]:
    ids = list(agency_ids)
    return tuple(Agency.objects.filter(id__in=ids).order_by("name").values_list("name", flat=True)) if ids else ()


def _age(client: Any) -> int | None:
    return whole_years(client.birth_date, clock.today()) if client.birth_date else None
