"""A deployment elsewhere may be away, broken or broken into: each fault is told apart, and nothing of it is used."""

from __future__ import annotations

import json
import socket
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.ports import errors, remote
from console.ports.remote import RemotePort
from console.ports.tokens import Signer
from tests.console.deployment_stub import Stub

KEY = Signer("console-1", Ed25519PrivateKey.generate())
ID, COUNCIL = uuid4(), uuid4()


@pytest.fixture(scope="module")
def stub():
    running = Stub()
    yield running
    running.end()


@pytest.fixture
def port(stub):
    stub.asked.clear()
    return RemotePort("victoria", stub.address, stub.trust, KEY, may_be_local=True)


def health(**changes):
    return {
        "name": "victoria", "region": "au", "kind": "shared", "version": "1.0", "clock": datetime.now(UTC).isoformat(),
        "is_ready": True, "service_types": [{"code": "health.gp", "sensitivity": "standard", "labels": {"gb-eng": "GP"}}],
        "packs": [{"id": "au-vic", "version": "1", "checksum": "a" * 64, "title": "Victoria", "regions": ["au"],
                   "is_signed": False}], "fleet": {}, **changes,
    }  # fmt: skip


def deep(levels):
    """Lists within lists."""
    return [deep(levels - 1)] if levels else []


def council(**changes):
    return {
        "id": str(COUNCIL), "name": "Victoria", "hosts": ["victoria.localhost"], "state": "live", "pack_id": "au-vic",
        "is_current": True, "facts": {}, **changes,
    }  # fmt: skip


def order(**changes):
    return {
        "id": str(ID), "council_id": str(COUNCIL), "kind": "export", "state": "running", "result": {}, "error": "",
        "steps": [["export", "Make the exit copy", False]], **changes,
    }  # fmt: skip


def test_a_proper_answer_becomes_plain_values_and_the_request_was_signed_for_it(stub, port):
    stub.says(health())
    found = port.health()
    assert (found.name, found.region, found.packs[0].regions) == ("victoria", "au", ("au",))
    (method, path, headers, _body) = stub.asked[0]
    assert (method, path) == ("GET", "/health")
    assert headers["Authorization"].startswith("Bearer ey")
    stub.says({"councils": [council()]})
    assert port.councils()[0].hosts == ("victoria.localhost",)
    stub.says({"readings": [{"council_id": str(COUNCIL), "on": "2026-11-01", "numbers": {"clients": None, "x": [1, 2]},
                             "counted_at": "2026-11-01T03:00:00+00:00"}]})  # fmt: skip
    assert port.readings(date(2026, 11, 1))[0].numbers == {"clients": None, "x": [1, 2]}
    assert stub.asked[-1][1] == "/readings?since=2026-11-01"
    stub.says({"roles": {}, "words": {"a": "b\nc"}})
    assert port.template(COUNCIL)["words"] == {"a": "b\nc"}


def test_an_order_is_sent_with_its_id_and_comes_back_with_its_steps(stub, port):
    stub.says(order())
    placed = port.place(order_id=ID, council_id=COUNCIL, kind="export", payload={"a": 1}, asked_by="Otto")
    assert placed.steps == (("export", "Make the exit copy", False),)
    (method, path, headers, body) = stub.asked[0]
    assert (method, path, headers["Content-Type"]) == ("PUT", f"/orders/{ID}", "application/json")
    assert json.loads(body) == {"council_id": str(COUNCIL), "kind": "export", "payload": {"a": 1}, "asked_by": "Otto"}


