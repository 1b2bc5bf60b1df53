"""`visible_to` is the decision procedure's `view` as SQL: the two are held against each other on generated worlds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.consent.decision import decide
from core.consent.packs_in_use import policy_in_force
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Request, ServiceFacts
from core.consent.verdict import Visibility
from core.network.choices import Answer, PublicationEnd
from core.network.models import NetworkInvitation
from core.network.policies import can_see, visible_to
from core.people.choices import Shield
from tests.factories import (
    make_agency,
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
    make_viewer,
)  # fmt: skip

CLASSES = ("standard", "mental_health", "domestic_abuse")


@dataclass(frozen=True)
class Line:
    """One involvement of a generated world: whose (index), its service's class, and what became of its publication."""

    person: int
    cls: str
    published: str  # no, live, expired or withdrawn
    is_named_only: bool
    reaches: frozenset[int]
    is_ended: bool


PEOPLE = 4
AGENCIES = 3

lines = st.builds(
    Line,
    person=st.integers(0, PEOPLE - 1),
    cls=st.sampled_from(CLASSES),
    published=st.sampled_from(("no", "live", "live", "live", "expired", "withdrawn")),
    is_named_only=st.booleans(),
    reaches=st.frozensets(st.integers(0, AGENCIES - 1)),
    is_ended=st.sampled_from((False, False, False, True)),
)


@dataclass(frozen=True)
class World:
    """People of a few agencies around one client."""

    lines: list[Line]
    agency_of: list[int]
    manager: list[bool]
    cleared: list[bool]
    agreement: list[bool]
    invited: dict[int, Answer]
    shield: Shield


worlds = st.builds(
    World,
    lines=st.lists(lines, min_size=1, max_size=5, unique_by=lambda line: (line.person, line.cls)),
    agency_of=st.lists(st.integers(0, AGENCIES - 1), min_size=PEOPLE, max_size=PEOPLE),
    manager=st.lists(st.sampled_from((False, False, True)), min_size=PEOPLE, max_size=PEOPLE),
    cleared=st.lists(st.sampled_from((True, True, True, False)), min_size=PEOPLE, max_size=PEOPLE),
    agreement=st.lists(st.sampled_from((True, True, True, False)), min_size=AGENCIES, max_size=AGENCIES),
    invited=st.dictionaries(st.integers(0, PEOPLE - 1), st.sampled_from(tuple(Answer)), max_size=2),
    shield=st.sampled_from((Shield.NONE, Shield.NONE, Shield.NONE, Shield.SHIELDED)),
)


def hold_against_each_other(world: World) -> None:
    """Build the world, then ask both for every viewer and line."""
    policy, today = policy_in_force(clock.today()), clock.today()
    agencies = [make_agency(agreement=has) for has in world.agreement]
    services = {
        (number, cls): make_service(agency, code=f"made.{cls}", sensitivity=cls)
        for number, agency in enumerate(agencies)
        for cls in CLASSES
    }
    people = []
    for number in range(PEOPLE):
        roles = ("practitioner", "manager") if world.manager[number] else ("practitioner",)
        viewer = make_viewer(services[world.agency_of[number], "standard"], roles=roles)
        people.append(replace(viewer, is_cleared=world.cleared[number]))
    client = make_client(shield=world.shield)
    made = []
    for line in world.lines:
        viewer = people[line.person]
        service = services[world.agency_of[line.person], line.cls]
        ended = {"ended_on": today, "end_reason": "need_met"} if line.is_ended else {}
        involvement = make_involvement(client, viewer, service=service, **ended)
        publication = None
        if line.published != "no":
            visibility = "named_only" if line.is_named_only else "network"
            publication = make_publication(involvement, *(agencies[at] for at in line.reaches), visibility=visibility)
            if not line.reaches:
                publication.recipients.all().delete()
            if line.published == "expired":
                publication.review_by = today - timedelta(days=1)
            if line.published == "withdrawn":
                publication.ended_at, publication.end_reason = clock.now(), PublicationEnd.WITHDRAWN
            publication.save()
        made.append((line, involvement))
    for number, answer in world.invited.items():
        NetworkInvitation.objects.create(
            client=client,
            practitioner_id=people[number].id,
            invited_by_id=people[0].id,
            created_at=clock.now(),
            answer=answer,
        )
    for number, viewer in enumerate(people):
        expected = {
            involvement.id
            for line, involvement in made
            if should_see(world, number, viewer, line, involvement, policy, today)
        }
        assert set(visible_to(viewer).values_list("id", flat=True)) == expected


def should_see(world, number, viewer, line, involvement, policy, today) -> bool:
    """The same by the decision procedure, for a line that is open: one's own, or decided FULL and published to us."""
    if line.is_ended:
        return False
    if line.person == number or involvement.service_id in viewer.managed_service_ids:
        return True
    here = world.agency_of[number]
    is_live = line.published == "live" and here in line.reaches
    decision = decide(
        policy,
        Request(
            on=today,
            action=Action.VIEW,
            actor=Actor(
                agency=str(here),
                checks_ok=viewer.is_cleared,
                dsa=viewer.has_agreement,
                involved=any(other.person == number and not other.is_ended for other in world.lines),
                invited=world.invited.get(number) is Answer.ACCEPTED,
            ),
            client=ClientFacts(age=8, shield=world.shield),
            service=ServiceFacts(
                cls=line.cls,
                named=frozenset(str(at) for at in line.reaches)
                if line.is_named_only and line.published == "live"
                else frozenset(),
            ),
            consent=ConsentFacts(withdrawn=line.published == "withdrawn"),
        ),
    )
    return is_live and decision.is_permitted and decision.visibility is Visibility.FULL


def check(world: World) -> None:
    with transaction.atomic():
        hold_against_each_other(world)
        transaction.set_rollback(True)


@given(world=worlds)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_sight_as_sql_and_the_decision_procedure_agree(in_amber, world):
    check(world)


@pytest.mark.slow
@given(world=worlds)
@settings(
    max_examples=2500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_sight_as_sql_and_the_decision_procedure_agree_on_thousands(in_amber, world):
    check(world)


def test_someone_not_on_the_network_sees_no_line_of_it(in_amber):
    amy = make_client()
    line = make_involvement(amy, make_practitioner())
    stranger, member = make_viewer(), make_viewer()
    make_involvement(amy, member)
    make_publication(line)
    from core.directory.models import Agency

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
