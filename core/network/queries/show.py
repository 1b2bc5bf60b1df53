"""What one viewer sees of one client's network: everything the page prints, and every answer it asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from core import clock
from core.consent.models import DecisionRecord
from core.consent.pack import STANDARD_CLASS, OtherViewers
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import ClientFacts
from core.directory.viewers import Viewer, ViewerService
from core.network.choices import Answer, PublicationEnd, Visibility
from core.network.facts import client_facts
from core.network.models import Approval, ApprovalVoice, LeadOffer, NetworkInvitation, Publication
from core.network.policies import masked_to, require_open, services_to_join_with, standing_of, visible_to
from core.network.queries.find import searchable_kinds
from core.network.words import LineState, kept_back, shown, shown_until, waiting_words
from core.people.models import Client, ClientIdentifier


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """Enough to know that this is the right person. Identifiers: for people on the network, as the pack allows."""

    id: UUID
    given_name: str
    middle_names: str
    family_name: str
    known_as: str
    birth_date: date | None
    age_from: int | None
    age_to: int | None
    age_noted_on: date | None
    identifiers: tuple[tuple[str, str], ...]

    @property
    def first_name(self) -> str:
        """What they are called."""
        return self.known_as or self.given_name


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the network, as this viewer may see it. `state` is given for lines the viewer answers for."""

    involvement_id: UUID
    practitioner_id: UUID
    service_id: UUID
    agency_id: UUID
    agency: str
    name: str
    role: str
    service: str
    phone: str
    other_phone: str
    email: str
    best_time: str
    started_on: date
    confirmed_on: date
    stale_days: int | None
    is_lead: bool
    may_lead: bool
    has_account: bool
    has_left: bool
    is_own: bool
    is_managed: bool
    state: LineState | None
    lead_offer_id: UUID | None
    lead_offered_to_viewer: bool

    @property
    def is_shown(self) -> bool:
        """Whether others on the network may see this line. Only its own people ever see one that is not."""
        return self.state is None or self.state.is_shown

    @property
    def may_be_asked_to_lead(self) -> bool:
        """Whether the lead practitioner may offer them the lead: their line is one that everyone sees."""
        return self.may_lead and not self.is_lead

    @property
    def is_stale(self) -> bool:
        """Whether it has gone unconfirmed for longer than its service's interval."""
        return self.stale_days is not None


@dataclass(frozen=True, slots=True)
class WaitingInvitation:
    """An invitation this viewer may answer."""

    id: UUID
    invited_by: str


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """A client's network for one viewer, with ready answers.

    `has_masked`: a service that cannot be shown is involved, where the policy lets that be known; never how many.
    `is_limited_sight`: the viewer is here by limited sight alone.
    """

    client: ClientIdentity
    facts: ClientFacts
    policy: Policy
    is_related: bool
    members: tuple[Member, ...]
    services_to_join_with: tuple[ViewerService, ...]
    invitation: WaitingInvitation | None
    may_invite: bool
    may_take_lead: bool
    has_masked: bool
    is_limited_sight: bool

    @property
    def member_count(self) -> int:
        """How many lines there are, for this viewer."""
        return len(self.members)

    @property
    def own(self) -> tuple[Member, ...]:
        """The viewer's own lines."""
        return tuple(member for member in self.members if member.is_own)

    @property
    def lead(self) -> Member | None:
        """The lead practitioner, or None where nobody leads that this viewer knows of."""
        return next((member for member in self.members if member.is_lead), None)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Member, ...]], ...]:
        """The lines by agency, in their order."""
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(member.agency, []).append(member)
        return tuple((agency, tuple(members)) for agency, members in found.items())


def network_for(viewer: Viewer, client_id: UUID) -> NetworkPage:
    """Everything the client page shows to this viewer of the network, in at most six queries, however many lines.

    Raises ClientNotFound when the client does not exist or may not be seen: the two look the same.
    """
    client = require_open(viewer, client_id)
    today = clock.today()
    policy = policy_in_force(today)
    members = _members(viewer, client_id, policy, today)
    invitations = _invitations(viewer, client_id)
    is_own = any(member.is_own for member in members)
    is_related = bool(members) or is_own or any(one.answer == Answer.ACCEPTED for one in invitations)
    waiting = next((one for one in invitations if one.answer == Answer.WAITING), None)
    joined = {member.service_id for member in members if member.is_own}
    return NetworkPage(
        client=client_identity(client, kinds=searchable_kinds(viewer, policy) if is_related else ()),
        facts=client_facts(client, policy, today),
        policy=policy,
        is_related=is_related,
        members=members,
        services_to_join_with=tuple(one for one in services_to_join_with(viewer) if one.id not in joined),
        invitation=WaitingInvitation(waiting.id, waiting.invited_by.full_name) if waiting and not is_own else None,
        may_invite=is_own and viewer.is_cleared and viewer.has_agreement,
        may_take_lead=not any(one.is_lead for one in members) and any(one.is_own and one.may_lead for one in members),
        has_masked=_has_masked(viewer, client_id, policy),
        is_limited_sight=not is_own and client_id in standing_of(viewer).limited,
    )


