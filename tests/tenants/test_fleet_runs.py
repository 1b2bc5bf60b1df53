"""The fleet goes forward council by council: killed anywhere it goes on, and one council that fails stops no other."""

from __future__ import annotations

import secrets
import sys

import psycopg
import pytest

from tests.own import Own, wait_until

pytestmark = pytest.mark.slow

HEAD = "import os; os.environ['PATCHWORK_PROCESS'] = 'migrator'; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
RELEASE = "from tests.tenants.releases import release\nrelease({})\n"
MIGRATE = "from tenants.fleet import migrate_councils\nresult = migrate_councils(print)\nprint(len(result.migrated), len(result.failed), result.current, result.is_good)\n"
RESUME = MIGRATE.replace("migrate_councils(print)", "resume(print)").replace(
    "from tenants.fleet import migrate_councils", "from tenants.fleet.running import resume"
)
KILL = """
import os, signal
import tenants.fleet.{module} as module
real, calls = module.{name}, []
def killed(*values, **named):
    calls.append(1)
    if len(calls) == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*values, **named)
module.{name} = killed
"""
MAKE = """
from tenants.actions import create_council
for number in range({count}):
    create_council(name=f"Made {{number}}", host=f"made{{number}}.localhost", pack_id="gb-eng")
"""
STAGES = [
    ("ledger", "plan", 1, "before anything was planned"),
    ("preparing", "ways", 1, "when all was planned and nothing done"),
    ("forward", "_finish", 1, "inside the first canary"),
    ("forward", "_finish", 9, "in the middle of a wave"),
    ("running", "_ended", 1, "after the last council and before the run was closed"),
]


def with_councils(cluster, count: int) -> Own:
    own = Own(cluster, f"fleet_{secrets.token_hex(4)}")
    own.variables["PATCHWORK_SQL_LEDGER"] = ""
    own.python(MAKE.format(count=count), migrator=True)
    return own


@pytest.fixture(scope="module")
def made(django_db_setup, cluster):
    """A database with 25 councils that no test touches: each has a copy."""
    own = with_councils(cluster, 22)
    yield own
    own.end()


@pytest.fixture
def fleet(made, cluster):
    own = Own(cluster, f"fleet_{secrets.token_hex(4)}", made.name)
    own.variables["PATCHWORK_SQL_LEDGER"] = ""
    yield own
    own.end()


def run(own: Own, *releases: str, code: str = MIGRATE, before: str = "", check: bool = True):
    return own.python(RELEASE.format(", ".join(map(repr, releases))) + before + code, migrator=True, check=check)


def outcome(done) -> list[str]:
    return done.stdout.splitlines()[-1].split()


def schemas(own: Own) -> list[str]:
    return [name for (name,) in own.sql("SELECT schema_name FROM shared.tenants_council ORDER BY created_at")]


def notes(own: Own) -> dict[str, list[str]]:
    """What the made-up table holds, for each council that has it."""
    there = own.sql("SELECT schemaname FROM pg_tables WHERE tablename = 'people_madeup'")
    return {
        name: [note for (note,) in own.sql(f'SELECT note FROM "{name}".people_madeup ORDER BY id')] for (name,) in there
    }


def lines(own: Own) -> dict[str, str]:
    return dict(own.sql("SELECT schema_name, state FROM shared.tenants_fleetstep"))


def runs(own: Own) -> list[tuple]:
    return own.sql("SELECT work, state FROM shared.tenants_fleetrun ORDER BY started_at")


def test_a_release_reaches_every_council_once_and_the_next_deploy_has_nothing_to_do(fleet):
    assert outcome(run(fleet, "table", "python")) == ["25", "0", "0", "True"]
    assert notes(fleet) == {name: ["once", "python"] for name in schemas(fleet)}
    assert set(lines(fleet).values()) == {"done"}
    assert runs(fleet) == [("migrate", "done")]
    before, after = fleet.sql("SELECT DISTINCT fingerprint_before, fingerprint_after FROM shared.tenants_fleetstep")[0]
    assert len(before) == len(after) == 64
    assert before != after
    assert outcome(run(fleet, "table", "python")) == ["0", "0", "25", "True"]
    assert runs(fleet) == [("migrate", "done")]


