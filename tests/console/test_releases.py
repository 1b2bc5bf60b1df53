"""Releases: two people, only councils whose deployment holds it, and who is where."""

from __future__ import annotations

import json

import pytest

from tenants.context import shared
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.deployments import SIGNED, as_ref, make_deployment, make_listed_council

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

TEMPLATE = {
    "service_types": ["youth.work"],
    "words": {"conversation.name": "Our talk"},
    "roles": {"youth.work": ["worker"]},
}


class World:
    """A release manager, another who decides, and three councils: one that can be offered a pack, two that can't."""

    def __init__(self) -> None:
        with shared():
            self.manager = make_operator("Mia Manager", "release_manager")
            self.second = make_operator("Sam Second", "release_manager")
            self.deployment = make_deployment()
            older = make_deployment("Older", said={})
            self.tamworth = make_listed_council("Tamworth", self.deployment)
            self.stafford = make_listed_council("Stafford", older)
            self.ballarat = make_listed_council("Ballarat", self.deployment, pack_id="au-vic")
        self.site = ConsoleSite().sign_in(self.manager)

    def prepared(self) -> str:
        answer = self.site.post("/releases/pack", {"checksum": SIGNED, "title": "November law", "notes": "New duty."})
        assert answer.status_code == 302
        return answer["Location"]

    def proposed(self, *councils) -> tuple[str, object]:
        from console.models import Proposal

        path = self.prepared()
        answer = self.site.post(path, {"councils": [str(one.id) for one in councils], "reason": "In force soon"})
        assert answer.status_code == 302, answer.content.decode()
        with shared():
            return path, Proposal.objects.get(kind="release")

    def approved(self, proposal) -> None:
        from console.actions.proposals import decide

        with shared():
            decide(proposal_id=proposal.id, approve=True, reason="Read it", by=as_ref(self.second))


@pytest.fixture
def world(db):
    return World()


def states() -> dict[str, str]:
    from console.models import Offer

    with shared():
        return dict(Offer.objects.values_list("council__name", "state"))


def test_only_councils_whose_deployment_holds_the_version_can_be_chosen(world):
    page = world.site.get(world.prepared()).content.decode()
    assert "Tamworth (North)" in page
    assert "Stafford: Its deployment, Older, does not hold this version yet." in page
    assert "Ballarat: It is under another law pack: au-vic." in page


