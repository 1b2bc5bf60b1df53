"""`visible_to` is the decision procedure's `view` as SQL: the two are held against each other on generated worlds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.accounts.models import OpenSession
from core.consent.decision import decide
from core.consent.models import DecisionRecord
from core.consent.pack import STANDARD_CLASS, OtherViewers
from core.consent.packs_in_use import packs
from core.consent.policy import Policy, Tightening
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Request, ServiceFacts
from core.consent.verdict import Visibility
from core.directory.models import Agency
from core.network.choices import Answer, PublicationEnd
from core.network.models import (
    Conflict,
    Involvement,
    LimitedSight,
    NetworkInvitation,
    Publication,
    PublicationRecipient,
    ShieldAssignment,
)
from core.network.policies import can_see, forget_standing, masked_to, openable_by, visible_to
from core.people.choices import Shield
from core.people.models import Client
from tenants.context import require_scope
from tests.factories import (
    make_agency,
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
    make_viewer,
)

CLASSES = ("standard", "mental_health", "domestic_abuse")
TYPES = {"made.plain": "standard", "made.debt": "standard", "made.mind": "mental_health", "made.home": "domestic_abuse"}
BASES = ("en.family_help_agreement", "en.consent_explicit", "en.s16la")
PEOPLE, AGENCIES = 4, 3
SESSION = "a-session-of-this-browser"


@dataclass(frozen=True)
class Line:
    """One involvement of a generated world: whose (index), its service's type, and what became of its publication."""

    person: int
    type_code: str
    published: str  # no, live or withdrawn
    basis: str
    review_in: int  # days from today until its review day
    is_named_only: bool
    reaches: frozenset[int]
    is_ended: bool


@dataclass(frozen=True)
class Person:
    """One who looks: their agency (index), standing, and what ties them to the client."""

    agency: int
    is_manager: bool
    is_cleared: bool
    has_agreement: bool
    function: str
    is_assigned: bool
    is_related: bool
    limited: str  # no, open, run_out, ended or other_session
    invited: Answer | None


@dataclass(frozen=True)
class World:
    """People of a few agencies around one client, under one policy."""

    people: tuple[Person, ...]
    lines: tuple[Line, ...]
    shield: Shield
    masks: bool
    tightening: Tightening


def mostly(usual, *others):
    return st.sampled_from((usual, usual, usual, *others))


lines = st.builds(
    Line,
    person=st.integers(0, PEOPLE - 1),
    type_code=st.sampled_from(tuple(TYPES)),
    published=mostly("live", "no", "withdrawn"),
    basis=st.sampled_from(BASES),
    review_in=mostly(30, -1, 0, 1),
    is_named_only=st.booleans(),
    reaches=st.frozensets(st.integers(0, AGENCIES - 1)),
    is_ended=mostly(False, True),
)
people = st.builds(
    Person,
    agency=st.integers(0, AGENCIES - 1),
    is_manager=mostly(False, True),
    is_cleared=mostly(True, False),
    has_agreement=mostly(True, False),
    function=mostly("", "mash", "s47_lead", "social_worker"),
    is_assigned=st.booleans(),
    is_related=mostly(False, False, True),
    limited=mostly("no", "open", "run_out", "ended", "other_session"),
    invited=st.none() | st.sampled_from(tuple(Answer)),
)
tightenings = st.builds(
    Tightening,
    classes=st.sampled_from(({}, {"made.debt": "mental_health"}, {"made.debt": "domestic_abuse"})),
    bases_off=st.sampled_from((frozenset(), frozenset({"en.s16la"}), frozenset(BASES))),
    hides_masked=st.booleans(),
    hidden_always=st.sampled_from((frozenset(), frozenset({"mental_health"}))),
)
worlds = st.builds(
    World,
    people=st.tuples(*[people] * PEOPLE),
    lines=st.lists(lines, min_size=1, max_size=6, unique_by=lambda line: (line.person, line.type_code)).map(tuple),
    shield=mostly(Shield.NONE, Shield.SHIELDED, Shield.NEW_IDENTITY),
    masks=st.booleans(),
    tightening=tightenings,
)


@dataclass
class House:
    """What does not change from world to world: made once, since a council's agencies and cards are only a stage."""

    agencies: list
    services: dict
    cards: list  # by agency, then by person: someone who manages every service there, and is listed once a world
    client: object
    decision: object
    session: object


