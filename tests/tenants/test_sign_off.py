"""A pack is signed off once for each of its files, by somebody with a name; only then does a council go live on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.consent.packs_in_use import packs
from tenants.actions import go_live, sign_off_pack
from tenants.context import shared
from tenants.errors import PackAlreadySigned, PackNotSigned
from tenants.models import Council, PackSignOff

SIGN = {"pack_id": "gb-eng", "version": "1", "checksum": "a" * 64, "signed_by": "Ada Lane, head of information law"}


@pytest.fixture
def in_shared(db):
    with shared():
        yield


def test_a_sign_off_says_what_was_signed_by_whom_and_when(in_shared):
    made = sign_off_pack(**{**SIGN, "signed_by": "  Ada Lane, head of information law "})
    kept = PackSignOff.objects.get()
    assert (kept.pack_id, kept.pack_version, kept.pack_checksum) == ("gb-eng", "1", "a" * 64)
    assert kept.signed_by == "Ada Lane, head of information law"
    assert kept.signed_at == made.signed_at


def test_one_file_is_signed_once_and_an_edited_one_needs_its_own(in_shared):
    sign_off_pack(**SIGN)
    with pytest.raises(PackAlreadySigned, match="gb-eng@1 has been signed off already"):
        sign_off_pack(**SIGN)
    sign_off_pack(**{**SIGN, "checksum": "b" * 64})
    assert PackSignOff.objects.count() == 2


def test_nobody_signs_without_a_name(in_shared):
    with pytest.raises(ValueError, match="Say who signs"):
        sign_off_pack(**{**SIGN, "signed_by": "  "})


def test_a_council_goes_live_only_on_its_own_pack_as_it_was_signed(amber):
    with shared():
        sign_off_pack(**{**SIGN, "pack_id": "au-vic"})
        with pytest.raises(PackNotSigned, match="Amber can't go live"):
            go_live(amber, checksum="a" * 64)
        sign_off_pack(**{**SIGN, "checksum": "c" * 64})
        with pytest.raises(PackNotSigned):
            go_live(amber, checksum="d" * 64)
        go_live(amber, checksum="c" * 64)
        assert Council.objects.get(id=amber.id).state == "live"


def privileges(own, role):
    rows = own.sql(
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = 'tenants_packsignoff' AND grantee = %s",
        role,
    )
    return {row[0] for row in rows}


@pytest.mark.slow
def test_the_commands_sign_once_and_go_live_and_every_process_learns_of_it(own_database):
    refused = own_database.manage("go_live", "amber.localhost", check=False)
    assert refused.returncode == 1
    assert "Amber can't go live: the law pack gb-eng has not been signed off" in refused.stderr
    assert "holds no pack called xx" in own_database.manage("sign_off_pack", "xx", "--by", "A", check=False).stderr
    said = own_database.manage("sign_off_pack", "gb-eng", "--by", "Ada Lane, head of law")
    checksum = packs()["gb-eng"].checksum
    assert said.stdout.startswith("gb-eng@")
    assert checksum in said.stdout
    again = own_database.manage("sign_off_pack", "gb-eng", "--by", "Ada Lane", check=False)
    assert "has been signed off already" in again.stderr
    assert "Amber is live on gb-eng@" in own_database.manage("go_live", "Amber.localhost").stdout
    assert "No council answers" in own_database.manage("go_live", "nowhere.localhost", check=False).stderr
    read = own_database.python(
        "from tenants.queries import council_at, all_councils\n"
        "print([(c.name, c.state, len(c.signed_packs)) for c in all_councils()], council_at('amber.localhost').signed_packs)"
    )
    assert "('Amber', 'live', 1)" in read.stdout
    assert "('Coral', 'training', 0)" in read.stdout
    assert checksum in read.stdout
    assert privileges(own_database, "pw_console") == {"SELECT", "INSERT"}
    assert privileges(own_database, "pw_router") == {"SELECT"}
    assert privileges(own_database, "pw_app") == set()


def test_a_council_knows_its_signed_packs_as_plain_values(amber):
    assert amber.signed_packs == ()
    assert replace(amber, signed_packs=("x",)) != amber
