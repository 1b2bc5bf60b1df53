"""A rehearsal worked off in lots comes to the same numbers, whatever happens in between, and keeps no name."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from core import clock
from core.audit.models import Event
from core.consent import actions_policy
from core.consent.models import PolicyDraft, PolicyRehearsal, PolicyVersion
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy, tightening_from
from core.directory.models import Agency
from core.network.rehearsal import ask_rehearsal, changes, rehearsal_page, rehearse, work, work_off
from core.network.rehearsal.numbers import Sum
from core.network.tasks import rehearse_policy
from tenants.context import inside
from tenants.tasks import HEADER
from tests.factories import make_client, make_involvement, make_publication, make_service, make_user, make_viewer
from tests.factories.site import Site

KEPT_CLOSE = {"bases_off": ["en.s16la"], "classes": {"youth.open": "mental_health"}}


class World:
    """An officer's draft, and eight clients whom a youth worker and a health visitor support."""

    def __init__(self, council):
        self.council = council
        with inside(council):
            self.officer = make_user(roles=("ig_officer",))
            self.youth = make_viewer(make_service(code="youth.open"), job_title="Youth worker")
            self.health = make_viewer(make_service(code="universal.child_health"), job_title="Health visitor")
            reached = Agency.objects.filter(id__in=[self.youth.agency_id, self.health.agency_id])
            for _number in range(8):
                amy = make_client("Amelia", "Hartwell")
                for viewer in (self.youth, self.health):
                    make_publication(make_involvement(amy, viewer), *reached)
            self.draft = PolicyDraft.objects.create(
                tightening=KEPT_CLOSE, created_at=clock.now(), updated_at=clock.now(), updated_by_id=self.officer.id
            )

    def ask(self, on=None):
        with inside(self.council):
            ask_rehearsal(draft_id=self.draft.id, on=on or clock.today(), by=self.officer)

    def work(self):
        work_off(self.council)

    @property
    def row(self):
        with inside(self.council):
            return PolicyRehearsal.objects.first()

    @property
    def is_rehearsed(self):
        with inside(self.council):
            return PolicyDraft.objects.get().rehearsed_at is not None

    def told(self):
        with inside(self.council):
            return rehearsal_page(self.draft.id, version=self.draft.version)

    def at_once(self):
        with inside(self.council):
            now = policy_in_force(clock.today())
            return rehearse(now=now, then=Policy(now.pack, tightening_from(KEPT_CLOSE)), on=clock.today())


@pytest.fixture
def world(amber, monkeypatch):
    """Where even eight lines are work for a worker, three at a time."""
    monkeypatch.setattr(work, "AT_ONCE", 0)
    monkeypatch.setattr(changes, "A_LOT", 3)
    return World(amber)


def killed_after(monkeypatch, lots):
    """Have the process die while it adds up the lot after so many."""
    whole, left = Sum.add, [lots]

    def add(self, *given):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        whole(self, *given)

    monkeypatch.setattr(Sum, "add", add)


def test_worked_off_in_lots_it_says_what_it_says_at_once(world):
    world.ask()
    assert (world.row.state, world.row.lines, world.told().is_under_way) == ("waiting", 8, True)
    assert not world.is_rehearsed
    world.work()
    assert (world.row.state, world.row.lines_done, world.row.so_far) == ("done", 8, {})
    assert world.told().result == world.at_once()
    assert world.told().result.lost == 8
    assert world.is_rehearsed
    with inside(world.council):
        event = Event.objects.get(slug="consent.policy.rehearsed")
    assert (event.actor_id, event.detail["lost"], event.detail["version"]) == (world.officer.id, 8, 1)


@pytest.mark.parametrize("lots", [0, 1, 2])
def test_killed_half_way_it_goes_on_and_comes_to_the_same_numbers(world, monkeypatch, lots):
    world.ask()
    with monkeypatch.context() as dying:
        killed_after(dying, lots)
        with pytest.raises(KeyboardInterrupt):
            world.work()
    assert (world.row.lines_done, world.told().is_under_way) == (3 * lots, True)
    assert not world.is_rehearsed
    world.work()
    assert world.row.state == "done"
    assert world.told().result == world.at_once()


def test_little_to_look_at_is_done_at_once_and_nobody_waits(amber):
    world = World(amber)
    world.ask()
    assert world.row.state == "done"
    assert world.told().result == world.at_once()
    assert world.is_rehearsed


def test_while_one_process_is_at_it_a_second_leaves_it_alone(world):
    world.ask()
    place = connection.settings_dict
    with psycopg.connect(
        dbname=place["NAME"], host=place["HOST"], port=place["PORT"] or None, user="postgres", autocommit=True
    ) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"rehearsal {world.row.id}"])
        world.work()
        assert world.row.state == "waiting"
    world.work()
    assert world.row.state == "done"


def test_asked_twice_it_goes_on_and_another_day_takes_its_place(world, monkeypatch):
    world.ask()
    with monkeypatch.context() as dying:
        killed_after(dying, 1)
        with pytest.raises(KeyboardInterrupt):
            world.work()
    first = world.row
    world.ask()
    assert (world.row.id, world.row.lines_done) == (first.id, 3)
    world.ask(clock.today() + timedelta(days=1))
    assert world.row.id != first.id
    assert world.row.lines_done == 0