def test_a_replayed_release_leaves_what_django_itself_would_have_made(fleet):
    run(fleet, "table", "column", "index")
    code = (
        "from tenants.actions import create_council\ncreate_council(name='New', host='new.localhost', pack_id='gb-eng')\n"
        "from tenants.fleet.drift import check_drift\nfound = check_drift()\nprint(found.councils, len(found.drifted), len(found.alone))\n"
    )
    assert outcome(run(fleet, "table", "column", "index", code=code)) == ["26", "0", "0"]


@pytest.mark.parametrize(("module", "name", "call", "when"), STAGES, ids=[stage[3] for stage in STAGES])
def test_a_killed_run_is_gone_on_with_and_nothing_is_done_twice(fleet, module, name, call, when):
    killed = run(fleet, "table", before=KILL.format(module=module, name=name, call=call), check=False)
    assert killed.returncode == -9, killed.stderr
    done = {schema for schema, state in lines(fleet).items() if state == "done"}
    assert done == notes(fleet).keys(), "the ledger says what is so, at every moment"
    assert outcome(run(fleet, "table", code=RESUME))[-1] == "True"
    assert notes(fleet) == {schema: ["once"] for schema in schemas(fleet)}
    assert set(lines(fleet).values()) == {"done"}
    assert runs(fleet) == [("migrate", "done")]


def test_a_poisoned_council_stops_no_other_and_its_error_names_no_data(fleet):
    poisoned = schemas(fleet)[20]
    fleet.sql(f'CREATE TABLE "{poisoned}".people_madeup (note text)')
    assert outcome(run(fleet, "table")) == ["24", "1", "0", "False"]
    failed = fleet.sql("SELECT schema_name, error, attempts FROM shared.tenants_fleetstep WHERE state = 'failed'")
    assert failed == [(poisoned, "DuplicateTable (42P07)", 1)]
    assert fleet.sql("SELECT error FROM shared.tenants_schemastatus WHERE error <> ''") == [("DuplicateTable (42P07)",)]
    assert runs(fleet) == [("migrate", "done")]
    fleet.sql(f'DROP TABLE "{poisoned}".people_madeup')
    assert outcome(run(fleet, "table")) == ["1", "0", "24", "True"]
    assert fleet.sql("SELECT error FROM shared.tenants_schemastatus WHERE error <> ''") == []


def test_a_damaged_council_fails_by_name_and_one_without_its_schema_is_skipped(fleet):
    damaged, closed, gone = schemas(fleet)[18:21]
    fleet.sql(f'DROP TABLE "{damaged}".django_migrations')
    fleet.sql(f'DROP SCHEMA "{gone}" CASCADE')
    assert outcome(run(fleet, "table")) == ["23", "1", "0", "False"]
    said = fleet.sql("SELECT schema_name, state, error FROM shared.tenants_fleetstep WHERE state <> 'done' ORDER BY id")
    assert said == [
        (damaged, "failed", "MigrationsUnreadable"),
        (gone, "skipped", "the council is no longer there"),
    ]
    errors = fleet.sql("SELECT count(*) FROM shared.tenants_schemastatus WHERE error = 'MigrationsUnreadable'")
    assert errors == [(1,)]
    fleet.sql(f'ALTER SCHEMA "{closed}" OWNER TO postgres')
    found = fleet.manage("fleet", "drift", check=False).stdout
    for name in (damaged, closed):
        assert f"{name} differs: missing or unreadable table django_migrations." in found
    assert f"{gone} differs: missing schema." in found