def _members(viewer: Viewer, client_id: UUID, policy: Policy, today: date) -> tuple[Member, ...]:
    live = Publication.objects.filter(involvement_id=OuterRef("pk"), ended_at=None)
    decisions = DecisionRecord.objects.filter(client_id=OuterRef("client_id"), involvement_id=OuterRef("pk"))
    offers = LeadOffer.objects.filter(to_involvement_id=OuterRef("pk"), answer=Answer.WAITING)
    over = Publication.objects.filter(involvement_id=OuterRef("pk"), ended_at__isnull=False).order_by("-ended_at")
    voices = ApprovalVoice.objects.filter(approval_id=OuterRef("pk")).order_by("-at")
    approvals = Approval.objects.filter(involvement_id=OuterRef("pk")).order_by("-asked_at")
    asked = approvals.annotate(said=Subquery(voices.values("reason")[:1]))
    rows = (
        visible_to(viewer)
        .filter(client_id=client_id)
        .select_related("practitioner", "service__agency", "service__service_type")
        .annotate(
            live=Subquery(
                live.values(
                    told=JSONObject(
                        basis="basis", visibility="visibility", review_by="review_by", published_at="published_at"
                    )
                )[:1]
            ),
            decided=Subquery(
                decisions.order_by("-at").values(
                    told=JSONObject(id="id", at="at", reason="reason", obligations="obligations")
                )[:1]
            ),
            over=Subquery(over.values(told=JSONObject(reason="end_reason", at="ended_at"))[:1]),
            offer=Subquery(offers.values("id")[:1]),
            asked=Subquery(asked.values(told=JSONObject(decision="decision_id", state="state", reason="said"))[:1]),
        )
    )
    members = (_member(row, viewer, policy, today) for row in rows)
    return tuple(
        sorted(members, key=lambda one: (not one.is_lead, one.agency.lower(), not one.is_own, one.name.lower()))
    )


def _member(row: Any, viewer: Viewer, policy: Policy, today: date) -> Member:
    card, service = row.practitioner, row.service
    is_own = row.practitioner_id == viewer.id
    is_managed = row.service_id in viewer.managed_service_ids
    phones = [number for number in (card.mobile, card.desk_phone) if number]
    interval = service.service_type.freshness_days or policy.rules.freshness_days
    unconfirmed = (today - row.confirmed_on).days
    return Member(
        involvement_id=row.id,
        practitioner_id=card.id,
        service_id=row.service_id,
        agency_id=service.agency_id,
        agency=service.agency.name,
        name=card.full_name,
        role=card.job_title,
        service=service.service_type.label,
        phone=phones[0] if phones else "",
        other_phone=phones[1] if len(phones) > 1 else "",
        email=card.email,
        best_time=card.best_time,
        started_on=row.started_on,
        confirmed_on=row.confirmed_on,
        stale_days=unconfirmed if unconfirmed > interval else None,
        is_lead=row.is_lead,
        may_lead=_may_lead(row, policy),
        has_account=card.has_account,
        has_left=card.left_on is not None,
        is_own=is_own,
        is_managed=is_managed,
        state=_state(row, policy) if is_own or is_managed else None,
        lead_offer_id=row.offer,
        lead_offered_to_viewer=row.offer is not None and is_own,
    )


def _has_masked(viewer: Viewer, client_id: UUID, policy: Policy) -> bool:
    """One query where the policy masks, none where it hides."""
    if policy.rules.sensitive.other_viewers is not OtherViewers.MASKED:
        return False
    return masked_to(viewer).filter(client_id=client_id).exists()


def _may_lead(row: Any, policy: Policy) -> bool:
    is_for_all = row.live is not None and row.live["visibility"] == Visibility.NETWORK
    service_type = row.service.service_type
    is_standard = policy.class_of(service_type.code, service_type.sensitivity) == STANDARD_CLASS
    return is_for_all and is_standard and row.practitioner.has_account


def _state(row: Any, policy: Policy) -> LineState:
    live, decided, asked, over = row.live, row.decided, row.asked, row.over
    if live is not None:
        last = date.fromisoformat(live["review_by"])
        over_since = shown_until(PublicationEnd.EXPIRED, last) if last < clock.today() else None
        return over_since or shown(policy, basis=live["basis"], visibility=live["visibility"], review_by=last)
    if over and (decided is None or _moment(decided["at"]) <= _moment(over["at"])):
        ended = shown_until(over["reason"], timezone.localdate(_moment(over["at"])))
        if ended is not None:
            return ended
    if decided is None:
        return kept_back("", ())
    is_about_it = asked is not None and asked["decision"] == decided["id"]
    answered = waiting_words(asked["state"], asked["reason"] or "") if asked and is_about_it else None
    return answered or kept_back(decided["reason"], decided["obligations"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _invitations(viewer: Viewer, client_id: UUID) -> list[NetworkInvitation]:
    return list(
        NetworkInvitation.objects.select_related("invited_by").filter(
            client_id=client_id, practitioner_id=viewer.id, answer__in=(Answer.WAITING, Answer.ACCEPTED)
        )
    )


def client_identity(client: Client, *, kinds: Collection[str] = ()) -> ClientIdentity:
    """A client's identity, with identifiers of these kinds. One query with them, none without."""
    identifiers: tuple[tuple[str, str], ...] = ()
    if kinds:
        rows = ClientIdentifier.objects.filter(client=client, kind__in=kinds).order_by("kind")
        identifiers = tuple((row.kind, row.value) for row in rows)
    return ClientIdentity(
        client.id,
        client.given_name,
        client.middle_names,
        client.family_name,
        client.known_as,
        client.birth_date,
        client.age_from,
        client.age_to,
        client.age_noted_on,
        identifiers,
    )


def identity_for(viewer: Viewer, client_id: UUID) -> ClientIdentity:
    """Who the client is, for a page that asks one thing about them. Raises ClientNotFound. One query."""
    return client_identity(require_open(viewer, client_id))
