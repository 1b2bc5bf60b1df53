"""What waits for the safeguards in a demonstration: a line for a lead to approve, a shield to place, a message to pass.

Everything goes through the actions that the pages call, and chooses by the pack's own data.
"""

from __future__ import annotations

from collections.abc import Sequence

from core import clock
from core.consent.conversation import ConversationAnswers
from core.consent.evidence import TICKED, options_for
from core.consent.pack import NOT_SHIELDED, Basis, BasisSensitivity
from core.consent.policy import Policy
from core.consent.routes import reached_by, routes_for, routes_without_agreement
from core.consent.wording import FieldSource, Outcome, Talked
from core.directory.models import Practitioner
from core.directory.viewers import Viewer, ViewerService
from core.exchange.actions.invented_conversations import Viewers
from core.network.actions import record_conversation_for
from core.network.actions.broker import send_broker_message
from core.network.actions.shields import ask_for_shield
from core.network.choices import BrokerAsk, ShieldReason
from core.network.facts import actor_facts, recipients_from, service_facts
from core.network.models import Approval, BrokerMessage, Involvement
from core.network.queries.around import Around, read_around
from tenants.base_model import TenantQuerySet

MOST_NAMED = 2


def ask_the_safeguards(emails: Sequence[str], viewers: Viewers) -> None:
    """Have some of those who can sign in ask each safeguard for something, once. Again, it changes nothing."""
    if Approval.objects.filter(involvement=None).exists() or BrokerMessage.objects.exists():
        return
    order = {email: number for number, email in enumerate(emails)}
    cards = Practitioner.objects.filter(user__email__in=emails, left_on=None).values_list("id", "user__email")
    ids = [card_id for card_id, email in sorted(cards, key=lambda row: order[row[1]])]
    known = viewers.of(ids)
    for_all = [known[one] for one in ids if one in known and known[one].services]
    confidential = [one for one in for_all if one.services[0].is_sensitive]
    ordinary = [one for one in for_all if not one.services[0].is_sensitive]
    for by in confidential:
        if _ask_a_lead(by):
            break
    for by in ordinary:
        if _ask_for_a_shield(by) and _ask_the_broker(by):
            break


def _ask_a_lead(by: Viewer) -> bool:
    """One of their lines that nobody else sees: to be shown to two agencies without consent, with a lead's approval."""
    service = by.services[0]
    lines = Involvement.objects.filter(
        practitioner_id=by.id, service_id=service.id, ended_on=None, client__removed_at=None, publications=None
    )
    for line in lines.select_related("client").order_by("started_on", "id")[:20]:
        answers = _without_consent(read_around(line.client), service, by)
        if answers is None:
            continue
        record_conversation_for(involvement_id=line.id, answers=answers, by=by)
        if Approval.objects.filter(involvement=line).exists():
            return True
    return False


def _without_consent(around: Around, service: ViewerService, by: Viewer) -> ConversationAnswers | None:
    facts = service_facts(service, around.policy)
    others = {one: status for one, status in around.agencies.items() if one != by.agency_id}
    network = recipients_from(others)
    actor = actor_facts(by, service)
    for basis in routes_without_agreement(
        routes_for(around.policy, actor=actor, client=around.facts, service=facts, recipients=(), on=around.on),
        refused=False,
    ):
        named = reached_by(basis, network)[:MOST_NAMED]
        if basis.sensitive is BasisSensitivity.APPROVAL and named:
            return ConversationAnswers(
                talked=Talked.CANNOT,
                outcome=Outcome.NOT_SAFE_TO_RAISE,
                why_anyway=basis.code,
                given_on=around.on,
                named=named,
                facts=frozenset(basis.facts_all),
                factors=frozenset(basis.factors[: basis.factors_min]),
                picked=_picked(around.policy, basis),
            )
    return None


def _picked(policy: Policy, basis: Basis) -> dict[str, str]:
    picked = {}
    for slug in basis.fields:
        asked = policy.rules.wording.fields[slug]
        if asked.source is FieldSource.LIST and asked.default is None:
            picked[slug] = options_for(basis, asked)[0].value
        elif asked.source is FieldSource.TICK:
            picked[slug] = TICKED
        elif asked.source is FieldSource.DATE:
            picked[slug] = clock.today().isoformat()
        elif asked.source is FieldSource.REFERENCE:
            picked[slug] = "2026-0042"
    return picked


def _ask_for_a_shield(by: Viewer) -> bool:
    line = _lines(by).last()
    if line is None:
        return False
    ask_for_shield(client_id=line.client_id, reason=ShieldReason.DOMESTIC_ABUSE, level="shielded", by=by)
    return True


def _ask_the_broker(by: Viewer) -> bool:
    """About a client with a confidential line, where they have one: as anybody may without knowing."""
    lines = _lines(by)
    hidden = Involvement.objects.filter(client__in=lines.values("client_id"), ended_on=None).exclude(
        service__service_type__sensitivity="standard"
    )
    line = hidden.order_by("started_on", "id").first() or lines.first()
    if line is None:
        return False
    send_broker_message(client_id=line.client_id, ask=BrokerAsk.CALL_ME, by=by)
    return True


def _lines(by: Viewer) -> TenantQuerySet[Involvement]:
    return Involvement.objects.filter(
        practitioner_id=by.id, ended_on=None, client__removed_at=None, client__shield=NOT_SHIELDED
    ).order_by("started_on", "id")
