"""Run in the product's processes by the test beside it: makes many councils by replay, and one person with a client in each."""

from __future__ import annotations

MAKE = """
from tenants.actions import create_council
for number in range({count}):
    create_council(name=f"Council {{number}}", host=f"c{{number}}.localhost", pack_id="gb-eng")
"""

PEOPLE = """
import json
from tenants.context import inside
from tenants.queries import all_councils
from tests.factories import make_client, make_involvement, make_viewer
from tests.factories.site import session_for
from core.accounts.models import User
from core.directory.models import Practitioner

told = []
for council in all_councils():
    with inside(council, actor="test"):
        canary = "Canary" + council.schema_name[2:10]
        viewer = make_viewer(family_name=canary)
        client = make_client("Amy", canary)
        make_involvement(client, Practitioner.objects.get(user_id=viewer.user_id))
        key = session_for(User.objects.get(id=viewer.user_id))
        told.append({"host": council.host, "schema": council.schema_name, "canary": canary, "client": str(client.id), "key": key})
print(json.dumps(told))
"""
