"""Conversations for a demonstration: invented, but decided and recorded as any practitioner's are.

Which lines get one falls alike every time, so that a run that was stopped goes on as it began. Every publication comes
from the decision procedure, through the network's own action.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from core import clock
from core.accounts.models import User
from core.consent.conversation import ConversationAnswers
from core.consent.evidence import TICKED, options_for
from core.consent.models import DecisionRecord
from core.consent.pack import Basis
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import Recipient
from core.consent.routes import is_default, reached_by, routes_for
from core.consent.wording import Consenter, FieldSource, Outcome, Talked
from core.directory.models import Practitioner
from core.directory.viewers import Viewer, ViewerService, viewer_from
from core.exchange.actions.lots import lot_of_line
from core.network.actions.publish import Decided, publish_if_permitted
from core.network.facts import actor_facts, client_facts, recipients_from, service_facts
from core.network.models import Involvement, Reminder
from core.network.queries.around import Around, Supporter
from core.people.models import Client

MOST_ORDINARY: Final = 85
"""In a hundred ordinary lines, how many get a conversation that ends in agreement."""
SOME_REFUSED: Final = 88
FEW_SENSITIVE: Final = 15
MOST_NAMED: Final = 2
LONGEST_SINCE: Final = 120


@dataclass
class Viewers:
    """Practitioners as rules know them, read once for the whole run."""

    _known: dict[UUID, Viewer] = field(default_factory=dict)

    def of(self, practitioner_ids: Sequence[UUID]) -> dict[UUID, Viewer]:
        """Those of these practitioners who still work here."""
        missing = set(practitioner_ids) - self._known.keys()
        cards = Practitioner.objects.select_related("agency").filter(id__in=missing, left_on=None)
        roles = dict(User.objects.filter(id__in=[card.user_id for card in cards]).values_list("id", "roles"))
        for card in cards:
            held = roles.get(card.user_id, []) if card.user_id else []
            self._known[card.id] = viewer_from(card, frozenset(held))
        return {one: self._known[one] for one in practitioner_ids if one in self._known}


def lines_to_talk_about() -> list[UUID]:
    """The clients with open lines about which nothing has been decided yet, in a steady order."""
    decided = DecisionRecord.objects.filter(client_id=OuterRef("client_id"), involvement_id=OuterRef("pk"))
    open_lines = Involvement.objects.filter(~Exists(decided), ended_on=None, client__removed_at=None)
    return sorted(set(open_lines.values_list("client_id", flat=True)))


def invent_conversations(client_ids: Sequence[UUID], viewers: Viewers) -> int:
    """Have the conversations about these clients' lines. Answers how many lines are now shown."""
    on = clock.today()
    policy = policy_in_force(on)
    lines = list(
        Involvement.objects.select_related("service__service_type", "client", "practitioner")
        .filter(client_id__in=client_ids, ended_on=None)
        .order_by("created_at", "id")
    )
    talked_about = set(DecisionRecord.objects.filter(client_id__in=client_ids).values_list("involvement_id", flat=True))
    known = viewers.of([line.practitioner_id for line in lines])
    decided = Decided()
    around = _around(lines, policy, on)
    for line in lines:
        by = known.get(line.practitioner_id)
        service = by.service(line.service_id) if by else None
        if by is None or service is None or line.id in talked_about:
            continue
        answers = _answers(line, around[line.client_id], service, by)
        if answers is not None:
            publish_if_permitted(line, answers, service=service, around=around[line.client_id], decided=decided, by=by)
    decided.write()
    shown = [publication.involvement_id for publication in decided.publications]
    Reminder.objects.filter(involvement_id__in=shown, done_at=None).update(done_at=clock.now())
    return len(shown)


