"""Every silent failure of a schema-per-tenant library that was once reproduced, as a test that stays.

The order follows the table of the architecture's tenancy section.
"""

from __future__ import annotations

import pickle
import threading

import pytest
from django.core.cache import cache
from django.db import DatabaseError, ProgrammingError, connection, connections
from psycopg import errors as pg

from core.directory.models import Agency
from tenants.base_model import TenantModel
from tenants.context import CouncilRef, current, inside
from tenants.errors import NoCouncil, WrongCouncil
from tests.factories import make_agency, make_service


def test_two_threads_in_two_councils_do_not_swap_them(amber, birch):
    seen: dict[str, str] = {}
    both_are_in = threading.Barrier(2, timeout=20)

    def work(council: CouncilRef) -> None:
        with inside(council), connection.cursor() as cursor:
            both_are_in.wait()
            cursor.execute("SELECT current_user")
            seen[council.name] = cursor.fetchone()[0]
            both_are_in.wait()
        connections.close_all()

    threads = [threading.Thread(target=work, args=[council]) for council in (amber, birch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert seen == {"Amber": amber.schema_name, "Birch": birch.schema_name}


def test_an_unknown_schema_is_an_error_and_never_public(amber):
    unknown = CouncilRef(amber.id, "t_0123456789abcdef", "Nobody", "x.localhost", "live", "gb-eng")
    with pytest.raises(DatabaseError, match="does not exist"), inside(unknown):
        Agency.objects.count()


def test_a_name_that_is_no_councils_schema_is_refused_before_it_reaches_sql(amber):
    for name in ("public", "shared", "t_x", 't_00000000"; DROP SCHEMA shared; --', "T_00000000", "pg_catalog", ""):
        forged = CouncilRef(amber.id, name, "Nobody", "x.localhost", "live", "gb-eng")
        with pytest.raises(ValueError, match="not the name of a council's schema"), inside(forged):
            pass


def test_public_holds_nothing_and_nobody_may_use_it(amber):
    with inside(amber), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT has_schema_privilege('public', 'usage'), has_schema_privilege('shared', 'usage')")
        assert cursor.fetchone() == (False, False)


def test_no_table_stands_in_both_worlds_but_those_of_the_checked_list(in_amber):
    from django.apps import apps
    from django.conf import settings

    both = {config.label for config in apps.get_app_configs() if config.name in settings.BOTH_WORLDS}
    with connections["router"].cursor() as cursor:
        cursor.execute(
            "SELECT a.relname FROM pg_class a JOIN pg_class b USING (relname) WHERE a.relkind = 'r' AND b.relkind = 'r'"
            " AND a.relnamespace = 'shared'::regnamespace AND b.relnamespace = %s::regnamespace",
            [in_amber.schema_name],
        )
        tables = {row[0] for row in cursor.fetchall()}
    owned = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.app_label in both
    }
    assert tables - owned == {"django_migrations"}


def test_a_failed_scope_statement_rises_and_leaves_no_scope(amber):
    broken = CouncilRef(amber.id, "t_ffffffffffffffff", "Gone", "x.localhost", "live", "gb-eng")
    with pytest.raises(DatabaseError), inside(broken):
        pytest.fail("the scope opened for a role that does not exist")
    assert current() is None
    with pytest.raises(NoCouncil):
        Agency.objects.count()


def _acts_on(queryset, instance):
    return {
        "fetch": lambda: list(queryset),
        "iterate": lambda: list(queryset.iterator()),
        "get": lambda: queryset.get(),
        "count": lambda: queryset.count(),
        "exists": lambda: queryset.exists(),
        "aggregate": lambda: queryset.aggregate(),
        "values": lambda: list(queryset.values("id")),
        "update": lambda: queryset.update(name="x"),
        "delete": lambda: queryset.delete(),
        "raw delete": lambda: queryset._raw_delete("default"),
        "pickle": lambda: pickle.dumps(queryset),
        "explain": lambda: queryset.explain(),
        "contains": lambda: Agency.objects.all().contains(instance),
        "bulk create": lambda: Agency.objects.bulk_create([instance]),
        "bulk update": lambda: Agency.objects.bulk_update([instance], ["name"]),
        "save": lambda: instance.save(),
        "remove": lambda: instance.delete(),
        "refresh": lambda: instance.refresh_from_db(),
    }


@pytest.mark.parametrize("act", sorted(_acts_on(Agency.objects.none(), None)))
def test_nothing_of_one_council_works_inside_another(amber, birch, act):
    with inside(amber):
        agency = make_agency()
        lazy = Agency.objects.filter(id=agency.id)
    with inside(birch), pytest.raises(WrongCouncil):
        _acts_on(lazy, agency)[act]()
    with inside(amber):
        assert Agency.objects.filter(id=agency.id).count() == 1


def test_following_a_relation_of_one_councils_object_in_another_is_refused(amber, birch):
    from core.directory.models import Service

    with inside(amber):
        service = Service.objects.get(id=make_service().id)
    with inside(birch), pytest.raises(WrongCouncil):
        _ = service.agency


def test_an_object_made_outside_of_every_council_belongs_to_the_first_that_saves_it(amber, birch):
    agency = Agency(name="Made outside")
    with inside(amber):
        agency.save()
    with inside(birch), pytest.raises(WrongCouncil):
        agency.save()


def test_every_councils_key_is_random_so_that_no_id_means_two_things():
    from django.apps import apps

    numbered = [
        model.__name__
        for model in apps.get_models()
        if issubclass(model, TenantModel) and model._meta.pk.get_internal_type() != "UUIDField"
    ]
    assert numbered == []


def test_cache_keys_carry_the_council(amber, birch):
    with inside(amber):
        cache.set("k", "amber's")
    with inside(birch):
        assert cache.get("k") is None
    assert cache.get("k") is None
    with inside(amber):
        assert cache.get("k") == "amber's"


def test_no_key_crosses_schemas(in_amber):
    with connections["router"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid"
            " WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace"
        )
        assert cursor.fetchone()[0] == 0


def test_role_and_path_cannot_be_changed_for_the_session_from_inside(in_amber):
    for statement in (
        "SET ROLE pw_owner",
        "SET search_path = shared",
        "RESET ROLE",
        "set session authorization default",
        "DISCARD ALL",
    ):
        with pytest.raises(NoCouncil), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_applications_role_owns_nothing_and_inherits_nothing(in_amber):
    with connections["router"].cursor() as cursor:
        cursor.execute(
            "SELECT rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = 'pw_app'"
        )
        assert cursor.fetchone() == (False, False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'pw_app'::regrole")
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace"
            " AND has_table_privilege('pw_app', oid, 'select')",
            [in_amber.schema_name],
        )
        assert cursor.fetchone()[0] == 0


def test_the_console_has_no_right_on_any_councils_schema(in_amber):
    with connections["router"].cursor() as cursor:
        for role in ("pw_console", "pw_router"):
            cursor.execute("SELECT has_schema_privilege(%s, %s, 'usage')", [role, in_amber.schema_name])
            assert cursor.fetchone()[0] is False


def test_the_router_reads_the_host_table_and_nothing_else(db):
    with pytest.raises(ProgrammingError) as refused, connections["router"].cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_user")
    assert isinstance(refused.value.__cause__, pg.InsufficientPrivilege)


def test_postgresql_refuses_an_unscoped_query_even_when_our_own_guard_is_off(db, monkeypatch, tmp_path):
    """The second wall, looked at alone: the first one is taken down in this test and nowhere else."""
    from tenants.backend.base import DatabaseWrapper

    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    monkeypatch.setattr(DatabaseWrapper, "_require_scope", lambda self, sql: None)
    with pytest.raises(DatabaseError, match="does not exist|permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM directory_agency")


def test_timeouts_are_sent_with_every_scope(in_amber):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        )
        assert cursor.fetchone() == ("5s", "2s", "30s")
