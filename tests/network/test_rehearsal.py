"""A rehearsal says what a draft would change, by the rules that decide every day, and changes nothing itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.audit.models import Event
from core.consent.models import DecisionRecord, PolicyVersion
from core.consent.pack import OtherViewers
from core.consent.packs_in_use import forget_policy, policy_in_force, supposing
from core.consent.policy import Policy, Tightening, stored_tightening
from core.directory.models import Practitioner
from core.network.actions.keep_time import begin_day, keep_lot
from core.network.errors import ClientNotFound
from core.network.models import Conflict, Involvement, NetworkInvitation, Publication, PublicationRecipient
from core.network.policies import visible_to
from core.network.rehearsal import changes as changing
from core.network.rehearsal import client_as_it_would_be, rehearse
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.counting import own_statements

OFF = frozenset({"en.s16la"})


def drafted(**tightening):
    """The present policy, and one that is tightened further."""
    now = policy_in_force(clock.today())
    return {"now": now, "then": Policy(now.pack, Tightening(**{"bases_off": OFF, **tightening}))}


def rehearsed(**tightening):
    return rehearse(**drafted(**tightening), on=clock.today())


class World:
    """A client whom a youth worker and a health visitor support, each line shown to both agencies."""

    def __init__(self):
        self.youth = make_viewer(make_service(code="youth.open"), job_title="Youth worker")
        self.health = make_viewer(make_service(code="universal.child_health"), job_title="Health visitor")
        self.amy = make_client("Amy", "Evans")
        self.line = make_involvement(self.amy, self.youth)
        self.other = make_involvement(self.amy, self.health)
        self.publication = make_publication(self.line)
        make_publication(self.other)


@pytest.fixture
def world(in_amber):
    return World()


KEPT_CLOSE = {"classes": {"youth.open": "mental_health"}}


def test_a_draft_that_says_what_holds_changes_nothing_and_reads_next_to_nothing(world):
    result = rehearsed()
    assert result.changes_nothing
    assert (result.shown, result.examples, result.reach) == (2, (), ())


def test_a_service_kept_close_is_lost_to_who_sees_it_now_by_role_agency_and_service(world):
    result = rehearsed(**KEPT_CLOSE)
    assert (result.lost, result.gained, result.asked_anew) == (1, 0, 1)
    (row,) = result.reach
    assert (row.agency, row.role, row.people, row.lost, row.gained) == (
        world.health.agency_name, "Health visitor", 1, 1, 0,
    )  # fmt: skip
    (service,) = result.services
    assert (service.service, service.lost, service.asked_anew) == ("youth.open", 1, 1)


def test_an_example_tells_whose_line_it_is_and_who_would_lose_it_and_no_client_s_name(world):
    (example,) = rehearsed(**KEPT_CLOSE).examples
    assert example.client_id == world.amy.id
    assert (example.service, example.agency) == ("youth.open", world.youth.agency_name)
    assert example.seen_by == (("Health visitor", world.health.agency_name),)
    assert (example.is_lost, example.is_gained, example.is_asked_anew) == (True, False, True)
    assert "Evans" not in str(example)


def test_a_route_switched_off_takes_every_line_that_rests_on_it(world):
    result = rehearsed(bases_off=OFF | {"en.family_help_agreement"})
    assert (result.lost, result.asked_anew) == (2, 2)
    assert {row.role for row in result.reach} == {"Youth worker", "Health visitor"}


def test_more_evidence_asks_for_a_new_conversation_where_it_was_not_given(world):
    asked = rehearsed(more_fields={"en.family_help_agreement": ("withdrawal_explained",)})
    assert (asked.lost, asked.asked_anew) == (2, 2)
    given_then = rehearsed(more_fields={"en.family_help_agreement": ("purpose",)})
    assert given_then.changes_nothing


def asked_days_ago(publication, days):
    """As if asked so long ago: the record itself is append-only, so a second one takes its place."""
    record = publication.decision
    older = {**record.request, "date": (clock.today() - timedelta(days=days)).isoformat()}
    publication.decision = DecisionRecord.objects.create(
        at=clock.now(), action="publish", client_id=record.client_id, involvement_id=record.involvement_id,
        request=older, outcome="PERMIT", reason="ok", visibility="network", pack=record.pack, pack_checksum="",
    )  # fmt: skip
    publication.save()


def test_a_yes_that_counts_for_less_long_is_asked_anew_once_it_is_older(world):
    assert rehearsed(standard_consent_days=10).asked_anew == 0
    asked_days_ago(world.publication, 11)
    assert rehearsed(standard_consent_days=10).asked_anew == 1
    assert rehearsed(standard_consent_days=12).asked_anew == 0


def test_a_shorter_review_comes_sooner_and_ends_what_is_older_than_it(world):
    result = rehearsed(review_days={"en.family_help_agreement": 30})
    assert (result.sooner, result.lost, result.asked_anew, result.examples) == (2, 0, 0, ())
    asked_days_ago(world.publication, 31)
    result = rehearsed(review_days={"en.family_help_agreement": 30})
    assert (result.sooner, result.lost, result.asked_anew) == (1, 1, 1)


def test_a_policy_that_is_less_tight_than_the_present_one_gives_sight_back_and_never_more_than_the_pack(world):
    tight, plain = drafted(**KEPT_CLOSE)["then"], drafted()["now"]
    result = rehearse(now=tight, then=plain, on=clock.today())
    assert (result.lost, result.gained, result.asked_anew) == (0, 1, 0)
    assert [(row.role, row.gained) for row in result.reach] == [("Health visitor", 1)]


def test_where_no_policy_can_be_applied_everything_would_be_seen_again(world):
    plain = drafted()["now"]
    nothing = Policy(plain.pack, Tightening(bases_off=frozenset(basis.code for basis in plain.pack.bases)))
    result = rehearse(now=nothing, then=plain, on=clock.today())
    assert (result.shown, result.lost, result.gained) == (0, 0, 2)


def test_nobody_counts_who_would_not_see_it_anyway(world):
    """The line's own practitioner, a manager of the service, a relative, someone uncleared or without an account."""
    school = make_service(code="education.school")
    line = make_involvement(world.amy, make_viewer(school))
    make_publication(line, line.service.agency)
    for fields in (
        {"cleared_until": clock.today() - timedelta(days=1)}, {"account": False}, {"left_on": clock.today()},
        {"roles": ("practitioner", "manager")}, {},
    ):  # fmt: skip
        from tests.factories import make_practitioner

        card = make_practitioner(school, job_title="Teacher", **fields)
        make_involvement(world.amy, card)
        if not fields:
            Conflict.objects.create(
                client=world.amy, practitioner=card, declared_at=clock.now(), declared_by_id=card.id
            )
    result = rehearsed(classes={"education.school": "mental_health"})
    assert result.lost == 1
    assert result.reach == ()


