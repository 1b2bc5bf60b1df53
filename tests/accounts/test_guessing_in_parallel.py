"""Many guesses at once, against a real server: each is weighed alone, so no more get through than one after another."""

from __future__ import annotations

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

GUESSES = 40

MAKE = """
from tenants.queries import council_at
from tenants.context import inside
from core.accounts.actions.people import make_account
with inside(council_at("amber.localhost")):
    make_account(email="owner@agency.example", password="purple ladder kettle", roles=["practitioner"])
"""


def guess(port: int) -> int:
    """One guess with a session and a form token of its own. Returns the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    host = {"Host": "amber.localhost"}
    connection.request("GET", "/sign-in", headers=host)
    page = connection.getresponse()
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())[1]
    body = urlencode({"email": "owner@agency.example", "password": "a guess", "csrfmiddlewaretoken": token})
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", "/sign-in", body, {**host, **form})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.slow
def test_parallel_guesses_get_no_more_tries_than_single_ones(own_database):
    own_database.python(MAKE)
    port = own_database.serve()
    with ThreadPoolExecutor(max_workers=12) as pool:
        statuses = list(pool.map(lambda _number: guess(port), range(GUESSES)))
    assert set(statuses) == {422, 429}
    assert 1 <= statuses.count(422) <= 5
    [(failures,)] = own_database.sql(
        "SELECT max(failures) FROM {schema}.accounts_throttle".format(  # the schema's own name
            schema=own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")[0][0]
        )
    )
    assert failures == statuses.count(422)
