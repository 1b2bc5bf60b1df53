"""The one switch: one council at a time, nothing without it, and what was refused stays written."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from core.audit.actions import record, refuse
from core.audit.models import Event
from tenants.context import current, inside, shared
from tenants.errors import NestedScope, NoCouncil, WrongCouncil
from tests.factories import make_agency


def test_a_scope_runs_under_the_councils_own_role(in_amber):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('search_path'), current_setting('app.actor')")
        role, path, actor = cursor.fetchone()
    assert (role, path, actor) == (in_amber.schema_name, f"{in_amber.schema_name},extensions", "test")


def test_nothing_is_left_of_a_scope_after_it(amber):
    with inside(amber):
        assert current() == amber
    assert current() is None
    assert connection.scope is None


def test_a_query_without_a_council_is_refused(db):
    from core.directory.models import Agency

    with pytest.raises(NoCouncil):
        Agency.objects.count()
    with pytest.raises(NoCouncil), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_a_scope_in_a_scope_is_refused(amber, birch):
    with inside(amber), pytest.raises(NestedScope), inside(birch):
        pass
    with inside(amber), pytest.raises(NestedScope), shared():
        pass


def test_what_one_council_wrote_another_does_not_read(amber, birch):
    from core.directory.models import Agency

    with inside(amber):
        make_agency("Only in amber")
    with inside(birch):
        assert not Agency.objects.filter(name="Only in amber").exists()
    with inside(amber):
        assert Agency.objects.filter(name="Only in amber").exists()


def test_another_councils_schema_is_refused_by_postgresql_itself(amber, birch):
    with pytest.raises(DatabaseError, match="permission denied"), inside(amber), connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{birch.schema_name}".directory_agency')


def test_a_lazy_queryset_of_one_council_is_refused_in_another(amber, birch):
    from core.directory.models import Agency

    with inside(amber):
        lazy = Agency.objects.filter(name="x")
    with inside(birch), pytest.raises(WrongCouncil):
        list(lazy)


def test_saving_one_councils_object_inside_another_is_refused(amber, birch):
    with inside(amber):
        agency = make_agency()
    for act in (agency.save, agency.delete, agency.refresh_from_db):
        with inside(birch), pytest.raises(WrongCouncil):
            act()


def test_a_refusal_survives_the_rollback_of_what_was_refused(amber):
    with pytest.raises(ValueError, match="stop"), inside(amber):
        make_agency("Never kept")
        refuse("network.member.refused", by=None, reason="no_relationship")
        raise ValueError("stop")
    from core.directory.models import Agency

    with inside(amber):
        assert Event.objects.filter(slug="network.member.refused", outcome="refused").count() == 1
        assert not Agency.objects.filter(name="Never kept").exists()


def test_a_refusal_in_a_rolled_back_savepoint_is_written(amber):
    with inside(amber):
        with pytest.raises(ValueError, match="stop"), transaction.atomic():
            refuse("network.member.refused", by=None, reason="x")
            raise ValueError("stop")
        assert not Event.objects.exists()
    with inside(amber):
        assert Event.objects.get().reason == "x"


def test_events_can_be_added_and_read_and_nothing_else(in_amber):
    record("network.member.joined", by=None)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Event.objects.update(reason="changed")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Event.objects.all().delete()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event")
    assert Event.objects.get().reason == ""
