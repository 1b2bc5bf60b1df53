"""The operator API obeys the console's signature alone: for this request, this deployment, now, and once."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.urls import get_resolver

from console.ports.tokens import Signer
from tenants.context import shared
from tenants.models import CouncilFacts, CouncilOrder, SpentToken

HOST = "operator.localhost"
NAME = "this deployment"
KEY = Signer("console-1", Ed25519PrivateKey.generate())


@pytest.fixture(autouse=True)
def _api(settings, db):
    settings.OPERATOR_API_HOST = HOST
    settings.CONSOLE_PUBLIC_KEYS = (KEY.public_line,)


def ask(method, path, said=None, *, token=None, signer=KEY, audience=NAME, headers=None, body=None):
    body = body if body is not None else (b"" if said is None else json.dumps(said).encode())
    token = token if token is not None else signer.token(audience=audience, method=method, path=path, body=body)
    given = {"host": HOST, **({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    return Client(raise_request_exception=False).generic(
        method, path, body, content_type="application/json", headers=given
    )


def claims(method="GET", path="/health", body=b"", **changes):
    now = int(time.time())
    whole = {
        "iss": "patchwork-console", "aud": NAME, "iat": now, "exp": now + 45, "jti": secrets.token_hex(16), "m": method,
        "p": path, "b": hashlib.sha256(body).hexdigest(), **changes,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def signed(said, *, key=KEY.key, algorithm="EdDSA", kid="console-1"):
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})


def refused(answer, code):
    assert answer.status_code == 401
    assert answer.json()["code"] == code
    return True


def test_a_signed_request_is_answered_in_json_without_cookie_and_without_cache():
    answer = ask("GET", "/health")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["name"], said["region"], said["is_ready"]) == (NAME, "uk", True)
    assert {pack["id"] for pack in said["packs"]} >= {"gb-eng", "au-vic"}
    assert said["service_types"][0].keys() == {"code", "sensitivity", "labels"}
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_no_token_a_session_and_a_nonsense_token_open_nothing():
    assert refused(ask("GET", "/health", token=""), "not_authenticated")
    assert refused(ask("GET", "/health", token="nonsense"), "forged")
    assert refused(ask("GET", "/health", token="a" * 5_000), "forged")
    assert refused(ask("GET", "/health", token="", headers={"cookie": "session=abc"}), "not_authenticated")
    assert refused(ask("GET", "/health", token="", headers={"authorization": "Basic YTpi"}), "not_authenticated")


def test_a_forged_token_opens_nothing():
    stranger = Ed25519PrivateKey.generate()
    assert refused(ask("GET", "/health", token=signed(claims(), key=stranger)), "forged")
    assert refused(ask("GET", "/health", token=signed(claims(), kid="console-2")), "unknown_key")
    good = signed(claims())
    head, _body, mark = good.split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims(path="/councils")).encode()).rstrip(b"=").decode()
    assert refused(ask("GET", "/councils", token=f"{head}.{other}.{mark}"), "forged")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_no_other_algorithm_is_taken_not_even_none_nor_one_keyed_with_the_public_key():
    public = KEY.public_line.partition(":")[2]
    assert refused(ask("GET", "/health", token=signed(claims(), key=public, algorithm="HS256")), "forged")
    assert refused(ask("GET", "/health", token=signed(claims(), key=None, algorithm="none")), "forged")


@pytest.mark.parametrize("seconds", [-3_600, -120, 120, 3_600])
def test_a_token_of_another_time_is_refused_and_the_answer_says_what_time_it_is_here(seconds):
    now = int(time.time()) + seconds
    answer = ask("GET", "/health", token=signed(claims(iat=now, exp=now + 45)))
    assert refused(answer, "clock_skew")
    assert abs(time.time() - __import__("datetime").datetime.fromisoformat(answer.json()["clock"]).timestamp()) < 30


@pytest.mark.parametrize("seconds", [-25, 25])
def test_clocks_may_differ_by_half_a_minute(seconds):
    now = int(time.time()) + seconds
    assert ask("GET", "/health", token=signed(claims(iat=now, exp=now + 45))).status_code == 200


def test_a_token_holds_for_a_minute_at_most():
    now = int(time.time())
    assert refused(ask("GET", "/health", token=signed(claims(exp=now + 600))), "too_long")
    assert refused(ask("GET", "/health", token=signed(claims(exp=now - 5))), "too_long")


@pytest.mark.parametrize("missing", ["iss", "aud", "iat", "exp", "jti", "m", "p", "b"])
def test_a_token_that_leaves_something_out_is_refused(missing):
    assert refused(ask("GET", "/health", token=signed(claims(**{missing: None}))), "forged")


def test_a_token_for_another_deployment_address_method_query_or_body_is_refused():
    assert refused(ask("GET", "/health", audience="victoria"), "other_deployment")
    assert refused(ask("GET", "/health", token=signed(claims(iss="somebody"))), "forged")
    assert refused(ask("GET", "/councils", token=signed(claims())), "other_request")
    assert refused(ask("POST", "/health", token=signed(claims())), "other_request")
    path = "/readings?since=2026-01-01"
    assert refused(ask("GET", path, token=signed(claims(path="/readings?since=2020-01-01"))), "other_request")
    whole = f"/orders/{uuid4()}"
    made = KEY.token(audience=NAME, method="PUT", path=whole, body=b'{"kind": "export"}')
    assert refused(ask("PUT", whole, {"kind": "delete"}, token=made), "other_request")


def test_a_token_opens_once():
    token = signed(claims())
    assert ask("GET", "/health", token=token).status_code == 200
    assert refused(ask("GET", "/health", token=token), "replayed")
    assert ask("GET", "/health").status_code == 200


def test_tokens_that_ran_out_are_forgotten():
    from tenants.tasks import forget_spent_tokens

    ask("GET", "/health")
    with shared():
        SpentToken.objects.update(expires_at="2020-01-01T00:00Z")
    ask("GET", "/health")
    forget_spent_tokens()
    with shared():
        assert SpentToken.objects.count() == 1


def test_two_keys_hold_while_keys_are_changed(settings):
    new = Signer("console-2", Ed25519PrivateKey.generate())
    settings.CONSOLE_PUBLIC_KEYS = (KEY.public_line, new.public_line)
    assert ask("GET", "/health").status_code == 200
    assert ask("GET", "/health", signer=new).status_code == 200
    settings.CONSOLE_PUBLIC_KEYS = (new.public_line,)
    assert refused(ask("GET", "/health"), "unknown_key")


def test_an_order_is_placed_read_and_placed_again_over_the_api(amber):
    order_id = uuid4()
    said = {"council_id": str(amber.id), "kind": "export", "payload": {}, "asked_by": "Otto Operator"}
    first = ask("PUT", f"/orders/{order_id}", said)
    assert first.status_code == 200
    assert first.json()["state"] == "waiting"
    assert ask("PUT", f"/orders/{order_id}", said).json() == first.json()
    assert ask("POST", "/orders", {**said, "id": str(order_id)}).json() == first.json()
    assert ask("GET", f"/orders/{order_id}").json() == first.json()
    other = ask("PUT", f"/orders/{order_id}", {**said, "kind": "resume"})
    assert (other.status_code, other.json()["code"]) == (409, "refused")
    with shared():
        assert CouncilOrder.objects.get().asked_by == "Otto Operator"


def test_what_is_not_an_order_is_told_so_without_a_trace(amber):
    broken = ask("PUT", f"/orders/{uuid4()}", body=b"{not json")
    assert broken.status_code == 400
    missing = ask("PUT", f"/orders/{uuid4()}", {"kind": "export"})
    assert missing.status_code == 400
    unknown = ask("GET", f"/orders/{uuid4()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_here")
    assert ask("GET", "/readings?since=yesterday").status_code == 400
    assert ask("DELETE", "/health").status_code == 405
    big = ask("PUT", f"/orders/{uuid4()}", body=b" " * 2_500_000)
    assert (big.status_code, big.json()["code"]) == (413, "too_big")
    for answer in (broken, missing, unknown, big):
        assert b"Traceback" not in answer.content


def test_a_council_is_said_with_facts_and_its_template_comes_from_outside_of_it(amber):
    with shared():
        CouncilFacts.objects.create(
            council_id=amber.id, facts={"has_policy": True}, template={"words": {}, "roles": {"lead": []}},
            at="2026-11-22T08:00Z",
        )  # fmt: skip
    found = {one["name"]: one for one in ask("GET", "/councils").json()["councils"]}
    assert found["Amber"]["hosts"] == ["amber.localhost"]
    assert found["Amber"]["facts"] == {"has_policy": True}
    assert found["Amber"]["is_current"] is True
    assert ask("GET", f"/councils/{amber.id}/template").json()["roles"] == {"lead": []}
    assert ask("GET", f"/councils/{uuid4()}/template").status_code == 404


def test_the_api_answers_on_its_own_host_alone_and_councils_pages_not_on_it(site):
    assert site.get("/councils").status_code in {302, 404}
    assert ask("GET", "/sign-in").status_code == 404
    assert ask("GET", "/sign-in").json()["code"] == "not_found"


def test_every_address_denies_without_a_token():
    found = addresses()
    assert len(found) == 11
    for path in found:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            assert ask(method, path, token="").status_code == 401


def addresses():
    patterns = get_resolver("config.urls.operator_api").url_patterns[0].url_patterns
    ids = {"<uuid:order_id>": str(uuid4()), "<uuid:council_id>": str(uuid4()), "<slug:checksum>": "a" * 64}
    paths = ["/" + str(pattern.pattern) for pattern in patterns]
    for written, value in ids.items():
        paths = [path.replace(written, value) for path in paths]
    return paths


def test_the_description_is_valid_and_lists_every_address(capsys):
    from drf_spectacular.validation import validate_schema

    answer = ask("GET", "/schema", headers={"accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    described = json.loads(answer.content)
    validate_schema(described)
    assert "Warning" not in capsys.readouterr().err
    assert set(described["paths"]) == {
        "/health", "/councils", "/councils/{council_id}/template", "/councils/{council_id}/account",
        "/councils/{council_id}/documents/{checksum}", "/orders", "/orders/{order_id}", "/readings", "/fleet",
        "/fleet/runs", "/schema",
    }  # fmt: skip
    assert described["components"]["securitySchemes"]
    assert set(described["paths"]["/orders/{order_id}"]) >= {"get", "put"}


def test_a_token_raced_by_many_opens_for_one(own_database):
    """Each thread is answered by its own worker thread of a real server."""
    import http.client

    own_database.variables |= {
        "PATCHWORK_OPERATOR_API_HOST": HOST,
        "PATCHWORK_CONSOLE_PUBLIC_KEYS": KEY.public_line,
    }
    port = own_database.serve()
    token = signed(claims())
    seen = []

    def once():
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        link.request("GET", "/health", headers={"Host": HOST, "Authorization": f"Bearer {token}"})
        seen.append(link.getresponse().status)
        link.close()

    threads = [threading.Thread(target=once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200, 401, 401, 401, 401, 401]
