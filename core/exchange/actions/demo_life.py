"""A little daily life for a demonstration: leads, joinings, planned visits, contacts and invitations that wait.

Everything goes through the actions that the pages call, so that what the demonstration shows is what they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import Final
from uuid import UUID

from core import clock
from core.accounts.models import User
from core.consent.conversation import ConversationAnswers
from core.consent.packs_in_use import policy_in_force
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from core.exchange.actions.invented_conversations import Viewers, invented_answers
from core.exchange.actions.lots import lot_of_client
from core.network.actions import invite_colleague, join_network, take_lead
from core.network.choices import Answer, Source, Visibility
from core.network.models import Involvement, NetworkInvitation, Publication
from core.network.policies import leaders_among
from core.network.queries.around import read_around
from core.notices.models import Notice
from core.people.models import Client
from core.visits.actions import log_contact, plan_visit
from core.visits.choices import ContactKind

ONE_LEAD_IN: Final = 8
"""Every so many clients with a line that may lead, one has a lead practitioner."""
NEWS: Final = 4
INVITATIONS: Final = 2


def name_leads(client_ids: Sequence[UUID], viewers: Viewers) -> int:
    """Have some of these clients' practitioners take the lead. Answers how many."""
    led = set(
        Involvement.objects.filter(client_id__in=client_ids, ended_on=None, is_lead=True).values_list(
            "client_id", flat=True
        )
    )
    clients = Client.objects.filter(id__in=client_ids).exclude(id__in=led)
    wanted = [client.id for client in clients if lot_of_client(client) % ONE_LEAD_IN == 0]
    lines = leaders_among().filter(client_id__in=wanted).order_by("started_on", "id")
    first = {line.client_id: line for line in reversed(list(lines))}
    known = viewers.of([line.practitioner_id for line in first.values()])
    taken = 0
    for line in first.values():
        by = known.get(line.practitioner_id)
        if by is not None:
            take_lead(involvement_id=line.id, by=by)
            taken += 1
    return taken


def join_some(user: User, count: int, viewers: Viewers) -> int:
    """Have somebody come to support clients of others until they support `count`. Answers how many they joined."""
    by = _viewer(user, viewers)
    if by is None or not by.services or not count:
        return 0
    mine = Involvement.objects.filter(practitioner_id=by.id, ended_on=None).values_list("client_id", flat=True)
    missing = count - len(set(mine))
    service = by.services[0]
    joined = 0
    for client_id in _well_known(without=set(mine)) if missing > 0 else ():
        client = Client.objects.filter(id=client_id, removed_at=None).first()
        around = read_around(client) if client else None
        answers = invented_answers(around, service, by, held_on=clock.today()) if around else None
        join_network(client_id=client_id, service_id=service.id, answers=answers or ConversationAnswers(), by=by)
        joined += 1
        if joined == missing:
            break
    return joined


def bring_news(user: User, viewers: Viewers) -> None:
    """Colleagues plan visits to this person's clients, are in touch with them, and invite them to other networks.

    Somebody who was told of something already is left in peace.
    """
    by = _viewer(user, viewers)
    if by is None or Notice.objects.filter(user=user, slug="visits.visit.planned").exists():
        return
    today = clock.today()
    for at, line in enumerate(_colleagues_lines(by, same_clients=True)[:NEWS]):
        colleague = viewers.of([line.practitioner_id]).get(line.practitioner_id)
        if colleague is not None:
            plan_visit(
                involvement_id=line.id, on=today + timedelta(days=at * 2), starts_at=time(9 + at, 30),
                ends_at=time(10 + at, 15), by=colleague,
            )  # fmt: skip
            log_contact(involvement_id=line.id, kind=ContactKind.PHONE, on=today - timedelta(days=at), by=colleague)
    if NetworkInvitation.objects.filter(practitioner_id=by.id, answer=Answer.WAITING).exists():
        return
    for line in _that_reach(by, _colleagues_lines(by, same_clients=False))[:INVITATIONS]:
        colleague = viewers.of([line.practitioner_id]).get(line.practitioner_id)
        if colleague is not None:
            invite_colleague(client_id=line.client_id, practitioner_id=by.id, by=colleague)


def _that_reach(by: Viewer, lines: Sequence[Involvement]) -> list[Involvement]:
    """Those of the lines that were agreed to on a basis that reaches this person's agency too."""
    statuses = {status for service in by.services for status in service.statuses}
    rules = policy_in_force(clock.today()).rules
    live = Publication.objects.filter(involvement__in=lines, ended_at=None).values_list("involvement_id", "basis")
    bases = {line_id: rules.basis(code) for line_id, code in live}
    return [
        line
        for line in lines
        if (basis := bases.get(line.id)) and not basis.named_recipients and basis.recipient_any & statuses
    ]


def _viewer(user: User, viewers: Viewers) -> Viewer | None:
    card = Practitioner.objects.filter(user=user, left_on=None).values_list("id", flat=True).first()
    return viewers.of([card]).get(card) if card else None


def _well_known(*, without: set[UUID]) -> Iterator[UUID]:
    """Clients with lines that are shown, in an order that no name decides."""
    shown = leaders_among().filter(source=Source.IMPORT).values("client_id")
    clients = Client.objects.filter(id__in=shown, removed_at=None).exclude(id__in=without)
    yield from (client.id for client in sorted(clients, key=lot_of_client))


def _colleagues_lines(by: Viewer, *, same_clients: bool) -> list[Involvement]:
    """Lines of other agencies' practitioners that are shown to the whole network; one a client, one a colleague."""
    mine = set(Involvement.objects.filter(practitioner_id=by.id, ended_on=None).values_list("client_id", flat=True))
    lines = leaders_among().exclude(service__agency_id=by.agency_id).filter(practitioner__left_on=None)
    lines = lines.filter(client_id__in=mine) if same_clients else lines.exclude(client_id__in=mine)
    reached = lines.filter(
        publications__ended_at=None,
        publications__visibility=Visibility.NETWORK,
        **({"publications__recipients__agency_id": by.agency_id} if same_clients else {}),
    )
    chosen: dict[UUID, Involvement] = {}
    colleagues: set[UUID] = set()
    for line in reached.order_by("-started_on", "client__search_key", "practitioner__family_name")[:200]:
        if line.client_id not in chosen and line.practitioner_id not in colleagues:
            chosen[line.client_id] = line
            colleagues.add(line.practitioner_id)
    return list(chosen.values())
