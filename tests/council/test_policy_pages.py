"""The policy's pages: a draft in plain sentences, rehearsed and published, by people who may see no client."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.consent.models import PolicyDraft, PolicyVersion
from core.consent.packs_in_use import packs
from tenants.context import inside
from tenants.routing import hosts
from tests.factories import (
    make_client,
    make_involvement,
    make_publication,
    make_service,
    make_service_type,
    make_user,
    make_viewer,
)
from tests.factories.site import Site


class World:
    """An officer, an admin, and a client whom a youth worker and a health visitor support."""

    def __init__(self, council):
        with inside(council):
            self.officer = make_user(roles=("ig_officer",))
            self.admin = make_user(roles=("council_admin",))
            make_service_type("youth.open", label="Youth work")
            self.youth = make_viewer(make_service(code="youth.open"), job_title="Youth worker")
            self.health = make_viewer(make_service(code="universal.child_health"), job_title="Health visitor")
            self.amy = make_client("Amelia", "Hartwell")
            for viewer in (self.youth, self.health):
                make_publication(make_involvement(self.amy, viewer), *agencies(self.youth, self.health))
        self.council = council
        self.site = Site(council).sign_in(self.officer)

    def draft(self):
        with inside(self.council):
            return PolicyDraft.objects.first()

    @property
    def at(self):
        return f"/policy/drafts/{self.draft().id}"

    def save(self, slug, site=None, version=None, **typed):
        version = self.draft().version if version is None else version
        return (site or self.site).post(f"{self.at}/sections/{slug}", {"version": version, **typed})


def agencies(*viewers):
    from core.directory.models import Agency

    return [Agency.objects.get(id=viewer.agency_id) for viewer in viewers]


@pytest.fixture
def world(amber):
    made = World(amber)
    made.site.post("/policy/drafts")
    return made


def text(answer):
    return " ".join(answer.content.decode().split())


def on(day):
    return {"effective_from_day": day.day, "effective_from_month": day.month, "effective_from_year": day.year}


def youth_kept_close(world):
    """Fill in the services' section as a person does: by the label of the box."""
    page = text(world.site.get(f"{world.at}/sections/services"))
    name = page.split("Youth work </label>")[1].split('name="')[1].split('"')[0]
    return world.save("services", **{name: "mental_health"})


@pytest.mark.parametrize("role", ["practitioner", "manager", "safeguarding_lead", "broker", "auditor"])
def test_the_policy_is_for_officers_and_admins_alone(amber, role):
    with inside(amber):
        other = make_user(roles=(role,))
    assert Site(amber).sign_in(other).get("/policy").status_code == 403


@pytest.mark.parametrize("role", ["ig_officer", "council_admin"])
def test_both_see_the_history_without_a_contact_card_and_find_it_in_the_menu(amber, role):
    with inside(amber):
        maker = make_user(roles=(role,))
    site = Site(amber).sign_in(maker)
    page = text(site.get("/policy"))
    assert "At the start" in page
    assert "Not used until the information-governance officer signs it" in page
    assert 'href="/policy"' in text(site.get("/"))


def test_a_draft_is_one_for_the_whole_council(world):
    other = Site(world.council).sign_in(world.admin)
    assert other.post("/policy/drafts")["Location"] == world.at
    assert "Go on with the draft" in text(other.get("/policy"))


def test_every_section_opens_and_saves_unchanged(world):
    for slug in ("routes", "reviews", "services", "evidence", "sight", "words", "approvals", "freshness"):
        assert world.site.get(f"{world.at}/sections/{slug}").status_code == 200, slug
    assert world.site.get(f"{world.at}/sections/nonsense").status_code == 404
    used = [basis.code for basis in packs()["gb-eng"].bases if basis.code != "en.s16la"]
    assert world.save("routes", used=used)["Location"] == world.at
    for slug in ("reviews", "services", "evidence", "sight", "words", "approvals", "freshness"):
        assert world.save(slug)["Location"] == world.at, slug
    assert world.draft().tightening == {"bases_off": ["en.s16la"]}


