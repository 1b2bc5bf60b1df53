"""A new council is one action, all of it or nothing; the fleet is brought forward without one failure stopping others."""

from __future__ import annotations

import pytest

from tenants.actions import require_host
from tenants.errors import InvalidHost, NotTheMigrator


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "127.0.0.1",
        "a b.example",
        "-a.example",
        "ä.example",
        "x" * 64 + ".example",
        "a..b",
        "http://a.b",
    ],
)
def test_a_host_that_is_no_host_name_is_refused_with_a_sentence(host):
    with pytest.raises(InvalidHost, match="is not a host name"):
        require_host(host)


def test_the_application_cannot_create_a_council(db):
    from tenants.actions import create_council

    with pytest.raises(NotTheMigrator):
        create_council(name="X", host="x.localhost", pack_id="gb-eng")


def test_a_council_is_made_in_one_command_and_a_second_time_is_refused_in_a_sentence(own_database):
    said = own_database.manage("create_council", "Dale", "dale.localhost", "--pack", "gb-eng")
    assert "Dale answers at dale.localhost." in said.stdout
    nowhere = own_database.manage("create_council", "Dale", "d.localhost", "--pack", "xx-none", check=False)
    assert "holds no law pack called xx-none" in nowhere.stderr
    abroad = own_database.manage("create_council", "Dale", "d.localhost", "--pack", "au-vic", check=False)
    assert "keeps a council's data in the region au" in abroad.stderr
    again = own_database.manage("create_council", "Dale two", "DALE.localhost", "--pack", "gb-eng", check=False)
    assert again.returncode == 1
    assert "There is a council at dale.localhost already." in again.stderr
    assert own_database.sql("SELECT count(*) FROM shared.tenants_council WHERE name LIKE 'Dale%%'") == [(1,)]


@pytest.mark.slow
def test_a_replayed_council_equals_one_that_django_built(own_database):
    """The first council ever was built by migrations, the others by replaying its statements: same tables, same rights."""
    own_database.manage("create_council", "Dale", "dale.localhost", "--pack", "gb-eng")
    shapes = []
    for name in ("Amber", "Dale"):
        ((schema,),) = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = %s", name)
        shapes.append(
            [
                own_database.sql(
                    "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length"
                    " FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2",
                    schema,
                ),
                own_database.sql(
                    "SELECT c.relname, replace(pg_get_indexdef(i.indexrelid), %s, 'S') FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                    " WHERE c.relnamespace = %s::regnamespace ORDER BY 1, 2",
                    schema,
                    schema,
                ),
                own_database.sql(
                    "SELECT conrelid::regclass::text <> '', conname, replace(pg_get_constraintdef(oid), %s, 'S') FROM pg_constraint"
                    " WHERE connamespace = %s::regnamespace ORDER BY 2, 3",
                    schema,
                    schema,
                ),
                own_database.sql(
                    "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s ORDER BY 1, 2",
                    schema,
                ),
            ]
        )
    assert shapes[0] == shapes[1]
    assert len(shapes[0][0]) > 100


def test_a_creation_that_fails_leaves_no_schema_no_role_and_no_line(own_database):
    before = own_database.sql("SELECT count(*) FROM pg_namespace"), own_database.sql("SELECT count(*) FROM pg_roles")
    code = (
        "from tenants import grants, schemas\nfrom tenants.actions import create_council\n"
        "def fail(*_): raise RuntimeError('half-way')\n"
        "grants.apply = fail\n"
        "create_council(name='Half', host='half.localhost', pack_id='gb-eng')\n"
    )
    done = own_database.python(code, migrator=True, check=False)
    assert "half-way" in done.stderr
    assert (
        own_database.sql("SELECT count(*) FROM pg_namespace"),
        own_database.sql("SELECT count(*) FROM pg_roles"),
    ) == before
    assert own_database.sql("SELECT count(*) FROM shared.tenants_council WHERE name = 'Half'") == [(0,)]


@pytest.mark.slow
def test_migrating_touches_only_the_councils_that_are_behind_and_one_failure_stops_no_other(own_database):
    own_database.sql("UPDATE shared.tenants_schemastatus SET fingerprint = 'old'")
    ((poisoned,),) = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Birch'")
    newest = f"\"{poisoned}\".django_migrations WHERE app = 'people' AND name = '0003_add_client_closed_on'"
    own_database.sql(f"DELETE FROM {newest}")
    said = own_database.manage("migrate_councils", check=False)
    assert said.returncode == 1
    assert "2 councils migrated, 0 were current, 1 failed." in said.stdout
    assert f"{poisoned}: DuplicateColumn (42701)" in said.stderr
    own_database.sql(f'ALTER TABLE "{poisoned}".people_client DROP COLUMN closed_on')
    assert "1 councils migrated, 2 were current, 0 failed." in own_database.manage("migrate_councils").stdout
    assert "0 councils migrated, 3 were current" in own_database.manage("migrate_councils").stdout
    assert own_database.sql(f"SELECT count(*) FROM {newest}") == [(1,)]


def test_grants_are_put_right_by_the_next_migration(own_database):
    ((schema,),) = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")
    own_database.sql(f'GRANT UPDATE, DELETE, TRUNCATE ON "{schema}".audit_event TO "{schema}"')
    own_database.sql("UPDATE shared.tenants_schemastatus SET fingerprint = 'old'")
    own_database.manage("migrate_councils")
    held = own_database.sql(
        "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = %s AND table_name = 'audit_event' ORDER BY 1",
        schema,
    )
    assert held == [("INSERT",), ("SELECT",)]
