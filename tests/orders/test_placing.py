"""An order is checked at once, taken once, and one at a time a council."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.consent.packs_here import packs_here
from tenants.context import shared
from tenants.models import CouncilOrder
from tenants.orders.errors import OrderRefused

PACK = {pack["id"]: pack for pack in packs_here()}


def creation(**changes):
    return {
        "name": "Dale", "hosts": ["dale.localhost"], "pack_id": "gb-eng", "pack_checksum": PACK["gb-eng"]["checksum"],
        "region": "uk", "administrator": {"email": "ada@dale.example"}, **changes,
    }  # fmt: skip


def test_the_same_id_again_is_the_same_order(asked):
    first = asked("rename", {"hosts": ["amber.localhost", "two.localhost"]})
    again = asked("rename", {"hosts": [" AMBER.localhost", "two.localhost."]}, order_id=first.id)
    assert again.id == first.id
    with shared():
        assert CouncilOrder.objects.count() == 1


def test_the_same_id_for_something_else_is_refused(asked):
    first = asked("rename", {"hosts": ["one.localhost"]})
    with pytest.raises(OrderRefused, match="asked for something else"):
        asked("rename", {"hosts": ["two.localhost"]}, order_id=first.id)
    with pytest.raises(OrderRefused, match="asked for something else"):
        asked("export", order_id=first.id)


def test_another_order_for_a_busy_council_is_refused_and_says_what_keeps_it(asked):
    asked("export")
    with pytest.raises(OrderRefused, match="under way: make the exit copy"):
        asked("rename", {"hosts": ["one.localhost"]})


def test_one_council_s_order_holds_up_no_other(asked, birch):
    asked("export")
    assert asked("export", council_id=birch.id).state == "waiting"


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("birch.localhost", "There is a council at birch.localhost already"),
        ("BIRCH.localhost.", "There is a council at birch.localhost already"),
        ("xn--lichfeld-i2a.example", "look like another council"),
        ("a.XN--p1ai", "look like another council"),
        ("lichfıeld.example", "look like another council"),
        ("127.0.0.1", "is not a host name"),
        ("2130706433", "is not a host name"),
        ("0x7f.0x1", "is an address"),
        ("[::1]", "is not a host name"),
        ("dale.localhost:8000", "is not a host name"),
        ("https://dale.localhost", "is not a host name"),
        ("console.localhost", "Patchwork's own"),
        ("localhost", "is not a host name"),
        (7, "has to be a text"),
    ],
)
def test_a_host_that_can_t_be_a_council_s_is_refused_at_once(asked, birch, host, why):
    with pytest.raises(OrderRefused, match=why):
        asked("create", creation(hosts=["dale.localhost", host]), council_id=uuid4())


def test_two_creations_can_t_ask_for_one_host(asked):
    asked("create", creation(), council_id=uuid4())
    with pytest.raises(OrderRefused, match=r"has asked for dale\.localhost"):
        asked("create", creation(name="Dale two"), council_id=uuid4())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"pack_id": "xx-nowhere"}, "holds no law pack called xx-nowhere"),
        ({"pack_checksum": "0" * 64}, "another version of the law pack gb-eng"),
        ({"pack_checksum": "nonsense"}, "64 hex digits"),
        ({"region": "au"}, "stands in the region “uk”"),
        ({"pack_id": "au-vic", "pack_checksum": PACK["au-vic"]["checksum"]}, "keeps a council's data in the region au"),
        ({"state": "live"}, "going live is an order of its own"),
        ({"administrator": {}}, "e-mail address"),
        ({"name": ""}, "“name” has to be"),
        ({"name": "Dale <b>"}, "“name” has to be"),
        ({"hosts": []}, "1 to 10 host names"),
        ({"hosts": "dale.localhost"}, "a list of host names"),
        ({"training": "yes"}, "true or false"),
        ({"surprise": 1}, "“surprise” is nothing"),
        ({"furnishing": {"words": "x" * 2_000_001}}, "2 MB"),
    ],
)
def test_a_creation_that_can_t_be_is_refused_at_once(asked, changes, why):
    with pytest.raises(OrderRefused, match=why):
        asked("create", creation(**changes), council_id=uuid4())


def test_a_pack_is_refused_where_its_residency_forbids_and_taken_where_it_allows(asked, settings):
    victoria = creation(pack_id="au-vic", pack_checksum=PACK["au-vic"]["checksum"], region="au")
    with pytest.raises(OrderRefused, match="stands in the region “uk”"):
        asked("create", victoria, council_id=uuid4())
    settings.DEPLOYMENT_REGION = "au"
    assert asked("create", victoria, council_id=uuid4()).state == "waiting"


@pytest.mark.parametrize(
    ("kind", "payload", "why"),
    [
        ("abolish", {}, "is no kind of order"),
        ("suspend", {}, "does not say “contact”"),
        ("suspend", {"contact": "01632 960001", "leaves_on": "tomorrow"}, "has to be a day"),
        ("support", {"request_id": "7", "operator_name": "O", "reason": "r", "hours": 1}, "has to be an id"),
        ("support", {"request_id": str(uuid4()), "operator_name": "O", "reason": "r", "hours": True}, "whole number"),
        ("offer", {"release": {"id": str(uuid4())}}, "one word"),
    ],
)
def test_an_order_that_does_not_say_what_it_has_to_is_refused(asked, kind, payload, why):
    with pytest.raises(OrderRefused, match=why):
        asked(kind, payload)


def test_nothing_is_asked_for_a_council_that_is_not_here_and_none_is_made_twice(asked, amber):
    with pytest.raises(OrderRefused, match="no such council"):
        asked("export", council_id=uuid4())
    with pytest.raises(OrderRefused, match="is in this deployment already"):
        asked("create", creation(), council_id=amber.id)