def test_someone_invited_and_someone_whose_function_stands_for_every_client_count(world):
    service = make_service(code="social.children")
    PublicationRecipient.objects.create(
        publication=world.publication, agency=service.agency, decision=world.publication.decision, added_at=clock.now()
    )
    invited = make_viewer(service, job_title="Invited")
    make_viewer(service, job_title="Front door", functions=["mash"])
    NetworkInvitation.objects.create(
        client=world.amy, practitioner_id=invited.id, invited_by_id=world.youth.id, created_at=clock.now(),
        answer="accepted",
    )  # fmt: skip
    assert {row.role for row in rehearsed(**KEPT_CLOSE).reach} == {"Health visitor", "Invited", "Front door"}


def test_shielded_removed_and_ended_lines_are_in_no_number(world):
    world.amy.shield = "shielded"
    world.amy.save()
    result = rehearsed(**KEPT_CLOSE)
    assert (result.shown, result.lost, result.examples) == (0, 0, ())


def test_at_most_ten_examples_each_of_another_client(world):
    for _number in range(12):
        amy = make_client()
        line = make_involvement(amy, world.youth)
        make_publication(line, Practitioner.objects.get(id=world.health.id).agency)
    result = rehearsed(**KEPT_CLOSE)
    assert result.lost == 13
    assert len({one.client_id for one in result.examples}) == len(result.examples) == 10


def test_lines_are_read_in_lots_with_as_many_statements_however_many_clients(world, monkeypatch):
    def statements():
        with own_statements() as own:
            rehearsed(**KEPT_CLOSE)
        return len(own)

    statements()  # reads the policy, which a unit of work reads once
    few = statements()
    for _number in range(7):
        make_publication(make_involvement(make_client(), world.youth))
    assert statements() == few
    monkeypatch.setattr(changing, "A_LOT", 3)
    result = rehearsed(**KEPT_CLOSE)
    assert result.lost == 8


def test_a_rehearsal_writes_nothing(world):
    before = Event.objects.count(), DecisionRecord.objects.count()
    rehearsed(**KEPT_CLOSE)
    assert (Event.objects.count(), DecisionRecord.objects.count()) == before


def test_masked_lines_that_would_be_hidden_are_counted(world):
    now = policy_in_force(clock.today())
    masking = Policy(
        replace(now.pack, sensitive=replace(now.pack.sensitive, other_viewers=OtherViewers.MASKED)), now.tightening
    )
    service = make_service(code="health.camhs", sensitivity="mental_health")
    line = make_involvement(world.amy, make_viewer(service))
    make_publication(line, service.agency, visibility="named_only", basis="en.consent_explicit")
    hiding = replace(masking, tightening=replace(masking.tightening, hides_masked=True))
    assert rehearse(now=masking, then=hiding, on=clock.today()).masked_lost == 1
    assert rehearse(now=hiding, then=masking, on=clock.today()).masked_gained == 1
    always = replace(masking, tightening=replace(masking.tightening, hidden_always=frozenset({"mental_health"})))
    assert rehearse(now=masking, then=always, on=clock.today()).masked_lost == 1