def build_house() -> House:
    agencies = [make_agency() for _ in range(AGENCIES)]
    services = {
        (number, code): make_service(agency, code=code, sensitivity=sensitivity)
        for number, agency in enumerate(agencies)
        for code, sensitivity in TYPES.items()
    }
    cards = [[make_viewer(services[number, "made.plain"]) for _ in range(PEOPLE)] for number in range(AGENCIES)]
    client = make_client()
    decision = DecisionRecord.objects.create(
        at=clock.now(), action="publish", client_id=client.id, request={}, outcome="PERMIT", reason="ok",
        visibility="network", pack="gb-eng@2026.11.0", pack_checksum="",
    )  # fmt: skip
    from core.accounts.models import User

    session = OpenSession.objects.create(
        user=User.objects.get(id=cards[0][0].user_id), session_key=SESSION, started_at=clock.now(), seen_at=clock.now()
    )
    return House(agencies, services, cards, client, decision, session)


def policy_of(world: World) -> Policy:
    pack = packs()["gb-eng"]
    viewers = OtherViewers.MASKED if world.masks else OtherViewers.HIDDEN
    return Policy(replace(pack, sensitive=replace(pack.sensitive, other_viewers=viewers)), world.tightening)


def viewers_of(world: World, house: House) -> list:
    """Each person as the rules know them; a manager manages every service of their agency's sensitive types too."""
    found = []
    for number, person in enumerate(world.people):
        card = house.cards[person.agency][number]
        services = tuple(replace(service, is_managed=person.is_manager) for service in card.services)
        found.append(
            replace(
                card,
                is_cleared=person.is_cleared,
                has_agreement=person.has_agreement,
                functions=frozenset({person.function} - {""}),
                services=services,
                session_key=SESSION,
            )
        )
    return found


def hold_against_each_other(world: World, house: House) -> int:
    """Build the world, then ask both for every viewer and line. Answers how many situations that were."""
    policy, today = policy_of(world), clock.today()
    require_scope().memo["policy in force", today] = policy
    forget_standing()
    viewers = viewers_of(world, house)
    Client.objects.filter(id=house.client.id).update(shield=world.shield)
    made = [(line, involve(line, world, house, viewers)) for line in world.lines]
    Involvement.objects.bulk_create([involvement for _line, involvement in made])
    publish(made, house)
    tie(world, house, viewers)
    for number, viewer in enumerate(viewers):
        expected, masked = set(), set()
        for line, involvement in made:
            sees = judge(world, number, viewer, line, involvement, policy)
            expected |= {involvement.id} if sees is Visibility.FULL else set()
            masked |= {involvement.id} if sees is Visibility.MASKED else set()
        assert set(visible_to(viewer).values_list("id", flat=True)) == expected
        assert set(masked_to(viewer).values_list("id", flat=True)) == masked
        if expected | masked:
            assert openable_by(viewer).filter(id=house.client.id).exists() or only_managed(viewer, made, expected)
    return len(viewers) * len(made)


def only_managed(viewer, made, expected) -> bool:
    return all(one.service_id in viewer.managed_service_ids for _line, one in made if one.id in expected)


def involve(line: Line, world: World, house: House, viewers: list) -> Involvement:
    today = clock.today()
    agency = world.people[line.person].agency
    return Involvement(
        client=house.client,
        service=house.services[agency, line.type_code],
        practitioner_id=viewers[line.person].id,
        started_on=today,
        confirmed_on=today,
        created_at=clock.now(),
        ended_on=today if line.is_ended else None,
        end_reason="need_met" if line.is_ended else "",
    )


def publish(made: list, house: House) -> None:
    publications, recipients = [], []
    for line, involvement in made:
        if line.published == "no":
            continue
        is_withdrawn = line.published == "withdrawn"
        publication = Publication(
            involvement=involvement,
            decision=house.decision,
            basis=line.basis,
            visibility="named_only" if line.is_named_only else "network",
            published_at=clock.now(),
            published_by_id=involvement.practitioner_id,
            review_by=clock.today() + timedelta(days=line.review_in),
            ended_at=clock.now() if is_withdrawn else None,
            end_reason=PublicationEnd.WITHDRAWN if is_withdrawn else "",
        )
        publications.append(publication)
        recipients += [
            PublicationRecipient(
                publication=publication, agency=house.agencies[at], decision=house.decision, added_at=clock.now()
            )
            for at in line.reaches
        ]
    Publication.objects.bulk_create(publications)
    PublicationRecipient.objects.bulk_create(recipients)