def test_what_is_tightened_is_said_in_plain_sentences(world):
    youth_kept_close(world)
    world.save("routes", used=["en.family_help_agreement", "en.consent_explicit"])
    world.save("reviews", route_2="30", standard_consent_days="200")
    world.save("evidence", route_0="informed_status")
    world.save("sight", hides_masked="on", hidden_always=["hiv"])
    world.save("words", words_0="Our talk")
    world.save("approvals", two_people_for=["shield"])
    world.save("freshness", freshness_days="60")
    page = text(world.site.get(world.at))
    for sentence in (
        "Youth work is kept as close as a service of the class “mental health”.",
        "Not used: A child protection enquiry is open.",
        "“A child protection enquiry is open” is looked at again after 30 days; the law pack gives 45.",
        "A yes is asked for again after 200 days; the law pack gives 365.",
        "also needs: Do they know that you are sharing?.",
        "Others are never told that a sensitive service is there.",
        "a service of the class “HIV” is there.",
        "We say “Our talk” instead of “Agreement conversation”",
        "Two people decide: shielding a client.",
        "A line that nobody confirmed fades after 60 days; the law pack gives 90.",
    ):
        assert sentence in page.replace("&#34;", '"'), sentence


def test_a_loosening_is_answered_with_a_summary_and_what_was_typed(world):
    answer = world.save("reviews", route_2="99", standard_consent_days="soon")
    page = text(answer)
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert "Enter 45 days or fewer" in page
    assert "Enter a number of days, such as 90" in page
    assert 'value="99"' in page
    assert 'value="soon"' in page
    assert world.draft().version == 1


def test_words_that_promise_too_much_are_refused_and_kept_in_their_box(world):
    answer = world.save("words", words_1="Nobody will ever be told.")
    assert answer.status_code == 422
    assert "promises that nobody will ever be told" in text(answer)
    assert "Nobody will ever be told.</textarea>" in text(answer)


def test_switching_off_every_route_that_rests_on_a_yes_is_refused(world):
    answer = world.save("routes", used=["en.s47"])
    assert answer.status_code == 422
    assert "must stay on" in text(answer)


def test_somebody_who_was_slower_sees_both_and_may_save_again(world):
    assert world.save("freshness", freshness_days="60")["Location"] == world.at
    answer = world.save("freshness", version=1, freshness_days="30")
    page = text(answer)
    assert answer.status_code == 409
    assert "Someone else changed this draft" in page
    assert "fades after 60 days" in page
    assert "fades after 30 days" in page
    assert 'value="30"' in page
    assert 'name="version" value="2"' in page
    world.save("freshness", version=2, freshness_days="30")
    assert world.draft().tightening["freshness_days"] == 30


def test_a_route_is_signed_by_the_officer_alone(world):
    other = Site(world.council).sign_in(world.admin)
    assert "Sign this route" not in text(other.get(world.at))
    assert other.post(f"{world.at}/sign", {"route": "en.s16la"}).status_code == 403
    assert "Sign this route" in text(world.site.get(world.at))
    world.site.post(f"{world.at}/sign", {"route": "en.nonsense"})
    assert world.draft().tightening == {"bases_off": ["en.s16la"]}
    world.site.post(f"{world.at}/sign", {"route": "en.s16la"})
    assert "Used, and signed by the information-governance officer" in text(world.site.get(world.at))
    used = [basis.code for basis in packs()["gb-eng"].bases]
    world.save("routes", site=other, used=used)
    assert world.draft().tightening == {"bases_signed": ["en.s16la"]}
    world.save("routes", site=other, used=[code for code in used if code != "en.s16la"])
    assert world.draft().tightening == {"bases_off": ["en.s16la"]}


def today():
    day = clock.today()
    return {"on_day": day.day, "on_month": day.month, "on_year": day.year}


