"""The last click on a database of its own: two operators and two councils that want one host, at the same moment."""

from __future__ import annotations

import json

import pytest

from console.reports import CouncilReading

SET_UP = """
import json
from tenants.context import shared
from tests.factories.console import make_operator
from tests.factories.deployments import make_deployment, make_onboarding

with shared():
    operator = make_operator()
    deployment = make_deployment()
    first = make_onboarding(operator, deployment)
    second = make_onboarding(operator, deployment)
    print(json.dumps([str(operator.user_id), str(first.id), str(second.id)]))
"""
CLICK = """
import sys, threading
from uuid import UUID
from console.actions.creating import create_council
from console.errors import ConsoleRefused
from console.queries.operators import operator_of
from tenants.context import shared

user, *wanted = {ids!r}
start = threading.Barrier(len(wanted))
came = []

def click(onboarding):
    start.wait()
    try:
        with shared():
            create_council(onboarding_id=UUID(onboarding), version=1, by=operator_of(UUID(user)))
        came.append("made")
    except ConsoleRefused as refused:
        came.append(type(refused).__name__)

threads = [threading.Thread(target=click, args=(one,)) for one in wanted]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sorted(came))
"""


@pytest.mark.parametrize(("which", "came"), [((1, 1), "['NotPossible', 'made']"), ((1, 2), "['NotReady', 'made']")])
def test_the_same_council_twice_at_once_is_made_once(own_database, which, came):
    ids = json.loads(own_database.python(SET_UP).stdout.splitlines()[-1])
    own_database.variables["DATABASE_POOL"] = "0"
    done = own_database.python(CLICK.format(ids=[ids[0], *(ids[number] for number in which)]))
    assert done.stdout.splitlines()[-1] == came
    assert own_database.sql("SELECT count(*) FROM shared.console_council WHERE name = 'Tamworth'") == [(1,)]
    assert own_database.sql("SELECT count(*) FROM shared.console_order") == [(1,)]


def test_a_reading_holds_counts_and_no_text():
    counts = {
        name: kind
        for name, kind in CouncilReading.__annotations__.items()
        if name not in {"council_id", "on", "counted_at"}
    }
    assert set(counts.values()) == {"Number | None"}