@pytest.mark.parametrize(
    "said",
    [
        b"<html><script>alert(1)</script></html>",
        b"",
        b"[]",
        b"null",
        b"7",
        b"{" * 100_000,
        b"[" * 200_000,
        json.dumps(health(fleet={"a": deep(20)})).encode(),
        json.dumps(health(name="brighton")).encode(),
        json.dumps(health(region="")).encode(),
        json.dumps(health(kind="private")).encode(),
        json.dumps(health(is_ready="yes")).encode(),
        json.dumps(health(clock="soon")).encode(),
        json.dumps(health(clock="2026-11-22T08:00:00")).encode(),
        json.dumps(health(packs="many")).encode(),
        json.dumps(health(packs=[{"id": "x"}])).encode(),
        json.dumps(health(packs=[{}] * 51)).encode(),
        json.dumps(health(service_types=[{"code": "<script>", "sensitivity": "standard", "labels": {}}])).encode(),
        json.dumps(health(version="1\u202e0")).encode(),
        json.dumps(health(version="x" * 81)).encode(),
    ],
)
def test_an_answer_that_is_not_what_was_promised_is_a_bad_reply(stub, port, said):
    stub.says(said)
    with pytest.raises(errors.BadReply):
        port.health()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "<script>alert(1)</script>"},
        {"name": "Vic\ntoria"},
        {"name": 7},
        {"hosts": ["evil.example/<b>"]},
        {"hosts": ["EVIL example"]},
        {"hosts": "victoria.localhost"},
        {"state": "exploded"},
        {"id": "7"},
        {"facts": []},
        {"facts": {"<b>": 1}},
    ],
)
def test_a_council_that_no_deployment_of_ours_would_name_spoils_the_whole_reply(stub, port, changes):
    stub.says({"councils": [council(id=str(uuid4())), council(**changes)]})
    with pytest.raises(errors.BadReply):
        port.councils()


def test_a_council_named_twice_is_a_bad_reply(stub, port):
    stub.says({"councils": [council(), council()]})
    with pytest.raises(errors.BadReply, match="twice"):
        port.councils()


def test_another_order_than_the_one_asked_for_is_a_bad_reply(stub, port):
    stub.says(order(id=str(uuid4())))
    with pytest.raises(errors.BadReply, match="another council's order"):
        port.order(ID)
    stub.says(order(council_id=str(uuid4())))
    with pytest.raises(errors.BadReply, match="another council's order"):
        port.place(order_id=ID, council_id=COUNCIL, kind="export", payload={}, asked_by="Otto")


@pytest.mark.parametrize("numbers", [{"clients": "Amy <b>"}, {"c": {"d": "x" * 81}}, {"x" * 61: 1}, ["a"], "7"])
def test_what_is_no_count_does_not_come_in_as_one(stub, port, numbers):
    stub.says({"readings": [{"council_id": str(COUNCIL), "on": "2026-11-01", "numbers": numbers,
                             "counted_at": "2026-11-01T03:00:00+00:00"}]})  # fmt: skip
    with pytest.raises(errors.BadReply):
        port.readings(date(2026, 11, 1))


def test_a_page_instead_of_json_and_a_redirect_are_bad_replies(stub, port):
    stub.says(b"{}", **{"Content-Type": "text/html"})
    with pytest.raises(errors.BadReply):
        port.health()
    stub.says(b"{}", 302, Location="https://evil.example/")
    with pytest.raises(errors.BadReply):
        port.health()
    assert len(stub.asked) == 2


def test_a_reply_without_end_is_left_where_ours_would_have_ended(stub, port, monkeypatch):
    monkeypatch.setattr(remote, "MOST_BYTES", 100_000)
    stub.says(b" " * 1_000_000)
    with pytest.raises(errors.BadReply, match="longer"):
        port.health()


def test_a_reply_that_breaks_off_is_no_answer(stub, port):
    stub.says(b"{", **{"Content-Length": "5000"})
    stub.server.RequestHandlerClass.timeout = 1
    with pytest.raises(errors.Unreachable):
        RemotePort("victoria", stub.address, stub.trust, KEY, may_be_local=True).health()


def test_a_slow_deployment_is_given_up(stub, port, monkeypatch):
    import threading

    monkeypatch.setattr(remote, "READ_SECONDS", 0.2)
    over = threading.Event()

    def slowly(method, path, body):
        over.wait(5)
        return 200, {}, b"{}"

    stub.answer = slowly
    with pytest.raises(errors.Unreachable):
        port.health()
    over.set()


def test_nobody_there_is_unreachable():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(errors.Unreachable):
            RemotePort("victoria", address, "", KEY, may_be_local=True).health()