def tie(world: World, house: House, viewers: list) -> None:
    now, client = clock.now(), house.client
    rows = {Conflict: [], ShieldAssignment: [], NetworkInvitation: [], LimitedSight: []}
    for person, viewer in zip(world.people, viewers, strict=True):
        who = {"client": client, "practitioner_id": viewer.id}
        if person.is_related:
            rows[Conflict].append(Conflict(**who, declared_at=now, declared_by_id=viewer.id))
        if person.is_assigned:
            rows[ShieldAssignment].append(ShieldAssignment(**who, assigned_at=now, assigned_by_id=viewer.id))
        if person.invited:
            rows[NetworkInvitation].append(
                NetworkInvitation(**who, invited_by_id=viewers[0].id, created_at=now, answer=person.invited)
            )
        if person.limited != "no":
            rows[LimitedSight].append(
                LimitedSight(
                    **who,
                    session=None if person.limited == "other_session" else house.session,
                    decision=house.decision,
                    reason="missing",
                    reason_text="",
                    was_shielded=True,
                    opened_at=now,
                    expires_at=now + timedelta(minutes=-1 if person.limited == "run_out" else 30),
                    ended_at=now if person.limited == "ended" else None,
                    review_due_at=now,
                )
            )
    for model, made in rows.items():
        model.objects.bulk_create(made)


def judge(world, number, viewer, line, involvement, policy) -> Visibility:
    """What the decision procedure lets this person see of this line, given what a publication is: FULL, MASKED or not."""
    person = world.people[number]
    if line.is_ended or person.is_related:
        return Visibility.NONE
    if line.person == number or involvement.service_id in viewer.managed_service_ids:
        return Visibility.FULL
    today = clock.today()
    basis = policy.rules.basis(line.basis)
    is_live = line.published == "live" and line.review_in >= 0 and basis is not None and basis.is_in_force(today)
    cls = policy.class_of(line.type_code, TYPES[line.type_code])
    decision = decide(policy, view_of(world, number, line, cls, is_live=is_live))
    stands = person.is_cleared and person.has_agreement
    if stands and person.limited == "open" and is_live and cls == STANDARD_CLASS:
        return Visibility.FULL
    if not (is_live and decision.is_permitted):
        return Visibility.NONE
    if decision.visibility is Visibility.FULL:
        return Visibility.FULL if person.agency in line.reaches else Visibility.NONE
    return decision.visibility if decision.visibility is Visibility.MASKED else Visibility.NONE


def view_of(world, number, line, cls, *, is_live) -> Request:
    person = world.people[number]
    named = line.reaches if line.is_named_only and is_live else frozenset()
    return Request(
        on=clock.today(),
        action=Action.VIEW,
        actor=Actor(
            agency=str(person.agency),
            role=person.function or "practitioner",
            checks_ok=person.is_cleared,
            dsa=person.has_agreement,
            related=person.is_related,
            assigned=person.is_assigned,
            involved=any(other.person == number and not other.is_ended for other in world.lines),
            invited=person.invited is Answer.ACCEPTED,
        ),
        client=ClientFacts(age=8, shield=world.shield),
        service=ServiceFacts(cls=cls, named=frozenset(str(at) for at in named)),
        consent=ConsentFacts(withdrawn=line.published == "withdrawn"),
    )


def check(world: World, house: House) -> int:
    with transaction.atomic():
        count = hold_against_each_other(world, house)
        transaction.set_rollback(True)
    return count


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def test_sight_as_sql_and_the_decision_procedure_agree(in_amber):
    house = build_house()

    def hold(world):
        check(world, house)

    given(world=worlds)(settings(UNHURRIED, max_examples=100)(hold))()


@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_sight_as_sql_and_the_decision_procedure_agree_on_twenty_thousand_situations(in_amber):
    house, situations = build_house(), 0

    def hold(world):
        nonlocal situations
        situations += check(world, house)

    given(world=worlds)(settings(UNHURRIED, max_examples=6_000)(hold))()
    assert situations >= 20_000


def test_someone_not_on_the_network_sees_no_line_of_it(in_amber):
    amy = make_client()
    line = make_involvement(amy, make_practitioner())
    stranger, member = make_viewer(), make_viewer()
    make_involvement(amy, member)
    make_publication(line)

    make_publication(make_involvement(amy, make_practitioner()), *Agency.objects.all())
    assert can_see(member, line)
    assert not visible_to(stranger).exists()


def test_a_service_that_becomes_sensitive_is_hidden_from_those_who_were_not_named(in_amber):
    amy, member = make_client(), make_viewer()
    make_involvement(amy, member)
    service = make_service(code="made.later")
    line = make_involvement(amy, make_practitioner(service))
    make_publication(line)
    assert can_see(member, line)
    service.service_type.sensitivity = "mental_health"
    service.service_type.save()
    assert not can_see(member, line)
