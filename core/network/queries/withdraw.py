"""What can be taken back, as the page that asks it shows it: lines that this viewer sees, the council's agencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from core import clock
from core.audit.actions import record_sight
from core.consent.packs_in_use import policy_in_force
from core.consent.wording import Consenter, QuestionSlug
from core.directory.viewers import Viewer
from core.network.agencies import AgencyToName, agencies_to_name
from core.network.facts import client_facts
from core.network.models import Publication
from core.network.policies import require_open, visible_to
from core.network.policies.withdrawing import require_can_be_told
from core.network.queries.show import ClientIdentity, client_identity

ASKED: Final = "network.withdrawal.asked_about"


@dataclass(frozen=True, slots=True)
class LineToTakeBack:
    """One line that others see now, and that this viewer sees."""

    id: UUID
    name: str
    role: str
    service: str
    agency: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    """What is asked: who said it (the pack's words, by code), and what it is about."""

    client: ClientIdentity
    who: tuple[tuple[str, str], ...]
    lines: tuple[LineToTakeBack, ...]
    agencies: tuple[AgencyToName, ...]


def withdrawal_page_for(viewer: Viewer, client_id: UUID) -> WithdrawalPage:
    """The page, for somebody on the network; the lines on it are a sight. Raises ClientNotFound.

    Agencies are the council's own list, the same for every client: it says nothing of who is involved.
    """
    client = require_open(viewer, client_id)
    require_can_be_told(viewer, client_id)
    today = clock.today()
    policy = policy_in_force(today)
    live = Publication.objects.filter(involvement_id=OuterRef("pk"), ended_at=None, review_by__gte=today)
    rows = (
        visible_to(viewer)
        .filter(Exists(live), client_id=client_id)
        .select_related("practitioner", "service__service_type", "service__agency")
        .order_by("practitioner__family_name", "practitioner__given_name", "id")
    )
    lines = tuple(
        LineToTakeBack(
            row.id,
            row.practitioner.full_name,
            row.practitioner.job_title,
            row.service.service_type.label,
            row.service.agency.name,
            row.practitioner_id == viewer.id,
        )
        for row in rows
    )
    record_sight(ASKED, by=viewer, client_id=client_id, detail={"lines": [str(line.id) for line in lines]})
    age = client_facts(client, policy, today).age
    wrong = None
    if age is not None:
        wrong = Consenter.PARENT if age >= policy.rules.age.adult_from else Consenter.ATTORNEY_OR_DEPUTY
    answers = policy.rules.conversation.question(QuestionSlug.WITH_WHOM).answers
    who = tuple((answer.value, answer.label) for answer in answers if answer.value != wrong)
    return WithdrawalPage(client_identity(client), who, lines, agencies_to_name())
