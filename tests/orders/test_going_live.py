"""A council goes live on the very file that it decides by, and never out of a suspension."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.consent.models import PolicyVersion
from core.consent.packs_in_use import packs
from tenants.actions import go_live, sign_off_pack
from tenants.context import inside, shared
from tenants.errors import CouncilSuspended
from tenants.models import Council, CouncilFacts
from tenants.orders.working import work

OTHER = "f" * 64


@pytest.fixture
def pack(db):
    """The newest English pack, signed off as its file stands."""
    found = packs()["gb-eng"]
    with shared():
        sign_off_pack(pack_id=found.id, version=found.version, checksum=found.checksum, signed_by="Ada Lane")
        sign_off_pack(pack_id=found.id, version="0", checksum=OTHER, signed_by="Ada Lane")
    return found


def said(council, checksum):
    """What the council's job last left outside of it."""
    from core import clock

    with shared():
        CouncilFacts.objects.update_or_create(
            council_id=council.id, defaults={"facts": {"policy_pack_checksum": checksum}, "at": clock.now()}
        )


def state_of(council):
    with shared():
        return Council.objects.get(id=council.id).state


def decides_by(council, version, checksum):
    from core import clock

    with inside(council, actor="test"):
        PolicyVersion.objects.create(
            pack_id="gb-eng", pack_version=version, pack_checksum=checksum, effective_from=date(2020, 1, 1),
            created_at=clock.now(),
        )  # fmt: skip


def test_an_order_to_go_live_on_another_file_than_the_council_decides_by_is_refused(asked, now_is, amber, pack):
    said(amber, OTHER)
    refused = asked("go_live", {"pack_checksum": pack.checksum})
    work("app")
    assert now_is(refused).state == "failed"
    assert "Amber decides by another file of the law pack gb-eng" in now_is(refused).error
    assert state_of(amber) == "training"


@pytest.mark.parametrize("known", ["", "same"])
def test_an_order_to_go_live_on_the_council_s_own_file_is_done(asked, now_is, amber, pack, known):
    said(amber, known and pack.checksum)
    order = asked("go_live", {"pack_checksum": pack.checksum})
    work("app")
    assert now_is(order).state == "done"
    assert state_of(amber) == "live"


def test_a_suspended_council_stays_suspended_whoever_asks(asked, now_is, amber, pack):
    with shared():
        Council.objects.filter(id=amber.id).update(state="suspended", suspended_from="training")
    order = asked("go_live", {"pack_checksum": pack.checksum})
    work("app")
    assert "Amber is suspended: resume it first" in now_is(order).error
    with pytest.raises(CommandError, match="Amber is suspended: resume it first"):
        call_command("go_live", "amber.localhost")
    with shared(), pytest.raises(CouncilSuspended):
        go_live(amber, checksum=pack.checksum)
    assert state_of(amber) == "suspended"


def test_the_command_goes_by_the_file_that_the_policy_is_on(amber, pack):
    decides_by(amber, pack.version, pack.checksum)
    told = StringIO()
    call_command("go_live", "amber.localhost", stdout=told)
    assert told.getvalue().strip() == f"Amber is live on {pack.ref}."
    assert state_of(amber) == "live"


def test_the_command_refuses_a_council_whose_policy_is_on_a_file_that_is_not_here(amber, pack):
    decides_by(amber, "0", OTHER)
    with pytest.raises(CommandError, match="gb-eng@0"):
        call_command("go_live", "amber.localhost")
    assert state_of(amber) == "training"