def test_a_certificate_of_another_authority_or_for_another_host_is_untrusted(stub):
    other = trustme.CA().cert_pem.bytes().decode()
    with pytest.raises(errors.Untrusted):
        RemotePort("victoria", stub.address, other, KEY, may_be_local=True).health()
    with pytest.raises(errors.Untrusted):
        RemotePort("victoria", stub.address, "", KEY, may_be_local=True).health()
    with pytest.raises(errors.Untrusted, match="authority"):
        RemotePort("victoria", stub.address, "nonsense", KEY, may_be_local=True).health()
    elsewhere = Stub(host="brighton.example")
    try:
        with pytest.raises(errors.Untrusted):
            RemotePort("victoria", elsewhere.address, elsewhere.trust, KEY, may_be_local=True).health()
    finally:
        elsewhere.end()


def test_plain_http_is_never_spoken():
    from console.models import Deployment

    with pytest.raises(errors.Untrusted, match="HTTPS"):
        RemotePort.to(Deployment(name="x", address="http://127.0.0.1:1", port="remote"))


def test_clocks_that_differ_are_said_with_by_how_much(stub, port):
    stub.says(health(clock=(datetime.now(UTC) + timedelta(seconds=90)).isoformat()))
    with pytest.raises(errors.ClockSkew, match=r"(89|90) seconds ahead of the console's"):
        port.health()
    behind = (datetime.now(UTC) - timedelta(seconds=300)).isoformat()
    stub.says({"code": "clock_skew", "detail": "x", "clock": behind}, 401)
    with pytest.raises(errors.ClockSkew, match=r"30[01] seconds behind the console's"):
        port.councils()


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (401, {"code": "forged", "detail": "x"}, errors.Untrusted),
        (401, {"code": "clock_skew", "clock": "never"}, errors.BadReply),
        (403, {}, errors.Untrusted),
        (404, {"code": "not_here"}, errors.NotHere),
        (404, {"code": "not_found"}, errors.BadReply),
        (409, {"code": "refused", "detail": "There is a council at a.example already."}, errors.OrderRefused),
        (409, {"detail": "<script>"}, errors.BadReply),
        (500, {}, errors.PortError),
        (503, {"code": "database_away"}, errors.PortError),
        (418, {}, errors.BadReply),
        (200, ["deep"], errors.BadReply),
    ],
)
def test_each_refusal_is_told_apart(stub, port, status, said, error):
    stub.says(said, status)
    with pytest.raises(errors.PortError) as raised:
        port.order(ID)
    assert type(raised.value) is error


def test_nothing_is_sent_twice_by_itself(stub, port):
    stub.says({"code": "failed"}, 500)
    with pytest.raises(errors.PortError):
        port.place(order_id=ID, council_id=COUNCIL, kind="export", payload={}, asked_by="Otto")
    assert len(stub.asked) == 1


def test_a_console_without_a_key_says_so(settings):
    from console.models import Deployment

    settings.CONSOLE_KEY = ""
    with pytest.raises(errors.Untrusted, match="no key to sign with"):
        RemotePort.to(Deployment(name="x", address="https://a.example", port="remote"))
    settings.CONSOLE_KEY = "console-1:nonsense"
    with pytest.raises(errors.Untrusted, match="is not a name, a colon"):
        RemotePort.to(Deployment(name="x", address="https://a.example", port="remote"))


def test_an_account_and_its_files_go_out_and_only_what_was_offered_may_be_asked_for(stub, port):
    account = {"invoices": [{"pdf": "a" * 64}, {"pdf": ""}]}
    stub.says({"wanted": ["a" * 64]})
    assert port.put_account(COUNCIL, account) == ("a" * 64,)
    (method, path, _headers, body) = stub.asked[0]
    assert (method, path, json.loads(body)) == ("PUT", f"/councils/{COUNCIL}/account", account)
    for said in ({"wanted": ["b" * 64]}, {"wanted": "a"}, {}, {"wanted": ["a" * 64] * 501}):
        stub.says(said)
        with pytest.raises(errors.BadReply):
            port.put_account(COUNCIL, account)
    stub.says(b"", 204)
    assert port.put_document(COUNCIL, "a" * 64, b"%PDF-1") is None
    (method, path, _headers, body) = stub.asked[-1]
    assert (method, path) == ("PUT", f"/councils/{COUNCIL}/documents/{'a' * 64}")
    assert json.loads(body) == {"content": "JVBERi0x"}
