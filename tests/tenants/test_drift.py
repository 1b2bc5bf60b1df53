"""A schema that was altered is found, with what was altered, and no other is blamed."""

from __future__ import annotations

import pytest

from tests.tenants.test_fleet_runs import outcome, run

pytestmark = pytest.mark.slow

DRIFT = (
    "from tenants.fleet.drift import check_drift\nfound = check_drift()\n"
    "for one in found.drifted: print(one.schema_name, one.in_words)\n"
    "print(found.councils, len(found.drifted), len(found.alone))\n"
)
FUNCTION = """
CREATE OR REPLACE FUNCTION "{0}".delete_with_receipt(receipt uuid, subject uuid, target text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER AS $$ SELECT 7::bigint $$
"""
ALTERED = {
    "a column": ('ALTER TABLE "{0}".people_client ADD COLUMN spare int', "extra column people_client.spare"),
    "a default": ("ALTER TABLE \"{0}\".people_client ALTER COLUMN phone SET DEFAULT 'x'", "changed column people_client.phone"),
    "an index": ('DROP INDEX "{0}".client_birth_date', "missing index client_birth_date"),
    "a grant": ('GRANT UPDATE ON "{0}".audit_event TO "{0}"', "changed grant audit_event"),
    "another role's grant": ('GRANT SELECT ON "{0}".people_client TO pw_console', "changed grant people_client"),
    "a function": (FUNCTION, "changed function delete_with_receipt(receipt uuid, subject uuid, target text)"),
    "a constraint": ('ALTER TABLE "{0}".people_client DROP CONSTRAINT client_age_is_a_noted_range', "missing constraint people_client.client_age_is_a_noted_range"),
    "an owner": ('ALTER TABLE "{0}".people_client OWNER TO postgres', "changed table people_client"),
    "a trigger": ('CREATE TRIGGER odd BEFORE UPDATE ON "{0}".people_client EXECUTE FUNCTION suppress_redundant_updates_trigger()', "extra trigger people_client.odd"),
    "a rule": ('CREATE RULE odd AS ON DELETE TO "{0}".people_client DO INSTEAD NOTHING', "extra rule people_client.odd"),
    "rights of tables to come": ('ALTER DEFAULT PRIVILEGES IN SCHEMA "{0}" GRANT SELECT ON TABLES TO pw_console', "extra default grant"),
    "the schema's grants": ('GRANT USAGE ON SCHEMA "{0}" TO pw_console', "changed grant the schema"),
    "the schema's owner": ('ALTER SCHEMA "{0}" OWNER TO postgres; GRANT USAGE ON SCHEMA "{0}" TO pw_owner', "changed schema"),
}  # fmt: skip

OF_THE_ROLE = {
    'GRANT "{0}" TO pw_console': ('REVOKE "{0}" FROM pw_console', "extra member pw_console"),
    'GRANT pw_router TO "{0}"': ('REVOKE pw_router FROM "{0}"', "extra membership pw_router"),
    'GRANT "{0}" TO pw_app WITH ADMIN OPTION': ('REVOKE ADMIN OPTION FOR "{0}" FROM pw_app', "changed member pw_app"),
    'ALTER ROLE "{0}" LOGIN': ('ALTER ROLE "{0}" NOLOGIN', "changed role LOGIN"),
    'ALTER ROLE "{0}" INHERIT': ('ALTER ROLE "{0}" NOINHERIT', "changed role INHERIT"),
    'ALTER ROLE "{0}" CREATEROLE': ('ALTER ROLE "{0}" NOCREATEROLE', "changed role CREATEROLE"),
    'ALTER ROLE "{0}" BYPASSRLS': ('ALTER ROLE "{0}" NOBYPASSRLS', "changed role BYPASSRLS"),
    'ALTER ROLE "{0}" SUPERUSER': ('ALTER ROLE "{0}" NOSUPERUSER', "changed role SUPERUSER"),
    'ALTER ROLE "{0}" SET search_path = shared': ('ALTER ROLE "{0}" RESET ALL', "extra role settings"),
}
"""What makes a council's role more than it is, how it is taken back, and what is found: roles are the whole server's."""


