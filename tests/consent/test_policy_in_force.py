"""The packs in use, and which policy a council decides by on which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext

from config import checks
from core import clock
from core.consent import packs_in_use
from core.consent.errors import PolicyUnusable
from core.consent.models import PolicyVersion
from core.consent.pack_errors import PackInvalid
from core.consent.packs_in_use import pack_of, packs, policy_in_force
from tenants.context import inside


def sign(pack, on, *, checksum="", **tightening):
    PolicyVersion.objects.create(
        pack_id=pack.id, pack_version=pack.version, pack_checksum=checksum or pack.checksum, effective_from=on,
        tightening=tightening, created_at=clock.now(),
    )  # fmt: skip


def test_each_pack_is_read_once_a_process():
    assert packs() is packs()
    assert set(packs()) == {"gb-eng", "au-vic", "nz"}


def test_a_training_council_decides_by_its_pack_with_unsigned_bases_off(in_amber):
    policy = policy_in_force(date(2026, 11, 22))
    assert policy.pack.id == "gb-eng"
    assert policy.rules.basis("en.s16la") is None


def test_the_latest_policy_that_is_in_force_on_the_day_holds_in_one_query(in_amber):
    from django.db import connection

    pack = packs()["gb-eng"]
    sign(pack, date(2026, 1, 1), bases_off=["en.s47"])
    sign(pack, date(2026, 6, 1))
    with CaptureQueriesContext(connection) as captured:
        assert policy_in_force(date(2026, 5, 31)).rules.basis("en.s47") is None
    assert len(captured.captured_queries) == 1
    assert policy_in_force(date(2026, 6, 1)).rules.basis("en.s47") is not None


def test_a_pack_that_is_not_the_one_that_was_signed_is_refused_with_a_sentence(in_amber):
    sign(packs()["gb-eng"], date(2026, 1, 1), checksum="0" * 64)
    with pytest.raises(PolicyUnusable, match="other content"):
        policy_in_force(date(2026, 2, 1))


def test_a_council_at_work_without_a_policy_decides_nothing(amber):
    with inside(replace(amber, state="live")), pytest.raises(PolicyUnusable, match="no policy in force"):
        policy_in_force(date(2026, 2, 1))


def test_a_council_with_a_pack_that_is_not_here_is_refused(amber):
    with pytest.raises(PolicyUnusable, match="no pack called"):
        pack_of(replace(amber, pack_id="xx-none"))


def test_an_invalid_pack_stops_the_start_with_a_sentence_for_each_mistake(monkeypatch):
    def invalid():
        raise PackInvalid(["gb-eng.toml, line 3: one.", "gb-eng.toml, line 9: two."])

    monkeypatch.setattr(checks, "packs", invalid)
    found = [error for error in checks.walls(None) if error.id == "patchwork.E011"]
    assert [error.msg for error in found] == ["gb-eng.toml, line 3: one.", "gb-eng.toml, line 9: two."]
    assert packs_in_use.packs()