def _around(lines: Sequence[Involvement], policy: Policy, on: date) -> dict[UUID, Around]:
    """What `read_around` reads for one client, for many at once; nobody is invited yet."""
    by_client: dict[UUID, list[Involvement]] = defaultdict(list)
    clients: dict[UUID, Client] = {}
    for line in lines:
        by_client[line.client_id].append(line)
        clients[line.client_id] = line.client
    found = {}
    for client_id, members in by_client.items():
        agencies: dict[UUID, frozenset[str]] = {}
        for line in members:
            agency_id = line.service.agency_id
            agencies[agency_id] = agencies.get(agency_id, frozenset()) | frozenset(line.service.statuses)
        supporters = tuple(
            Supporter(
                line.id, line.practitioner_id, None, line.service_id, line.service.agency_id,
                frozenset(line.service.statuses), line.is_lead,
            )
            for line in members
        )  # fmt: skip
        client = clients[client_id]
        facts = client_facts(client, policy, on)
        found[client_id] = Around(client, facts, policy, on, supporters, agencies, frozenset())
    return found


def _answers(line: Involvement, around: Around, service: ViewerService, by: Viewer) -> ConversationAnswers | None:
    """What was said about this line, or None where it has not been talked about yet."""
    number = lot_of_line(line)
    lot = number % 100
    if around.facts.age is None or lot >= (FEW_SENSITIVE if service.is_sensitive else SOME_REFUSED):
        return None
    held_on = max(line.started_on, around.on - timedelta(days=number // 100 % LONGEST_SINCE))
    outcome = Outcome.AGREED if service.is_sensitive or lot < MOST_ORDINARY else Outcome.REFUSED
    return invented_answers(around, service, by, held_on=min(held_on, around.on), outcome=outcome, lot=lot)


def invented_answers(
    around: Around,
    service: ViewerService,
    by: Viewer,
    *,
    held_on: date,
    outcome: Outcome = Outcome.AGREED,
    lot: int = 0,
) -> ConversationAnswers | None:
    """A conversation with whoever decides at the client's age, with all that the pack asks for; None without a route.

    It chooses by the pack's own data and knows no jurisdiction.
    """
    rules, age = around.policy.rules, around.facts.age
    if age is None:
        return None
    judged = rules.age.assess_from <= age < rules.age.presumed_capacity_from
    speaks_for_self = age >= rules.age.presumed_capacity_from or (judged and lot % 2 == 0)
    network = recipients_from(around.with_agency(by.agency_id, service.statuses))
    basis = _default_route(around, service, by, network)
    if basis is None:
        return None
    named: tuple[Recipient, ...] = ()
    if basis.named_recipients or service.is_sensitive:
        named = reached_by(basis, network)
        named = named[:MOST_NAMED] if service.is_sensitive else named
        basis = _default_route(around, service, by, named) or basis
    beside = rules.conversation.records.competence if judged and speaks_for_self else ()
    return ConversationAnswers(
        talked=Talked.YES,
        with_whom=Consenter.SELF if speaks_for_self else Consenter.PARENT,
        outcome=outcome,
        given_on=held_on,
        competent=True if judged and speaks_for_self else None,
        named=named,
        facts=frozenset(basis.facts_all),
        factors=frozenset(basis.factors[: basis.factors_min]),
        picked=_picked(around.policy, (*basis.fields, *beside), basis, held_on),
    )


def _default_route(
    around: Around, service: ViewerService, by: Viewer, recipients: tuple[Recipient, ...]
) -> Basis | None:
    facts = service_facts(service, around.policy)
    routes = routes_for(
        around.policy,
        actor=actor_facts(by, service),
        client=around.facts,
        service=facts,
        recipients=recipients,
        on=around.on,
    )
    return next((basis for basis in routes if is_default(around.policy, basis, facts)), None)


def _picked(policy: Policy, asked_for: tuple[str, ...], basis: Basis, held_on: date) -> dict[str, str]:
    """What a practitioner would pick, tick and date for a route: the first option of each list."""
    picked = {}
    for slug in asked_for:
        asked = policy.rules.wording.fields[slug]
        if asked.source is FieldSource.LIST and asked.default is None:
            picked[slug] = options_for(basis, asked)[0].value
        elif asked.source is FieldSource.TICK:
            picked[slug] = TICKED
        elif asked.source is FieldSource.DATE:
            picked[slug] = held_on.isoformat()
    return picked