def test_a_failing_canary_stops_the_run_before_any_other_council_and_resuming_goes_on(fleet):
    canary = schemas(fleet)[7]
    fleet.sql(
        "UPDATE shared.tenants_schemastatus s SET is_canary = true FROM shared.tenants_council c"
        " WHERE c.id = s.council_id AND c.schema_name = %s",
        canary,
    )
    fleet.sql(f'CREATE TABLE "{canary}".people_madeup (note text)')
    assert outcome(run(fleet, "table")) == ["0", "1", "0", "False"]
    assert runs(fleet) == [("migrate", "stopped")]
    assert sorted(set(lines(fleet).values())) == ["failed", "pending"]
    fleet.sql(f'DROP TABLE "{canary}".people_madeup')
    assert outcome(run(fleet, "table", code=RESUME)) == ["25", "0", "0", "True"]
    assert runs(fleet) == [("migrate", "done")]


def test_a_release_that_is_broken_for_all_stops_at_the_canaries(fleet):
    said = outcome(run(fleet, "broken"))
    assert said == ["0", "3", "0", "False"]
    assert fleet.sql("SELECT DISTINCT error FROM shared.tenants_fleetstep WHERE state = 'failed'") == [
        ("UndefinedTable (42P01)",)
    ]


def test_a_council_whose_table_is_locked_for_a_while_is_tried_again(fleet):
    busy = schemas(fleet)[10]
    begun: set[object] = set()
    before = "from tenants.fleet import forward\nforward.LOCK_TIMEOUT = '150ms'\n"
    with psycopg.connect(fleet.url) as holder:
        holder.execute(f'LOCK TABLE "{busy}".people_client IN ACCESS EXCLUSIVE MODE')
        process = fleet.start(
            sys.executable,
            "-c",
            HEAD + "import django; django.setup()\n" + RELEASE.format("'column'") + before + MIGRATE,
        )

        def waited_twice() -> bool:
            begun.update(
                fleet.sql(
                    "SELECT xact_start FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s",
                    fleet.name,
                )
            )
            return len(begun) > 1 or process.poll() is not None

        wait_until(waited_twice, "nobody waited for the lock", seconds=60)
        holder.rollback()
    assert process.wait(timeout=60) == 0, fleet.log()
    assert len(begun) > 1
    ((attempts,),) = fleet.sql("SELECT attempts FROM shared.tenants_fleetstep WHERE schema_name = %s", busy)
    assert attempts > 1
    assert set(lines(fleet).values()) == {"done"}


