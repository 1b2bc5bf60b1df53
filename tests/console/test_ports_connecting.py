"""A deployment's name is resolved once, what it leads to is looked at, and no request lasts longer than it may."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from console.ports import connecting, errors, remote
from console.ports.connecting import addresses_of, is_public
from console.ports.remote import RemotePort
from console.ports.tokens import Signer
from tests.console.deployment_stub import Stub

KEY = Signer("console-1", Ed25519PrivateKey.generate())
NAME = "victoria.operators.example"
HIDDEN = [
    "127.0.0.1", "127.8.9.1", "0.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "168.63.129.16", "192.0.0.192", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
    "2002:7f00:1::", "2001:db8::1", "nonsense",
]  # fmt: skip


@pytest.fixture
def stub():
    running = Stub(host=NAME)
    body = {"name": "victoria", "region": "au", "kind": "shared", "version": "1", "is_ready": True, "packs": [],
            "service_types": [], "fleet": {}, "clock": datetime.now(UTC).isoformat()}  # fmt: skip
    running.says(body)
    yield running
    running.end()


@pytest.fixture
def leads_to(monkeypatch):
    """Have every name lead to these addresses; returns the questions that were asked."""
    asked = []
    real = socket.getaddrinfo

    def set_(*addresses):
        def resolve(host, port, *args, **kwargs):
            if host != NAME:
                return real(host, port, *args, **kwargs)
            asked.append(host)
            if not addresses:
                raise socket.gaierror(socket.EAI_NONAME, "no such name")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return set_


def port_to(stub, **given):
    address = f"https://{NAME}:{stub.server.server_address[1]}"
    return RemotePort("victoria", address, stub.trust, KEY, **given)


@pytest.mark.parametrize("address", HIDDEN)
def test_a_name_that_leads_into_one_s_own_network_is_never_asked(stub, leads_to, address):
    assert not is_public(address)
    leads_to(address)
    with pytest.raises(errors.Untrusted, match="own network"):
        port_to(stub).health()
    leads_to("93.184.215.14", address)
    with pytest.raises(errors.Untrusted, match="own network"):
        port_to(stub).health()
    assert stub.asked == []


@given(st.ip_addresses())
def test_no_private_address_passes_for_a_public_one(address):
    if is_public(str(address)):
        assert address.is_global
        assert not any((address.is_private, address.is_loopback, address.is_link_local, address.is_multicast))
    if address.version == 4:
        assert is_public(f"::ffff:{address}") == is_public(str(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_internet_at_large_is_public(leads_to, address):
    assert is_public(address)
    leads_to(address)
    assert addresses_of(NAME, 443, may_be_local=False) == (address,)


def test_the_address_looked_at_is_the_one_connected_to_and_the_certificate_is_the_name_s(stub, leads_to, monkeypatch):
    monkeypatch.setattr(connecting, "is_public", lambda _address: True)
    asked = leads_to("127.0.0.1")
    assert port_to(stub).health().name == "victoria"
    assert asked == [NAME]
    (_method, _path, headers, _body) = stub.asked[0]
    assert headers["Host"] == f"{NAME}:{stub.server.server_address[1]}"


def test_the_server_is_told_the_name_and_one_with_another_s_certificate_is_untrusted(stub, leads_to):
    told = []
    stub.server.socket.context.sni_callback = lambda _socket, name, _context: told.append(name)
    leads_to("127.0.0.1")
    assert port_to(stub, may_be_local=True).health().region == "au"
    assert told == [NAME]
    other = Stub(stub.authority, host="brighton.operators.example")
    try:
        with pytest.raises(errors.Untrusted, match="certificate"):
            port_to(other, may_be_local=True).health()
        assert other.asked == []
    finally:
        other.end()


def test_a_name_that_leads_nowhere_is_unreachable(stub, leads_to):
    leads_to()
    with pytest.raises(errors.Unreachable, match="leads nowhere"):
        port_to(stub).health()


def test_the_next_address_is_asked_where_the_first_takes_no_connection(stub, leads_to):
    leads_to("127.0.0.2", "127.0.0.1")
    assert port_to(stub, may_be_local=True).health().name == "victoria"
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("mode", "may_be_local"), [("production", False), ("test", False), ("demo", True)]
)  # fmt: skip
def test_only_the_demo_s_deployments_may_be_on_this_machine(settings, mode, may_be_local):
    import base64

    from console.models import Deployment

    settings.MODE = mode
    settings.CONSOLE_KEY = f"console-1:{base64.b64encode(KEY.key.private_bytes_raw()).decode()}"
    assert RemotePort.to(Deployment(name="x", address="https://a.example")).may_be_local is may_be_local


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b"HTTP/1.1 200 OK\r\n"]
)
def test_a_server_that_drips_is_given_up_at_the_end_of_the_whole_time(stub, leads_to, monkeypatch, start):
    monkeypatch.setattr(remote, "TOTAL_SECONDS", 0.8)
    leads_to("127.0.0.1")
    over, closed = threading.Event(), threading.Event()

    def drip(handler):
        handler.close_connection = True
        handler.wfile.write(start)
        try:
            while not over.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            closed.set()

    monkeypatch.setattr(stub.server.RequestHandlerClass, "do_GET", drip)
    began = time.monotonic()
    with pytest.raises(errors.Unreachable):
        port_to(stub, may_be_local=True).health()
    assert time.monotonic() - began < 5
    assert closed.wait(5)
    over.set()