def test_a_draft_that_changes_meanwhile_makes_it_stop(world, monkeypatch):
    world.ask()
    with monkeypatch.context() as dying:
        killed_after(dying, 1)
        with pytest.raises(KeyboardInterrupt):
            world.work()
    with inside(world.council):
        world.draft = actions_policy.change_draft(
            draft_id=world.draft.id, version=1, tightening=tightening_from({"bases_off": ["en.s16la"]}),
            by=world.officer,
        )  # fmt: skip
    assert world.told().is_stale
    world.work()
    assert (world.row.state, world.row.so_far, world.row.examples) == ("stale", {}, [])
    assert (world.told().is_stale, world.told().result, world.is_rehearsed) == (True, None, False)


def test_a_done_rehearsal_does_not_count_for_a_draft_that_changed_afterwards(world):
    world.ask()
    world.work()
    with inside(world.council):
        world.draft = actions_policy.change_draft(
            draft_id=world.draft.id, version=1, tightening=tightening_from({"bases_off": ["en.s16la"]}),
            by=world.officer,
        )  # fmt: skip
    assert (world.told().is_stale, world.told().result, world.is_rehearsed) == (True, None, False)


def test_another_policy_to_compare_with_makes_it_stop(world):
    world.ask()
    with inside(world.council):
        pack = policy_in_force(clock.today()).pack
        PolicyVersion.objects.create(
            pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, effective_from=clock.today(),
            tightening={"bases_off": ["en.s16la"]}, created_at=clock.now(),
        )  # fmt: skip
    world.work()
    assert world.row.state == "stale"


def test_thrown_away_with_its_draft_there_is_nothing_left_to_work_off(world):
    world.ask()
    with inside(world.council):
        actions_policy.discard_draft(draft_id=world.draft.id, by=world.officer)
    world.work()
    assert world.row is None


def test_a_fault_is_told_and_it_can_be_asked_for_again(world, monkeypatch):
    world.ask()
    with monkeypatch.context() as broken:
        broken.setattr(Sum, "add", lambda *_given: 1 / 0)
        world.work()
    assert (world.row.state, world.told().has_failed, world.is_rehearsed) == ("failed", True, False)
    world.ask()
    world.work()
    assert world.row.state == "done"


def test_what_is_kept_on_the_way_and_at_the_end_holds_codes_counts_and_ids_alone(world, monkeypatch):
    def kept():
        row = world.row
        return json.dumps([row.so_far, row.counts, row.examples])

    world.ask()
    with monkeypatch.context() as dying:
        killed_after(dying, 2)
        with pytest.raises(KeyboardInterrupt):
            world.work()
    on_the_way = kept()
    world.work()
    for text in (on_the_way, kept()):
        assert str(world.health.id) in text
        for name in ("Hartwell", "Amelia", "Health visitor", world.health.agency_name):
            assert name not in text


def test_a_client_shielded_since_is_no_example_any_more(world):
    world.ask()
    world.work()
    examples = world.told().result.examples
    with inside(world.council):
        from core.people.models import Client

        Client.objects.filter(id=examples[0].client_id).update(shield="shielded")
    assert world.told().result.examples == examples[1:]


def test_the_task_works_off_the_council_of_its_message(world, birch):
    world.ask()
    for council, expected in ((birch, "waiting"), (world.council, "done")):
        rehearse_policy.push_request(headers={HEADER: council.schema_name})
        try:
            rehearse_policy()
        finally:
            rehearse_policy.pop_request()
        assert world.row.state == expected


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_page_tells_how_far_it_came_then_the_result_with_a_link_that_needs_no_javascript(world, monkeypatch):
    site, at = Site(world.council).sign_in(world.officer), f"/policy/drafts/{world.draft.id}"
    day = clock.today()
    asked = {"on_day": day.day, "on_month": day.month, "on_year": day.year}
    assert site.post(f"{at}/rehearsal", asked)["Location"] == f"{at}/rehearsal"
    page = text(site.get(f"{at}/rehearsal"))
    assert "0 of 8 lines have been looked at" in page
    assert f'href="{at}/rehearsal"' in page.split("Look again")[0].rsplit("<a ", 1)[1]
    with monkeypatch.context() as dying:
        killed_after(dying, 2)
        with pytest.raises(KeyboardInterrupt):
            world.work()
    page = text(site.get(f"{at}/rehearsal"))
    assert "6 of 8 lines have been looked at" in page
    assert "Health visitor" not in page
    start = {"version": 1, "effective_from_day": day.day, "effective_from_month": day.month,
             "effective_from_year": day.year}  # fmt: skip
    assert "Rehearse this draft first" in text(site.post(f"{at}/publish", start))
    world.work()
    page = text(site.get(f"{at}/rehearsal"))
    assert "Look again" not in page
    assert "hx-trigger" not in page.split('id="rehearsal"')[1].split(">")[0]
    assert "would no longer be seen by: Health visitor" in page
    assert site.post(f"{at}/publish", start)["Location"] == "/policy"
    assert world.row is None


def test_the_page_says_that_a_rehearsal_stopped_or_failed(world):
    site, at = Site(world.council).sign_in(world.officer), f"/policy/drafts/{world.draft.id}/rehearsal"
    world.ask()
    for state, said in (("stale", "has changed since it was rehearsed"), ("failed", "could not be finished")):
        with inside(world.council):
            PolicyRehearsal.objects.update(state=state)
        page = text(site.get(at))
        assert said in page
        assert "Rehearse it" in page