@pytest.fixture
def schemas(own_database):
    return [name for (name,) in own_database.sql("SELECT schema_name FROM shared.tenants_council ORDER BY created_at")]


def test_councils_that_nobody_touched_do_not_drift(own_database, schemas):
    assert outcome(run(own_database, code=DRIFT)) == ["3", "0", "0"]
    said = own_database.manage("fleet", "drift")
    assert "3 of 3 councils are as they should be." in said.stdout


def test_each_kind_of_change_is_found_in_the_council_it_is_in_and_in_no_other(own_database, schemas):
    altered = schemas[1]
    for statement, _found in ALTERED.values():
        own_database.sql(statement.format(altered))
    said = own_database.manage("fleet", "drift", check=False)
    assert said.returncode == 1
    for _statement, found in ALTERED.values():
        assert found in said.stdout
    assert schemas[0] not in said.stdout
    assert schemas[2] not in said.stdout
    assert "2 of 3 councils are as they should be." in said.stdout
    ((kept, before, after),) = own_database.sql(
        "SELECT error, fingerprint_before, fingerprint_after FROM shared.tenants_fleetstep WHERE schema_name = %s",
        altered,
    )
    assert kept.endswith("more")
    assert before != after


def test_what_the_councils_role_may_do_and_who_may_become_it_is_looked_at_too(own_database, schemas):
    altered = schemas[1]
    try:
        for statement in OF_THE_ROLE:
            own_database.sql(statement.format(altered))
        said = own_database.manage("fleet", "drift", check=False)
    finally:
        for undo, _found in OF_THE_ROLE.values():
            own_database.sql(undo.format(altered))
    assert [found for _undo, found in OF_THE_ROLE.values() if found not in said.stdout] == []
    assert "2 of 3 councils are as they should be." in said.stdout
    assert outcome(run(own_database, code=DRIFT)) == ["3", "0", "0"]


def test_councils_of_an_older_release_are_compared_with_one_another(own_database, schemas):
    run(own_database, "table")
    own_database.sql(f'ALTER TABLE "{schemas[2]}".people_client ADD COLUMN spare int')
    said = run(own_database, code=DRIFT)
    assert outcome(said) == ["3", "1", "0"]
    assert f"{schemas[2]} extra column people_client.spare" in said.stdout


def test_the_command_says_how_far_the_councils_are_and_ends_with_1_when_one_is_behind(own_database, schemas):
    assert "3 of 3 councils are current, 0 behind." in own_database.manage("fleet", "status").stdout
    assert "3 of 3 councils have exactly this release's migrations." in own_database.manage("fleet", "verify").stdout
    own_database.sql(
        f"DELETE FROM \"{schemas[0]}\".django_migrations WHERE app = 'people' AND name = '0003_add_client_closed_on'"
    )
    own_database.sql("UPDATE shared.tenants_schemastatus SET fingerprint = 'old'")
    verified = own_database.manage("fleet", "verify", check=False)
    assert verified.returncode == 1
    assert f"{schemas[0]} lacks 1 migrations and has 0 unknown to this release." in verified.stdout
    status = own_database.manage("fleet", "status", check=False)
    assert status.returncode == 1
    assert "0 of 3 councils are current, 3 behind." in status.stdout
    failed = own_database.manage("fleet", "migrate", check=False)
    assert failed.returncode == 1
    assert f"{schemas[0]}: DuplicateColumn (42701)" in failed.stderr
    own_database.sql(f'ALTER TABLE "{schemas[0]}".people_client DROP COLUMN closed_on')
    assert "3 councils migrated" in own_database.manage("fleet", "resume").stdout
    assert own_database.manage("fleet", "status").returncode == 0