def test_a_rehearsal_tells_the_officer_numbers_and_examples_without_a_name(world):
    youth_kept_close(world)
    assert "before anybody notices" in text(world.site.get(f"{world.at}/rehearsal"))
    page = text(world.site.post(f"{world.at}/rehearsal", today(), follow=True))
    assert "Health visitor" in page
    assert "Youth work" in page
    assert "would no longer be seen by: Health visitor" in page
    assert f"/clients/{world.amy.id}" in page
    assert "hartwell" not in page.lower()
    with inside(world.council):
        event = Event.objects.get(slug="consent.policy.rehearsed")
        assert (event.actor_id, event.detail["lost"]) == (world.officer.id, 1)
    assert world.draft().rehearsed_at


def test_an_officer_who_knows_the_client_privately_is_shown_nothing_of_them(world):
    from core.network.models import Conflict
    from tests.factories import make_practitioner

    youth_kept_close(world)
    with inside(world.council):
        card = make_practitioner(account=False)
        card.user = world.officer
        card.save()
        Conflict.objects.create(
            client=world.amy, practitioner=card, declared_at=clock.now(), declared_by_id=world.officer.id
        )
    page = text(world.site.post(f"{world.at}/rehearsal", today(), follow=True))
    assert "Youth work" in page
    assert str(world.amy.id) not in page
    assert world.site.get(f"{world.at}/clients/{world.amy.id}").status_code == 404


def test_an_admin_is_told_numbers_alone_and_none_below_five_exactly(world):
    youth_kept_close(world)
    site = Site(world.council).sign_in(world.admin)
    page = text(site.post(f"{world.at}/rehearsal", today(), follow=True))
    assert "fewer than 5" in page
    assert "Examples" not in page
    assert str(world.amy.id) not in page
    assert site.get(f"{world.at}/clients/{world.amy.id}").status_code == 403


def test_a_rehearsal_for_a_day_that_is_none_says_so(world):
    answer = world.site.post(f"{world.at}/rehearsal", {"on_day": "31", "on_month": "2", "on_year": "2027"})
    assert answer.status_code == 422
    assert "must be a real date" in text(answer)
    assert world.draft().rehearsed_at is None


def test_the_officer_sees_a_client_s_page_now_and_then_and_that_is_recorded(world):
    youth_kept_close(world)
    answer = world.site.get(f"{world.at}/clients/{world.amy.id}")
    page = text(answer)
    assert "Hartwell" in page
    assert "As seen by: Health visitor" in page
    assert "would no longer be seen" in page
    with inside(world.council):
        seen = Event.objects.get(slug="network.rehearsal.seen")
        assert (seen.client_id, seen.actor_id, seen.outcome) == (world.amy.id, world.officer.id, "seen")
    mine = text(world.site.get(f"{world.at}/clients/{world.amy.id}", {"as": f"{world.youth.agency_id} Youth worker"}))
    assert "would no longer be seen" not in mine
    for nonsense in ("nonsense", f"{world.youth.agency_id} Plumber"):
        assert world.site.get(f"{world.at}/clients/{world.amy.id}", {"as": nonsense}).status_code == 404


def test_a_client_whom_the_draft_does_not_touch_is_not_there_and_the_asking_is_recorded(world):
    assert world.site.get(f"{world.at}/clients/{world.amy.id}").status_code == 404
    with inside(world.council):
        assert Event.objects.get(slug="network.rehearsal.refused").subject_id == world.amy.id


