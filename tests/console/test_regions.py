"""A console and two real deployments: a council is made across, numbers come back, and each does without the others."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import ssl
import time
from contextlib import ExitStack
from dataclasses import replace
from uuid import uuid4

import jwt
import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from console.actions.orders import place_order
from console.actions.syncing import adopt, sync
from console.models import Council, Deployment, Reading
from console.ports import port_for, remote
from console.ports.errors import NotHere, OrderRefused, PortError, Untrusted
from console.ports.tokens import Signer
from core.consent.packs_here import packs_here
from tenants.context import shared
from tests import bootstrap
from tests.own import BIN, Own, wait_until

pytestmark = [pytest.mark.django_db(databases=["default", "router", "console"]), pytest.mark.timeout(600)]

KEY = Signer("console-1", Ed25519PrivateKey.generate())
CHECKSUMS = {pack["id"]: pack["checksum"] for pack in packs_here()}
TYPES = ["universal.gp", "universal.maternity"]


class Region:
    """A deployment of its own: database, pages and operator API served over HTTPS, and steps done when told."""

    def __init__(self, cluster, name, slug):
        self.name, self.slug = name, slug
        self.own = Own(cluster, f"region_{slug}_{secrets.token_hex(3)}")
        self.own.variables = {
            "PATCHWORK_DEPLOYMENT_NAME": name, "PATCHWORK_REGION": slug, "PATCHWORK_CONSOLE_HOST": "",
            "PATCHWORK_CONSOLE_PUBLIC_KEYS": KEY.public_line, "PATCHWORK_OPERATOR_API_HOST": "127.0.0.1",
        }  # fmt: skip
        self.authority = trustme.CA()
        folder = bootstrap.RUN / self.own.name
        folder.mkdir()
        leaf = self.authority.issue_cert("127.0.0.1")
        leaf.private_key_pem.write_to_path(folder / "key.pem")
        leaf.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        self.files = folder
        self.port = bootstrap.free_port()

    def start(self):
        command = [
            str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers",
            "1", "--blocking-threads", "4", "--log-level", "warning", "--ssl-certificate", str(self.files / "cert.pem"),
            "--ssl-keyfile", str(self.files / "key.pem"), "config.wsgi:application",
        ]  # fmt: skip
        self.served = self.own.start(*command)

    def wait(self):
        wait_until(self.is_up, "the deployment did not start", seconds=180)

    def is_up(self):
        """Whether it answers, and not only listens: its worker may be loading still."""
        try:
            return self.ask("/healthz", {})[0] == 200
        except OSError:
            return False

    def stop(self):
        self.own.stop(self.served)

    def work(self):
        """What its workers would do: the migrator's steps, then the others."""
        self.own.variables["PATCHWORK_PROCESS"] = "migrator"
        self.own.manage("work_orders")
        del self.own.variables["PATCHWORK_PROCESS"]
        self.own.manage("work_orders")

    def known(self):
        """The console's row for it."""
        with shared():
            return Deployment.objects.create(
                name=self.name, region=self.slug, address=f"https://127.0.0.1:{self.port}",
                certificate_authority=self.authority.cert_pem.bytes().decode(),
            )  # fmt: skip

    def page(self, host, path="/sign-in"):
        status, _type, body = self.ask(path, {"Host": host})
        return status, body.decode()

    def ask(self, path, headers):
        trust = ssl.create_default_context(cadata=self.authority.cert_pem.bytes().decode())
        link = http.client.HTTPSConnection("127.0.0.1", self.port, context=trust, timeout=30)
        try:
            link.request("GET", path, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            link.close()


@pytest.fixture
def regions(django_db_setup, cluster):
    with ExitStack() as stack:
        made = []
        for name, slug in (("Australia", "au"), ("United Kingdom", "uk")):
            made.append(Region(cluster, name, slug))
            stack.callback(made[-1].own.end)
            made[-1].start()
        for region in made:
            region.wait()
        yield made


@pytest.fixture(autouse=True)
def _key(settings, monkeypatch):
    # A busy machine is slow with the first request, and time-outs have tests of their own.
    monkeypatch.setattr(remote, "READ_SECONDS", 60.0)
    monkeypatch.setattr(remote, "TOTAL_SECONDS", 90.0)
    settings.MODE = "demo"  # both deployments are on this machine
    settings.CONSOLE_KEY = f"console-1:{base64.b64encode(KEY.key.private_bytes_raw()).decode()}"
    settings.DEPLOYMENT_NAME = ""


def creation(**changes):
    return {
        "name": "Geelong", "hosts": ["geelong.localhost"], "pack_id": "au-vic", "pack_checksum": CHECKSUMS["au-vic"],
        "region": "au", "state": "training", "theme": {}, "help_contact": "help@geelong.example",
        "furnishing": {"service_types": TYPES}, "administrator": {"email": "ada@geelong.example"}, "training": False,
        **changes,
    }  # fmt: skip


def wanted(deployment, payload):
    """A council that the console wants made there, and the order for it."""
    with shared():
        council = Council.objects.create(
            name=payload["name"], deployment=deployment, hosts=payload["hosts"], pack_id=payload["pack_id"],
            created_at=timezone.now(),
        )  # fmt: skip
        return council, place_order(council=council, kind="create", payload=payload, by=None)


def again(row):
    with shared():
        return type(row).objects.get(id=row.id)


@pytest.mark.slow
def test_a_council_is_made_across_and_each_does_without_the_others(regions, db):
    australia, kingdom = regions
    au, uk = australia.known(), kingdom.known()
    assert adopt(uk) == 3

    # Made through the console's port, from order to sign-in page.
    council, order = wanted(au, creation())
    assert again(order).is_sent is False
    assert sync(au), again(au).failure
    assert (again(order).is_sent, again(order).state) == (True, "waiting")
    australia.work()
    assert sync(au), again(au).failure
    done = again(order)
    assert (done.state, done.error) == ("done", "")
    assert [step[2] for step in done.steps] == [True] * len(done.steps)
    assert again(council).state == "training"
    status, page = australia.page("geelong.localhost")
    assert status == 200
    assert "Geelong" in page
    assert kingdom.page("geelong.localhost")[0] == 404
    assert ("ada@geelong.example",) in australia.own.sql(f"SELECT email FROM {_schema(australia)}.accounts_invitation")

    # The law's residency, and a host that is taken there, are refused by the deployment and told.
    for payload, why in (
        (creation(name="Bad", hosts=["bad.localhost"], pack_id="gb-eng", pack_checksum=CHECKSUMS["gb-eng"]), "region"),
        (creation(name="Bad", hosts=["geelong.localhost"]), "There is a council at geelong.localhost already"),
    ):
        _bad, refused = wanted(au, payload)
        assert sync(au), again(au).failure
        assert again(refused).state == "failed"
        assert why in again(refused).error

    # Numbers come in, of its own councils alone.
    _count(australia, str(council.id))
    assert sync(au), again(au).failure
    with shared():
        reading = Reading.objects.get(council=council)
    assert reading.numbers["practitioners"] == 7
    assert reading.numbers["clients"] is None

    # One deployment away: its last word stays with its age, and the other goes on.
    before = again(au)
    australia.stop()
    assert not sync(au)
    assert sync(uk)
    silent = again(au)
    assert (silent.failure, silent.said, silent.seen_at) == ("unreachable", before.said, before.seen_at)
    first = silent.failing_since
    assert first is not None
    assert not sync(au)
    assert again(au).failing_since == first
    assert again(council).said["state"] == "training"
    assert kingdom.page("amber.localhost")[0] == 200

    # An order placed meanwhile is not lost.
    with shared():
        later = place_order(council=again_in(council), kind="suspend", payload={"contact": "01632 960001"}, by=None)
    assert not sync(au)
    assert again(later).is_sent is False
    australia.start()
    australia.wait()
    assert sync(au), again(au).failure
    australia.work()
    assert sync(au), again(au).failure
    assert again(later).state == "done"
    assert again(council).said["state"] == "suspended"
    back = again(au)
    assert (back.failure, back.failing_since) == ("", None)


def again_in(row):
    return type(row).objects.get(id=row.id)


def test_tokens_forged_expired_replayed_or_for_something_else_open_nothing_over_https(regions):
    australia, _kingdom = regions
    port = port_for(australia.known())
    assert port.health().name == "Australia"
    with pytest.raises(NotHere):
        port.order(uuid4())
    with pytest.raises(OrderRefused, match="no such council"):
        port.place(order_id=uuid4(), council_id=uuid4(), kind="export", payload={}, asked_by="Otto")

    now = int(time.time())
    good = KEY.token(audience="Australia", method="GET", path="/health", body=b"")
    assert _get(australia, "/health", good)[0] == 200
    said = jwt.decode(good, options={"verify_signature": False})
    stranger = Ed25519PrivateKey.generate()
    for token, code in (
        (good, "replayed"),
        (jwt.encode({**said, "jti": "x" * 32}, stranger, algorithm="EdDSA", headers={"kid": "console-1"}), "forged"),
        (_signed({**said, "jti": "a" * 32, "iat": now - 300, "exp": now - 260}), "clock_skew"),
        (_signed({**said, "jti": "b" * 32, "p": "/councils"}), "other_request"),
        (_signed({**said, "jti": "c" * 32, "aud": "United Kingdom"}), "other_deployment"),
    ):
        status, answer = _get(australia, "/health", token)
        assert (status, answer["code"]) == (401, code)
    other = Signer("console-1", stranger)
    with pytest.raises(Untrusted):
        replace(port, signer=other).health()
    with pytest.raises(PortError):
        replace(port, name="United Kingdom").health()


def _signed(said):
    return jwt.encode(said, KEY.key, algorithm="EdDSA", headers={"kid": "console-1"})


def _get(region, path, token):
    status, _type, body = region.ask(path, {"Authorization": f"Bearer {token}"})
    return status, json.loads(body)


def _schema(region):
    ((name,),) = region.own.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Geelong'")
    return name


def _count(region, council_id):
    """What the council's own job leaves outside of it, and a line about a council that is not this console's."""
    ((amber,),) = region.own.sql("SELECT id FROM shared.tenants_council WHERE name = 'Amber'")
    for one in (council_id, str(amber)):
        region.own.sql(
            'INSERT INTO shared.tenants_councilreading (id, council_id, "on", numbers, counted_at)'
            " VALUES (gen_random_uuid(), %s, '2026-11-01', %s, now())",
            one,
            json.dumps({"practitioners": 7, "clients": None}),
        )
