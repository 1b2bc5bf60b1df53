"""An operator's order for an exit copy, from the registry to the council's page, with the store away and back."""

from __future__ import annotations

import hashlib
import http.client
import json
import uuid

import pytest

from tests.bootstrap import free_port

WORK = """
import json
from datetime import timedelta
from django.utils import timezone
from core.exchange.models import ExitCopy
from tenants.context import inside, shared
from tenants.models import CouncilOrder
from tenants.orders.working import work
from tenants.queries import council_at
council = council_at("amber.localhost")
with shared():
    CouncilOrder.objects.create(id="{order}", council_id=council.id, kind="export", asked_at=timezone.now())
for _ in range(3):
    work("app")
    with shared():
        CouncilOrder.objects.filter(id="{order}", leased_by="").update(leased_until=timezone.now() - timedelta(1))
with shared():
    order = CouncilOrder.objects.get(id="{order}")
with inside(council):
    offered = [(str(copy.id), copy.state) for copy in ExitCopy.objects.all()]
print(json.dumps([order.state, order.error, order.result, offered]))
"""


def ordered(own) -> tuple[str, list]:
    order = str(uuid.uuid4())
    return order, json.loads(own.python(WORK.format(order=order)).stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_store_that_is_away_stops_neither_the_site_nor_a_later_order(own_database, tmp_path):
    own_database.variables |= {
        "PATCHWORK_FILES_URL": f"s3://councils?region=us-east-1&endpoint=http://127.0.0.1:{free_port()}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    port = own_database.serve()
    for address in ("/readyz", "/sign-in"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", address, headers={"Host": "amber.localhost"})
        assert connection.getresponse().status == 200, address
        connection.close()
    _order, (state, error, result, offered) = ordered(own_database)
    assert state == "failed"
    assert error == "The place where files are kept does not answer just now. Nothing is lost: try again later."
    assert "files" not in result
    assert offered == [], "No half copy is ever offered."

    own_database.variables["PATCHWORK_FILES_URL"] = (tmp_path / "files").as_uri()
    order, (state, error, result, offered) = ordered(own_database)
    assert (state, error, offered) == ("done", "", [[order, "ready"]])
    [file] = result["files"]
    [kept] = (tmp_path / "files").rglob("*.zip")
    content = kept.read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    assert kept.as_posix().endswith(file["name"])
    assert result["tables"] > 50
    assert result["expires_on"]