def test_a_council_that_can_t_be_offered_it_is_refused_and_what_was_typed_stays(world):
    answer = world.site.post(world.prepared(), {"councils": [str(world.stafford.id)], "reason": "In force soon"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "In force soon" in page
    assert states() == {}


def test_it_takes_two_and_then_each_council_is_offered_it_once(world):
    from console.errors import NotPermitted
    from console.models import Order

    path, proposal = world.proposed(world.tamworth)
    assert "waits for a second operator" in world.site.get(path).content.decode()
    assert states() == {}
    from console.actions.proposals import decide

    with pytest.raises(NotPermitted), shared():
        decide(proposal_id=proposal.id, approve=True, reason="", by=as_ref(world.manager))
    world.approved(proposal)
    assert states() == {"Tamworth": "sending"}
    with shared():
        order = Order.objects.get(kind="offer")
    assert order.payload["release"]["content"] == {"id": "gb-eng", "version": "2026.11.0", "checksum": SIGNED}
    from tenants.orders.payloads import shaped

    assert shaped("offer", order.payload) == order.payload
    assert "It was offered this already" in world.site.get(path).content.decode()


def test_a_council_with_something_under_way_is_offered_it_by_hand_later(world):
    from console.models import Offer, Order
    from core import clock

    path, proposal = world.proposed(world.tamworth)
    with shared():
        busy = Order.objects.create(council=world.tamworth, kind="export", placed_at=clock.now())
    world.approved(proposal)
    assert states() == {"Tamworth": "failed"}
    with shared():
        busy.state = "done"
        busy.save()
    assert world.site.post(f"{path}/councils/{world.tamworth.id}/again").status_code == 302
    assert states() == {"Tamworth": "sending"}
    with shared():
        assert Offer.objects.count() == 1


def test_a_version_is_released_once(world):
    world.prepared()
    answer = world.site.post("/releases/pack", {"checksum": SIGNED, "title": "Again", "notes": ""})
    assert answer.status_code == 422
    assert "a version is released once" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "This is not JSON"),
        ("[]", "A template is a table"),
        ('{"people": ["Ada"]}', "A template has no “people”"),
        ('{"service_types": "youth.work"}', "has to be a list of codes"),
        ('{"roles": {"youth.work": "worker"}}', "lists of job titles"),
        ("{}", "has to hold something"),
        ("[" * 100_000, "This is not JSON"),
    ],
)
def test_a_template_that_is_none_is_refused_in_a_sentence(world, content, said):
    typed = {
        "slug": "districts",
        "version": "2026.1",
        "title": "Districts",
        "council": "",
        "content": content,
        "notes": "",
    }
    answer = world.site.post("/releases/template", typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_template_written_by_hand_is_kept_with_its_checksum(world):
    from console.models import Release
    from console.template_content import checksum_of

    typed = {
        "slug": "districts", "version": "2026.1", "title": "Districts", "council": "", "content": json.dumps(TEMPLATE),
        "notes": "",
    }  # fmt: skip
    answer = world.site.post("/releases/template", typed)
    assert answer.status_code == 302
    with shared():
        release = Release.objects.get(slug="districts")
    assert release.content == TEMPLATE
    assert release.checksum == checksum_of(TEMPLATE)
    page = world.site.get(answer["Location"]).content.decode()
    assert "Stafford (Older)" in page


def test_a_template_of_a_council_is_fetched_outside_of_a_transaction_and_without_its_look(world, monkeypatch):
    from console.actions import releases
    from console.models import Release
    from tenants.context import in_shared

    class Port:
        def template(self, _council_id):
            assert not in_shared()
            return {**TEMPLATE, "theme": {"brand": "#123456"}, "help_contact": "", "agencies": []}

    monkeypatch.setattr(releases, "port_for", lambda _deployment: Port())
    typed = {
        "slug": "districts", "version": "2026.1", "title": "Districts", "council": str(world.tamworth.id), "content": "",
        "notes": "",
    }  # fmt: skip
    answer = world.site.post("/releases/template", typed)
    assert "Its content is being fetched from Tamworth" in world.site.get(answer["Location"]).content.decode()
    assert releases.fetch_contents() == 1
    with shared():
        assert Release.objects.get(slug="districts").content == TEMPLATE


def test_who_is_where_is_a_table_and_a_file(world):
    from console.models import Offer

    _path, proposal = world.proposed(world.tamworth)
    world.approved(proposal)
    with shared():
        Offer.objects.update(state="adopted")
        world.tamworth.said = {"facts": {"policy_pack_version": "gb-eng@2026.11.0"}}
        world.tamworth.save()
    page = world.site.get("/releases/where").content.decode()
    assert "Adopted" in page
    assert "gb-eng@2026.11.0" in page
    assert "Ballarat" in page
    only = world.site.get("/releases/where?state=adopted").content.decode()
    assert "Tamworth" in only
    assert "Ballarat" not in only
    file = world.site.get("/releases/where.csv?state=adopted").content.decode().splitlines()
    assert file[0] == "Council,Policy on,gb-eng@2026.11.0 since"
    assert len(file) == 2
    assert file[1].startswith("Tamworth,gb-eng@2026.11.0,Adopted ")


def test_an_operator_without_the_right_prepares_nothing(world):
    with shared():
        operator = make_operator("Olga Operator", "operator")
    site = ConsoleSite().sign_in(operator)
    assert site.get("/releases").status_code == 200
    assert site.get("/releases/pack").status_code in {403, 404}
    assert site.post("/releases/template", {}).status_code in {403, 404}


def test_the_matrix_asks_as_often_for_many_councils_as_for_few(world):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    _path, proposal = world.proposed(world.tamworth)
    world.approved(proposal)

    def asked() -> int:
        with CaptureQueriesContext(connections["console"]) as captured:
            assert world.site.get("/releases/where").status_code == 200
        return len(captured)

    asked()
    few = asked()
    with shared():
        for number in range(15):
            make_listed_council(f"C{number}", world.deployment)
    assert asked() == few
