"""A council's last days on a real deployment: suspended by two, deleted after its wait, and certified."""

from __future__ import annotations

import json

import pytest

HEAD = """
import json
from datetime import timedelta
import time_machine
from console.actions import deletion, syncing
from console.actions.following import follow_orders
from console.actions.proposals import decide
from console.models import Certificate, Council, Deployment, Order
from console.queries.operators import operator_of
from core import clock
from tenants.context import inside, shared
from tenants.orders.working import work
from tenants.queries import council_named
from tests.factories import make_user
from tests.factories.console import make_operator
"""

PROPOSE = """
leaving = council_named("Leaving")
with inside(leaving):
    make_user()
with shared():
    olive, omar = (operator_of(make_operator(f"Operator {n}").user_id) for n in "ab")
    here, _new = Deployment.objects.get_or_create(port="local", defaults={"name": "Here", "region": "uk"})
    Council.objects.get_or_create(id=leaving.id, defaults={"name": "Leaving", "deployment": here, "hosts": [leaving.host],
        "pack_id": leaving.pack_id, "state": "training", "created_at": clock.now()})
with shared():
    proposal = deletion.propose_deletion(council_id=leaving.id, contact="Help, 01632 960 001", reason="Why", by=olive)
with shared():
    decide(proposal_id=proposal.id, approve=True, reason="Why", by=omar)
work("app")
follow_orders()
now = council_named("Leaving")
with shared():
    order = Order.objects.get()
print(json.dumps({"order": order.state, "error": order.error, "state": now.state, "rings": now.suspended_contact,
                  "leaves": str(now.leaves_on)}))
"""

ORDER_DELETION = """
with time_machine.travel(clock.now() + timedelta(days=30, hours=1)):
    print(json.dumps({"early": deletion.delete_due(), "again": deletion.delete_due()}))
"""

DELETE = """
from datetime import timedelta
import time_machine
from core import clock
from tenants.orders.working import work
with time_machine.travel(clock.now() + timedelta(days=31)):
    work("migrator")
"""

LOOK = """
work("app")
follow_orders()
with shared():
    council, certificate = Council.objects.get(name="Leaving"), Certificate.objects.get()
    order = Order.objects.get(kind="delete")
print(json.dumps({"state": council.state, "order": order.state, "hosts": certificate.content["hosts"],
                  "rows": certificate.content["rows"] > 0, "there": council_named("Leaving") is not None,
                  "same": str(certificate.id) == order.payload["certificate_id"]}))
"""


def said(own_database, code: str) -> dict:
    return json.loads(own_database.python(HEAD + code).stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_council_is_deleted_after_its_wait_and_certified(own_database):
    # Made here: a database role belongs to the whole cluster, and those of the copied councils are in use elsewhere.
    own_database.manage("create_council", "Leaving", "leaving.localhost", "--pack", "gb-eng")
    begun = said(own_database, PROPOSE)
    assert (begun["order"], begun["error"], begun["state"]) == ("done", "", "suspended")
    assert begun["rings"] == "Help, 01632 960 001"
    assert begun["leaves"] != "None"
    assert said(own_database, ORDER_DELETION) == {"early": 1, "again": 0}
    own_database.python(DELETE, migrator=True)
    assert said(own_database, LOOK) == {
        "state": "deleted", "order": "done", "hosts": ["leaving.localhost"], "rows": True, "there": False, "same": True,
    }  # fmt: skip
