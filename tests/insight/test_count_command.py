"""`manage.py count_councils`: everybody's numbers at once, as the demo wants them for its first page."""

from __future__ import annotations


def test_every_council_is_counted_now(own_database):
    done = own_database.manage("count_councils")
    assert "Counted: 3 councils." in done.stdout
    assert own_database.sql("SELECT count(*) FROM shared.tenants_councilreading") == [(3,)]
    assert own_database.sql("SELECT count(*) FROM shared.tenants_councilfacts") == [(3,)]
