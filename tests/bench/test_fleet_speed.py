"""`make bench`: many councils. Creating one, a deploy with nothing to do, one added column, and what a backend remembers.

Beside each, plain django-tenants on the same tables in the same run. BENCH_COUNCILS says up to how many councils (1,000),
BENCH_PLAIN on how many the plain way is measured (40), since it takes minutes for a thousand. Prints; asserts no time.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.bench.measure import Visitor
from tests.own import ROOT, Own

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

COUNCILS = int(os.environ.get("BENCH_COUNCILS", "1000"))
PLAIN = int(os.environ.get("BENCH_PLAIN", "40"))
MARKS = sorted({min(100, COUNCILS), COUNCILS})
"""The fleet's sizes at which it is measured, after the first council."""

CREATE = """
import time
from tenants.actions import create_council
for number in range({first}, {last}):
    begun = time.perf_counter()
    create_council(name=f"Bench {{number}}", host=f"bench{{number}}.localhost", pack_id="gb-eng")
    print(time.perf_counter() - begun)
"""

PLAIN_CREATE = """
import time
from tests.bench.plain_migrating import create
for number in range({count}):
    begun = time.perf_counter()
    create()
    print(time.perf_counter() - begun)
"""

DEPLOY = """
import time
begun = time.perf_counter()
from django.db import transaction
from tests.tenants.releases import release
release({release})
from tenants.fleet import migrate_councils, migrate_shared
with transaction.atomic():
    migrate_shared(lambda line: None)
shared = time.perf_counter() - begun
result = migrate_councils(lambda line: None)
assert result.is_good, result
print(shared, time.perf_counter() - begun, len(result.migrated))
"""

PLAIN_DEPLOY = """
import time
from tests.tenants.releases import release
release({release})
from tests.bench.plain_migrating import migrate, schemas
names = schemas()
begun = time.perf_counter()
for name in names:
    migrate(name)
print((time.perf_counter() - begun) / len(names), len(names))
"""

TOUCH = "SELECT count(*) FROM people_client c LEFT JOIN people_clientidentifier i ON i.client_id = c.id"
TABLES = (
    "audit_event",
    "accounts_user",
    "directory_practitioner",
    "network_involvement",
    "network_publication",
    "visits_visit",
)


@pytest.fixture(scope="module")
def own(django_db_setup, cluster):
    own = Own(cluster, f"bench_{secrets.token_hex(4)}")
    own.variables["PATCHWORK_SQL_LEDGER"] = ""
    yield own
    own.end()


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[max(0, round(len(seconds) * 0.95) - 1)]


def plain(own: Own, code: str) -> list[str]:
    """Run `code` on plain django-tenants. Its migrations run as the administrator, who needs no role of ours."""
    env = {**own.env, "DJANGO_SETTINGS_MODULE": "tests.bench.plain_fleet", "PATCHWORK_PROCESS": "migrator"}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\n" + code],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


def test_a_fleet_grows_is_deployed_to_and_remembered(own):
    print(f"\nCreating a council, in seconds (goal: p95 at most 2), up to {COUNCILS} of them:")
    made = created(own, 0, 1)
    print(f"  the first               {made[0]:.2f}")
    there = 1
    for mark in MARKS:
        times = created(own, there, mark)
        there = max(mark, there)
        last = times[-20:]
        print(
            f"  up to the {mark:5}         median {sorted(last)[len(last) // 2]:.2f}, p95 {p95(last):.2f} of the last {len(last)}"
        )
    slow = [float(one) for one in plain(own, PLAIN_CREATE.format(count=min(5, PLAIN)))]
    ratio = p95(slow) / p95(times[-20:])
    print(
        f"  plain django-tenants    p95 {p95(slow):.2f} of {len(slow)} beside as many schemas: ours takes 1/{ratio:.0f} of it"
    )

    total = own.sql("SELECT count(*) FROM shared.tenants_council")[0][0]
    more = PLAIN - len(slow)
    if more > 0:
        plain(own, PLAIN_CREATE.format(count=more))
    for what, release, goal in (("nothing to do", "", 2), ("one added column", "'column'", 10)):
        shared, seconds, migrated = map(float, own.python(DEPLOY.format(release=release), migrator=True).stdout.split())
        each, count = map(float, plain(own, PLAIN_DEPLOY.format(release=release)))
        print(
            f"A deploy with {what} over {total} councils: {seconds:.2f} s (goal: {goal}), {shared:.2f} of it for the shared schema,"
            f" {migrated:.0f} councils migrated.\n  plain migrate_schemas: {each * 1000:.0f} ms a schema, measured on {count:.0f};"
            f" {each * total:.0f} s for {total}: ours takes 1/{each * total / seconds:.0f} of it"
        )
    print("What one backend remembers, in MB (catalogue caches), after touching so many councils:")
    for count, megabytes in remembered(own):
        print(f"  {count:5}   {megabytes:7.1f}")
    assert total >= COUNCILS


def created(own: Own, first: int, last: int) -> list[float]:
    """Seconds that each of the councils from `first` up to `last` took; at least one is made."""
    code = CREATE.format(first=first, last=max(last, first + 1))
    return [float(one) for one in own.python(code, migrator=True).stdout.split()]


def remembered(own: Own) -> list[tuple[int, float]]:
    """One connection of the application's role goes from council to council, as a web process's does."""
    from django.conf import settings

    from tenants.names import APP_ROLE

    names = [name for (name,) in own.sql("SELECT schema_name FROM shared.tenants_council ORDER BY created_at")]
    found = []
    with psycopg.connect(
        own.url, user=APP_ROLE, password=settings.DATABASE_PASSWORDS[APP_ROLE], prepare_threshold=None
    ) as link:
        pid = link.info.backend_pid
        for number, name in enumerate(names, start=1):
            link.execute(
                "SELECT set_config('role', %s, true), set_config('search_path', %s, true)", (name, f"{name},extensions")
            )
            link.execute(TOUCH)
            for table in TABLES:
                link.execute(f"SELECT * FROM {table} LIMIT 1")
            link.commit()
            if number in {1, *MARKS}:
                found.append((number, _private_megabytes(pid)))
    return found


def _private_megabytes(pid: int) -> float:
    """A process's own memory, without what it shares with others."""
    with Path(f"/proc/{pid}/smaps_rollup").open(encoding="ascii") as file:
        kilobytes = sum(int(line.split()[1]) for line in file if line.startswith(("Private_Clean", "Private_Dirty")))
    return kilobytes / 1024


def test_pages_answer_as_fast_with_many_councils_beside(own):
    port = own.serve()
    visitor = Visitor(port, "amber.localhost", {})
    for _ in range(20):
        visitor.time("GET", "/sign-in")
    times = sorted(visitor.time("GET", "/sign-in") for _ in range(100))
    visitor.close()
    print(
        f"\nThe sign-in page with {COUNCILS} councils there: p50 {times[50] * 1000:.1f} ms, p95 {times[95] * 1000:.1f} ms"
    )
    assert len(times) == 100