def test_a_second_runner_leaves_the_run_to_the_first(fleet):
    with psycopg.connect(fleet.url, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", (0x50570002_00000001,))
        code = MIGRATE.replace("migrate_councils(print)", "migrate_councils(print, patience=0)")
        assert outcome(run(fleet, "table", code=code)) == ["0", "0", "0", "False"]
    assert notes(fleet) == {}
    assert runs(fleet) == []


def test_two_runners_at_once_do_everything_once(fleet):
    code = HEAD + "import django; django.setup()\n" + RELEASE.format("'table'") + MIGRATE
    both = [fleet.start(sys.executable, "-c", code) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0], fleet.log()
    assert notes(fleet) == {schema: ["once"] for schema in schemas(fleet)}
    assert runs(fleet) == [("migrate", "done")]


def test_a_rename_a_suspension_and_a_deletion_during_a_run_do_no_harm(fleet):
    renamed, suspended, deleted = schemas(fleet)[15:18]
    before = f"""
from django.db import connection, transaction
import tenants.fleet.preparing as module
from tenants.models import Council, Domain
real = module.ways
def meanwhile(*values):
    found = real(*values)
    Domain.objects.filter(tenant__schema_name={renamed!r}).update(domain="renamed.localhost")
    Council.objects.filter(schema_name={renamed!r}).update(name="Renamed")
    Council.objects.filter(schema_name={suspended!r}).update(state="suspended")
    with connection.cursor() as cursor:
        cursor.execute('DROP SCHEMA {deleted} CASCADE')
        cursor.execute("DELETE FROM tenants_domain WHERE tenant_id = (SELECT id FROM tenants_council WHERE schema_name = %s)", [{deleted!r}])
        cursor.execute("DELETE FROM tenants_schemastatus WHERE council_id = (SELECT id FROM tenants_council WHERE schema_name = %s)", [{deleted!r}])
        cursor.execute("DELETE FROM tenants_council WHERE schema_name = %s", [{deleted!r}])
    return found
module.ways = meanwhile
"""
    assert outcome(run(fleet, "table", before=before)) == ["24", "0", "0", "True"]
    said = lines(fleet)
    assert said.pop(deleted) == "skipped"
    assert set(said.values()) == {"done"}
    assert notes(fleet).keys() == set(schemas(fleet))


def test_an_index_built_concurrently_is_built_again_when_a_try_left_it_unfinished(fleet):
    run(fleet, "table")
    broken = schemas(fleet)[4]
    fleet.sql(f"INSERT INTO \"{broken}\".people_madeup (note) VALUES ('twin')")
    fleet.sql(f"UPDATE \"{broken}\".people_madeup SET note = 'twin'")
    with pytest.raises(psycopg.errors.UniqueViolation):
        fleet.sql(f'CREATE UNIQUE INDEX CONCURRENTLY made_up_note ON "{broken}".people_madeup (note)')
    killed = run(fleet, "table", "index", before=KILL.format(module="forward", name="_run_alone", call=3), check=False)
    assert killed.returncode == -9
    assert outcome(run(fleet, "table", "index", code=RESUME))[-1] == "True"
    valid = fleet.sql(
        "SELECT i.indisvalid, i.indisunique FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'made_up_note'"
    )
    assert valid == [(True, False)] * 25


def test_a_release_that_is_rolled_back_leaves_councils_that_know_more_alone(fleet):
    run(fleet, "table")
    assert outcome(run(fleet))[-1] == "True"
    assert notes(fleet) == {schema: ["once"] for schema in schemas(fleet)}
    said = fleet.sql("SELECT DISTINCT state, error FROM shared.tenants_fleetstep WHERE state = 'skipped'")
    assert said == [("skipped", "the council knows migrations that this release does not")]


def test_a_run_of_an_older_release_is_overtaken_by_the_next(fleet):
    killed = run(fleet, "table", before=KILL.format(module="forward", name="_finish", call=4), check=False)
    assert killed.returncode == -9
    assert outcome(run(fleet, "table", "python"))[-1] == "True"
    assert runs(fleet) == [("migrate", "stopped"), ("migrate", "done")]
    assert notes(fleet) == {schema: ["once", "python"] for schema in schemas(fleet)}


def test_rights_that_were_altered_are_put_right_with_the_next_release(fleet):
    schema = schemas(fleet)[5]
    fleet.sql(f'GRANT UPDATE, DELETE, TRUNCATE ON "{schema}".audit_event TO "{schema}"')
    run(fleet, "column")
    held = "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = %s AND table_name = 'audit_event' ORDER BY 1"
    assert fleet.sql(held, schema) == [("INSERT",), ("SELECT",)]


@pytest.mark.timeout(900)
def test_two_hundred_councils_one_of_them_poisoned_killed_at_every_stage(django_db_setup, cluster):
    own = with_councils(cluster, 197)
    try:
        poisoned = schemas(own)[150]
        own.sql(f'CREATE TABLE "{poisoned}".people_madeup (id int, note text)')
        for module, name, call, _when in [*STAGES[:-1], ("forward", "_finish", 70, "in the last wave"), STAGES[-1]]:
            killed = run(own, "table", before=KILL.format(module=module, name=name, call=call), check=False)
            assert killed.returncode == -9, (module, name, killed.stderr)
            done = {schema for schema, state in lines(own).items() if state == "done"}
            assert done == {schema for schema, said in notes(own).items() if said == ["once"]}
        assert outcome(run(own, "table", code=RESUME))[-1] == "False"
        assert runs(own) == [("migrate", "done")]
        said = lines(own)
        assert said.pop(poisoned) == "failed"
        assert len(said) == 199
        assert set(said.values()) == {"done"}
        own.sql(f'DROP TABLE "{poisoned}".people_madeup')
        assert outcome(run(own, "table")) == ["1", "0", "199", "True"]
        assert notes(own) == {schema: ["once"] for schema in schemas(own)}
    finally:
        own.end()
