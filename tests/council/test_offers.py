"""Releases on offer: what changes is said in words; adopting comes to a draft, and never to a silent change of sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core import clock
from core.audit.models import Event
from core.consent import actions_policy, packs_in_use
from core.consent.models import PolicyDraft, PolicyVersion
from core.consent.pack_loading import PACKS_FOLDER, load_pack
from core.consent.packs_in_use import packs, policy_in_force
from core.council.actions.furnishing import apply
from core.council.actions.offers import adopt_release, decline_release, receive
from core.council.errors import DecidedAlready, NotAdoptable, NotHere
from core.council.furnishing import entries_offered, parse_furnishing
from core.council.models import ReleaseOffer
from core.council.offer_queries import offer_page
from core.directory.models import ServiceType
from core.notices.models import Notice
from tenants.context import inside
from tenants.orders.work import OrderWork, StepRefused
from tests.factories import make_user
from tests.factories.site import Site

ENGLAND = packs()["gb-eng"]
CODES = list(entries_offered(ENGLAND))
TEMPLATE = {
    "service_types": CODES[1:4],
    "roles": {CODES[1]: ["mentor"]},
    "words": {"conversation.if_no": "That is fine: we go on helping you."},
    "tightening": {"hides_masked": True, "review_days": {"en.s47": 20}},
}


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """A later version of the English pack beside the release's own: s47 is looked at sooner, and one text is other."""
    text = (PACKS_FOLDER / "gb-eng.toml").read_text(encoding="utf-8")
    text = text.replace(f'version = "{ENGLAND.version}"', 'version = "2027.2.0"', 1)
    text = text.replace("[freshness]\ndefault_days = ", "[freshness]\ndefault_days = 1", 1)
    path = tmp_path / "gb-eng@2027.2.0.toml"
    path.write_text(text, encoding="utf-8")
    pack = load_pack(path)
    assert pack.freshness_days != ENGLAND.freshness_days
    every = {(one.id, one.version, one.checksum): one for one in (*packs().values(), pack)}
    monkeypatch.setattr(packs_in_use, "every_version", lambda: every)
    return pack


def order(council, **release) -> OrderWork:
    whole = {
        "id": str(uuid4()), "kind": "template", "slug": "youth", "version": "3", "title": "Youth services",
        "notes": "For councils with a youth service.", "content": TEMPLATE, "checksum": "c" * 64, **release,
    }  # fmt: skip
    return OrderWork(uuid4(), council.id, "offer", {"release": whole}, {}, "Otto Operator")


def pack_order(council, pack) -> OrderWork:
    return order(
        council, kind="pack", slug=pack.id, version=pack.version, title=pack.title, content={}, checksum=pack.checksum
    )


@pytest.fixture
def officer(amber):
    with inside(amber):
        furnishing = parse_furnishing({"service_types": CODES[:3], "tightening": {"freshness_days": 9}}, ENGLAND)
        apply(furnishing, pack=ENGLAND, by=None)
        return make_user("officer@council.example", roles=("ig_officer",))


def offered(council, made) -> object:
    receive(made)
    with inside(council):
        return ReleaseOffer.objects.get().id


def test_a_release_is_received_once_and_the_deciders_are_told(amber, officer):
    made = order(amber)
    assert receive(made) == receive(made) == {"offer": "offered"}
    with inside(amber):
        assert ReleaseOffer.objects.get().title == "Youth services"
        assert list(Notice.objects.values_list("user_id", "slug")) == [(officer.id, "council.offer.received")]


@pytest.mark.parametrize("wrong", [{"kind": "virus"}, {"id": "x"}, {"title": ""}, {"content": ["x"]}])
def test_a_release_that_is_not_whole_is_refused_with_a_sentence(amber, wrong):
    with pytest.raises(StepRefused, match=r"\."):
        receive(order(amber, **wrong))


def test_a_template_says_what_it_adds_withdraws_rewords_and_tightens(amber, officer):
    offer_id = offered(amber, order(amber))
    with inside(amber):
        page = offer_page(offer_id)
        labels = {code: entry.offered["gb-eng"].label for code, entry in entries_offered(ENGLAND).items()}
        assert page.added == (labels[CODES[3]],)
        assert page.withdrawn == (labels[CODES[0]],)
        words, roles = page.areas
        assert [(one.before, one.after) for one in words.lines] == [
            (ENGLAND.conversation.if_no, "That is fine: we go on helping you.")
        ]
        assert [one.after for one in roles.lines] == ["mentor"]
        assert any("never told" in sentence for sentence in page.stricter)
        assert page.brings_draft
        assert page.problem == ""


def test_adopting_a_template_offers_its_types_at_once_and_leaves_sight_to_a_draft(amber, officer):
    offer_id = offered(amber, order(amber))
    with inside(amber):
        adopt_release(offer_id=offer_id, by=officer)
        on_offer = set(ServiceType.objects.filter(is_offered=True).values_list("code", flat=True))
        assert on_offer == set(CODES[1:4])
        assert ServiceType.objects.filter(code=CODES[0]).exists(), "It stays for the lines that have it."
        assert not policy_in_force(clock.today()).tightening.hides_masked
        draft = PolicyDraft.objects.get()
        assert draft.rehearsed_at is None
        assert draft.tightening["hides_masked"] is True
        assert draft.tightening["freshness_days"] == 9, "What the council had tightened stays tightened."
        assert ReleaseOffer.objects.get().state == "adopted"
        assert Event.objects.filter(slug="council.offer.adopted", actor_id=officer.id).exists()
        with pytest.raises(DecidedAlready):
            decline_release(offer_id=offer_id, by=officer)


