"""`make bench`: a council at its full size, measured from outside, and compared in the same run. Prints; asserts no time."""

from __future__ import annotations

import json
import random
import re
import time
from urllib.parse import urlencode

import psycopg
import pytest

from tests.bench.big_council import fill
from tests.bench.measure import Visitor, spread, throughput

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

SIGN_IN = """
import json
from importlib import import_module
from django.conf import settings
from tenants.context import inside
from tenants.queries import council_named
from core.accounts.models import User
from tests.factories.site import session_for
council = council_named("Amber")
with inside(council):
    print(settings.SESSION_COOKIE_NAME, session_for(User.objects.get(id="{user}")))
"""

RECORD = """
import json, re, sys
from django.db import connection
from django.test import Client
from django.conf import settings
statements = []
def note(execute, sql, params, many, context):
    cursor = context["cursor"].cursor
    text = cursor.mogrify(sql, params) if params else sql
    if not re.match(r"\\s*(SAVEPOINT|RELEASE|SELECT set_config)", text):
        statements.append(re.sub(r"(INSERT INTO \\"audit_event\\" .*?VALUES \\()('[0-9a-f-]{{36}}'::uuid|'[0-9a-f]{{32}}')", r"\\1gen_random_uuid()", text))
    return execute(sql, params, many, context)
client = Client(headers={{"host": "amber.localhost"}})
client.cookies["{cookie}"] = "{key}"
client.get("{path}")
with connection.execute_wrapper(note):
    page = client.get("{path}")
assert page.status_code == 200, page.status_code
json.dump({{"schema": "{schema}", "statements": statements, "body": page.content.decode()}}, open("{file}", "w"))
print(len(statements))
"""

CREATE = """
import time, sys
from tenants.actions import create_council
for n in range({first}, {last}):
    begun = time.perf_counter()
    create_council(name=f"Bench {{n}}", host=f"bench{{n}}.localhost", pack_id="gb-eng")
    print(time.perf_counter() - begun)
"""


@pytest.fixture
def big(own_database):
    ((schema,),) = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")
    own_database.variables |= {"PATCHWORK_SQL_LEDGER": "", "SESSION_IDLE_SECONDS": "36000"}
    begun = time.monotonic()
    filled = fill(own_database.url, schema)
    print(
        f"\nA council of 2,000 practitioners, 100,000 clients, 400,000 involvements, filled in {time.monotonic() - begun:.0f} s"
    )
    name, key = own_database.python(SIGN_IN.format(user=filled.user_id)).stdout.split()
    return own_database, schema, filled, {name: key}


def misspelt(name: str, dice: random.Random) -> str:
    place = dice.randrange(1, len(name) - 2)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def search_times(visitor: Visitor, names: list[str], dice: random.Random, *, slips: bool) -> list[float]:
    _, page, _ = visitor.ask("GET", "/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1).decode()
    return [
        visitor.time(
            "POST", "/search/suggest", urlencode({"csrfmiddlewaretoken": token, "q": misspelt(n, dice) if slips else n})
        )
        for n in names
    ]


def test_full_size(big):
    own, schema, filled, cookies = big
    dice = random.Random(7)
    port = own.serve()
    visitor = Visitor(port, "amber.localhost", cookies)
    pages = [f"/clients/{client}" for client in dice.sample(filled.clients[:1000], 400)]
    for path in pages[:40]:
        visitor.time("GET", path)
    print("client page        ", spread([visitor.time("GET", path) for path in pages]))
    names = dice.sample(filled.names, 300)
    search_times(visitor, names[:20], dice, slips=False)
    print("search, as written ", spread(search_times(visitor, names, dice, slips=False)))
    print("search, misspelt   ", spread(search_times(visitor, names, dice, slips=True)))

    visitor.close()
    ((name, key),) = cookies.items()
    file = f"/tmp/{own.name}.json"
    count = own.python(RECORD.format(cookie=name, key=key, path=pages[0], schema=schema, file=file)).stdout.split()[-1]
    rates = {"ours": rate(own, port, cookies, pages)}
    plain = serve_as(own, "tests.bench.plain:application", DJANGO_SETTINGS_MODULE="tests.bench.plain")
    rates["plain django-tenants"] = rate(own, plain, cookies, pages)
    bare = serve_as(own, "tests.bench.bare:application", BARE_PAGE=file, BARE_DATABASE=own.name)
    rates["bare view, same SQL"] = rate(own, bare, cookies, ["/"] * len(pages))
    print(f"client page, {count} statements in all, two visitors at once:")
    for what, rate_of in rates.items():
        print(f"  {what:22} {rate_of:7.1f} requests a second   ours is {rates['ours'] / rate_of:.2f} of it")
    assert all(rate_of > 0 for rate_of in rates.values())


def serve_as(own, application: str, **variables: str) -> int:
    """The port of another application on the same database, with variables that it alone is started with."""
    own.variables |= variables
    port = own.serve(application)
    for name in variables:
        del own.variables[name]
    return port


def rate(own, port: int, cookies: dict[str, str], paths: list[str]) -> float:
    visitors = [Visitor(port, "amber.localhost", cookies) for _ in range(2)]
    for path in paths[:40]:
        visitors[0].time("GET", path)
    try:
        return throughput(visitors, paths)
    finally:
        for visitor in visitors:
            visitor.close()


def test_creating_councils_and_the_cost_of_many(own_database):
    own_database.variables["PATCHWORK_SQL_LEDGER"] = ""
    print("\ncreating a council (seconds), with that many there already:")
    for first, last in ((0, 1), (1, 10), (10, 100)):
        times = [
            float(t) for t in own_database.python(CREATE.format(first=first, last=last), migrator=True).stdout.split()
        ]
        with psycopg.connect(own_database.url) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r'").fetchone()[0]
        port = own_database.serve()
        visitor = Visitor(port, "amber.localhost", {})
        for _ in range(20):
            visitor.time("GET", "/sign-in")
        page = spread([visitor.time("GET", "/sign-in") for _ in range(100)])
        visitor.close()
        print(
            f"  to {last:3}: median {sorted(times)[len(times) // 2]:.2f}, worst {max(times):.2f}; {tables} tables; sign-in page {page}"
        )
    assert json.dumps(times)