def seen(world, **asked):
    policies = drafted(**KEPT_CLOSE)
    return client_as_it_would_be(client_id=world.amy.id, **policies, **asked)


def test_a_client_s_page_now_and_then_through_the_eyes_of_a_role(world):
    page = seen(world)
    assert (page.role, page.agency) == ("Health visitor", world.health.agency_name)
    lost = [line for line in page.lines if line.is_lost]
    assert [(line.service, line.is_asked_anew) for line in lost] == [("youth.open", True)]
    assert [line.service for line in page.lines if line.is_seen_then] == ["universal.child_health"]
    mine = seen(world, agency_id=world.youth.agency_id, role="Youth worker")
    assert [line.is_lost for line in mine.lines] == [False, False]
    assert len(mine.choices) == 2


def test_only_a_client_whose_page_would_change_is_looked_at_through_eyes_that_are_there(world):
    with pytest.raises(ClientNotFound):
        seen(world, agency_id=world.youth.agency_id, role="Health visitor")
    with pytest.raises(ClientNotFound):
        client_as_it_would_be(client_id=world.amy.id, **drafted())
    with pytest.raises(ClientNotFound):
        client_as_it_would_be(client_id=make_client().id, **drafted(**KEPT_CLOSE))
    world.amy.shield = "shielded"
    world.amy.save()
    with pytest.raises(ClientNotFound):
        seen(world)


CODES = ("youth.open", "family.help", "health.sexual")
BASES = ("en.family_help_agreement", "en.consent_explicit")


@pytest.mark.slow
@given(
    lines=st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 2), st.sampled_from(BASES), st.sampled_from(["network", "named_only"]),
            st.sets(st.integers(0, 2)),
        ),
        min_size=1, max_size=4,
    ),
    draft=st.fixed_dictionaries(
        {},
        optional={
            "bases_off": st.sampled_from([OFF, OFF | {BASES[0]}, OFF | {BASES[1]}]),
            "classes": st.sampled_from([{"youth.open": "hiv"}, {"family.help": "adoption", "youth.open": "hiv"}]),
        },
    ),
)  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_rehearsal_says_agrees_with_what_people_see_under_either_policy(in_amber, lines, draft):
    today = clock.today()
    services = [
        make_service(code=code, sensitivity="sexual_health" if code == "health.sexual" else "standard")
        for code in CODES
    ]
    viewers = [make_viewer(service, job_title=f"Worker in {service.agency.name}") for service in services]
    made = set()
    for which, client_of, basis, visibility, reached in lines:
        client = client_of, which
        if client in made:
            continue
        made.add(client)
        amy = make_client()
        line = make_involvement(amy, viewers[which])
        for other in {0, 1, 2} - {which}:
            make_involvement(amy, viewers[other])
        make_publication(
            line, *[services[n].agency for n in sorted(reached) or [which]], basis=basis, visibility=visibility
        )
    now = policy_in_force(today)
    then = Policy(now.pack, Tightening(**{"bases_off": OFF, **draft}))
    result = rehearse(now=now, then=then, on=today)
    ended = {change.line.id for lot in changing.changes(now, then, today) for change in lot if change.is_asked_anew}
    assert result.gained == 0
    for viewer in viewers:
        before = set(visible_to(viewer).values_list("id", flat=True))
        with supposing(then, today):
            after = set(visible_to(viewer).exclude(id__in=ended).values_list("id", flat=True))
        own = set(Involvement.objects.filter(practitioner_id=viewer.id).values_list("id", flat=True))
        lost = sum(row.lost for row in result.reach if row.role == viewer.job_title)
        assert lost == len(before - after - own), (viewer.job_title, draft, lines)
    Involvement.objects.update(ended_on=today, end_reason="need_met")


def test_the_day_of_a_rehearsal_counts(world):
    later = clock.today() + timedelta(days=400)
    policies = drafted(**KEPT_CLOSE)
    assert rehearse(**policies, on=later).shown == 0
    assert rehearse(**policies, on=date(2000, 1, 1)).lost == 1


@pytest.mark.parametrize(
    "tightening",
    [KEPT_CLOSE, {"review_days": {"en.family_help_agreement": 30}}, {"bases_off": OFF | {"en.family_help_agreement"}}],
)
def test_what_was_rehearsed_is_what_happens_on_the_day(world, tightening):
    asked_days_ago(world.publication, 31)
    result = rehearsed(**tightening)
    before = set(visible_to(world.health).values_list("id", flat=True))
    pack = policy_in_force(clock.today()).pack
    PolicyVersion.objects.create(
        pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, effective_from=clock.today(),
        tightening=stored_tightening(Tightening(**{"bases_off": OFF, **tightening})), created_at=clock.now(),
    )  # fmt: skip
    forget_policy()
    keep_lot(begin_day())
    ended = Publication.objects.exclude(ended_at=None).count()
    assert ended == result.asked_anew >= 1
    lost = before - set(visible_to(world.health).values_list("id", flat=True))
    assert len(lost) == sum(row.lost for row in result.reach if row.role == "Health visitor")