def test_a_draft_in_the_way_is_said_and_nothing_of_the_template_is_taken(amber, officer):
    offer_id = offered(amber, order(amber))
    with inside(amber):
        actions_policy.start_draft(by=officer)
        with pytest.raises(NotAdoptable, match="being prepared already"):
            adopt_release(offer_id=offer_id, by=officer)
        assert not ServiceType.objects.filter(code=CODES[3]).exists()


def test_a_template_that_loosens_or_does_not_fit_says_so(amber, officer):
    offer_id = offered(amber, order(amber, content={**TEMPLATE, "tightening": {"review_days": {"en.s47": 9999}}}))
    with inside(amber):
        assert "can be shortened, not lengthened" in offer_page(offer_id).problem
        with pytest.raises(NotAdoptable):
            adopt_release(offer_id=offer_id, by=officer)


def test_declined_everything_stays_as_it_is(amber, officer):
    offer_id = offered(amber, order(amber))
    with inside(amber):
        decline_release(offer_id=offer_id, by=officer)
        assert not PolicyDraft.objects.exists()
        assert ReleaseOffer.objects.get().state == "declined"
        with pytest.raises(NotHere):
            decline_release(offer_id=uuid4(), by=officer)


def test_a_new_version_of_the_pack_decides_from_the_day_it_is_published_for_and_not_before(amber, officer, newer):
    offer_id = offered(amber, pack_order(amber, newer))
    with inside(amber):
        page = offer_page(offer_id)
        assert [area.title for area in page.areas] == ["Periods"]
        assert page.problem == ""
        adopt_release(offer_id=offer_id, by=officer)
        draft = PolicyDraft.objects.get()
        assert (draft.pack_version, draft.pack_checksum) == (newer.version, newer.checksum)
        actions_policy.mark_rehearsed(draft_id=draft.id, version=draft.version, counts={}, by=officer)
        later = clock.today() + timedelta(days=3)
        made = actions_policy.publish_policy(draft_id=draft.id, version=draft.version, effective_from=later, by=officer)
        assert made.pack_checksum == newer.checksum
        assert policy_in_force(clock.today()).pack.version == ENGLAND.version
        assert policy_in_force(later).pack.version == "2027.2.0"
        following = actions_policy.start_draft(by=officer)
        assert following.pack_version == "2027.2.0", "The next change goes on from the version that was adopted."


def test_a_version_that_is_here_already_not_here_yet_or_of_other_law_is_not_adoptable(amber, officer):
    wrong = {
        "decides by this version already": pack_order(amber, ENGLAND),
        "does not hold that version": pack_order(amber, replace(ENGLAND, checksum="d" * 64)),
        "another jurisdiction": pack_order(amber, packs()["au-vic"]),
    }
    for sentence, made in wrong.items():
        receive(made)
        with inside(amber):
            offer = ReleaseOffer.objects.latest("received_at")
            assert sentence in offer_page(offer.id).problem
            with pytest.raises(NotAdoptable, match=sentence):
                adopt_release(offer_id=offer.id, by=officer)


def test_a_live_council_adopts_a_version_only_once_that_file_was_signed_off(amber, officer, newer):
    offer_id = offered(amber, pack_order(amber, newer))
    live = replace(amber, state="live", signed_packs=(ENGLAND.checksum,))
    with inside(live), pytest.raises(NotAdoptable, match="not signed off"):
        adopt_release(offer_id=offer_id, by=officer)
    with inside(replace(live, signed_packs=(ENGLAND.checksum, newer.checksum))):
        adopt_release(offer_id=offer_id, by=officer)
        assert PolicyDraft.objects.get().pack_checksum == newer.checksum


def test_a_council_whose_versions_file_vanished_decides_nothing(amber, officer):
    with inside(amber):
        PolicyVersion.objects.create(
            pack_id="gb-eng", pack_version="2020.1.0", pack_checksum="e" * 64, tightening={},
            effective_from=clock.today(), created_at=clock.now(),
        )  # fmt: skip
        with pytest.raises(packs_in_use.PolicyUnusable, match="other content"):
            policy_in_force(clock.today())


def test_the_pages_list_tell_adopt_and_decline(amber, officer):
    offer_id = offered(amber, order(amber))
    site = Site(amber).sign_in(officer)
    assert "waits for your answer" in site.get("/releases").content.decode()
    page = site.get(f"/releases/{offer_id}").content.decode()
    for words in ("Service types added", "Stricter than now", "Adopt as a draft", "Now:", "Then:"):
        assert words in page
    assert site.get(f"/releases/{uuid4()}").status_code == 404
    answer = site.post(f"/releases/{offer_id}", {"do": "adopt"}, follow=True)
    assert "Adopted as a draft" in answer.content.decode()
    assert "Go on with the draft" in answer.content.decode()
    assert (
        "answered this offer already"
        in site.post(f"/releases/{offer_id}", {"do": "decline"}, follow=True).content.decode()
    )
    assert "Adopted on" in site.get(f"/releases/{offer_id}").content.decode()


def test_releases_are_for_admins_and_officers(amber):
    with inside(amber):
        user = make_user(roles=("practitioner",))
    assert Site(amber).sign_in(user).get("/releases").status_code == 403