def test_a_rehearsed_draft_is_published_for_a_day_and_its_history_says_what_it_tightened(world):
    youth_kept_close(world)
    publish = f"{world.at}/publish"
    refused = world.site.post(publish, {"version": 2, **on(clock.today())})
    assert refused.status_code == 422
    assert "Rehearse this draft first" in text(refused)
    world.site.post(f"{world.at}/rehearsal", today())
    past = world.site.post(publish, {"version": 2, **on(clock.today() - timedelta(days=1))})
    assert past.status_code == 422
    assert world.site.post(publish, {"version": 1, **on(clock.today())}).status_code == 409
    tomorrow = clock.today() + timedelta(days=1)
    assert "Youth work is kept as close" in text(world.site.get(publish))
    assert world.site.post(publish, {"version": 2, **on(tomorrow)})["Location"] == "/policy"
    page = text(world.site.get("/policy"))
    assert "to come" in page
    assert "Youth work is kept as close" in page
    with inside(world.council):
        version = PolicyVersion.objects.get()
        assert version.created_by_id == world.officer.id
    assert "Cancelled: that policy will not start" in text(
        world.site.post(f"/policy/versions/{version.id}/cancel", follow=True)
    )
    again = world.site.post(f"/policy/versions/{version.id}/cancel", follow=True)
    assert "was cancelled already" in text(again)
    assert "cancelled before its day" in text(world.site.get("/policy"))


def test_a_draft_is_thrown_away(world):
    at = world.at
    assert world.site.post(f"{at}/discard")["Location"] == "/policy"
    assert world.site.get(at).status_code == 404
    assert world.site.post(f"{at}/discard").status_code == 404


def test_published_today_it_holds_on_the_practitioners_page_at_once(world):
    health = Site(world.council).sign_in(world.health)
    assert "Youth work" in text(health.get(f"/clients/{world.amy.id}"))
    youth_kept_close(world)
    world.site.post(f"{world.at}/rehearsal", today())
    world.site.post(f"{world.at}/publish", {"version": 2, **on(clock.today())})
    assert "Youth work" not in text(health.get(f"/clients/{world.amy.id}"))


def live(monkeypatch, council):
    monkeypatch.setattr(hosts, "council", lambda _host: council)
    return council


def test_a_live_council_on_a_pack_that_nobody_signed_shows_a_clear_page_and_nothing_else(world, monkeypatch):
    pack = packs()["gb-eng"]
    with inside(world.council):
        PolicyVersion.objects.create(
            pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, effective_from=clock.today(),
            tightening={"bases_off": ["en.s16la"]}, created_at=clock.now(),
        )  # fmt: skip
    live(monkeypatch, replace(world.council, state="live"))
    health = Site(world.council).sign_in(world.health)
    answer = health.get(f"/clients/{world.amy.id}")
    assert answer.status_code == 503
    assert "can&#39;t be applied just now" in text(answer)
    assert "Hartwell" not in text(answer)
    page = world.site.get("/policy")
    assert page.status_code == 200
    assert "is not signed off as its file stands" in text(page)
    live(monkeypatch, replace(world.council, state="live", signed_packs=(pack.checksum,)))
    assert health.get(f"/clients/{world.amy.id}").status_code == 200


def test_a_pack_file_that_was_edited_after_use_is_a_clear_page_and_no_decision(world):
    with inside(world.council):
        PolicyVersion.objects.create(
            pack_id="gb-eng", pack_version="2026.11.0", pack_checksum="0" * 64, effective_from=clock.today(),
            tightening={}, created_at=clock.now(),
        )  # fmt: skip
    health = Site(world.council).sign_in(world.health)
    answer = health.get(f"/clients/{world.amy.id}")
    assert answer.status_code == 503
    assert "Ask your information-governance officer" in text(answer)
    assert "with other content" in text(world.site.get("/policy"))


def test_a_live_council_without_any_policy_can_prepare_rehearse_and_publish_its_first(world, monkeypatch):
    signed = replace(world.council, state="live", signed_packs=(packs()["gb-eng"].checksum,))
    live(monkeypatch, signed)
    health = Site(world.council).sign_in(world.health)
    assert health.get("/").status_code == 503
    page = text(world.site.post(f"{world.at}/rehearsal", today(), follow=True))
    assert "would be seen again by" in page
    assert world.site.get(f"{world.at}/clients/{world.amy.id}").status_code == 200
    world.site.post(f"{world.at}/publish", {"version": 1, **on(clock.today())})
    assert health.get("/").status_code == 200
