"""Passkeys, with an authenticator of the tests' own: the whole ceremony, and every answer that must not count."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tenants.context import inside
from tests.accounts.conftest import events, give_password, make_person, sign_in
from tests.factories.site import Site

ORIGIN = "http://amber.localhost"


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def data(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Authenticator:
    """A phone with one passkey. `checks_holder` is its fingerprint reader."""

    checks_holder: bool = True
    origin: str = ORIGIN
    rp_id: str = ""
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))

    def make(self, options: dict) -> dict:
        self.rp_id, self.handle = options["rp"]["id"], options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._state(0x40) + credential}
        client = self._client("webauthn.create", options)
        return self._said({"clientDataJSON": text(client), "attestationObject": text(cbor2.dumps(attested))})

    def use(self, options: dict) -> dict:
        state, client = self._state(0), self._client("webauthn.get", options)
        signature = self.key.sign(state + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(state),
                "signature": text(signature),
                "userHandle": self.handle,
            }
        )

    def _state(self, flags: int) -> bytes:
        return (
            hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags | 0x01 | 0x04 * self.checks_holder]) + bytes(4)
        )

    def _client(self, kind: str, options: dict) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _said(self, response: dict) -> dict:
        credential_id = text(self.id)
        return {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        }


def post(site: Site, path: str, body: dict | None = None):
    return site.post(path, json.dumps(body or {}), content_type="application/json")


def enrol(site: Site, phone: Authenticator):
    return post(site, "/set-up/passkey/complete", phone.make(post(site, "/set-up/passkey/begin").json()))


def enter(site: Site, phone: Authenticator):
    return post(site, "/sign-in/passkey/complete", phone.use(post(site, "/sign-in/passkey/begin").json()))


@pytest.fixture
def phone(site, person) -> Authenticator:
    """The person's passkey; they are signed in at `site`."""
    phone = Authenticator()
    sign_in(site, person)
    assert enrol(site, phone).json() == {"next": "/my-sign-in"}
    return phone


def test_a_passkey_alone_signs_its_owner_in(amber, person, phone):
    site = Site(amber)
    assert enter(site, phone).json() == {"next": "/"}
    assert person.email in site.get("/my-sign-in").content.decode()


def test_it_belongs_to_the_council_s_exact_host(phone):
    assert phone.rp_id == "amber.localhost"


def test_without_a_password_it_must_check_who_holds_it(amber, phone):
    phone.checks_holder = False
    site = Site(amber)
    assert enter(site, phone).status_code == 422
    assert site.get("/my-sign-in").status_code == 302


def test_after_the_password_it_is_the_second_factor(amber, person, phone):
    phone.checks_holder = False
    site = Site(amber)
    give_password(site, person.email)
    assert enter(site, phone).status_code == 200
    assert site.get("/my-sign-in").status_code == 200


def test_another_person_s_passkey_is_not_a_second_factor(amber, phone):
    with inside(amber):
        other = make_person()
    site = Site(amber)
    give_password(site, other.email)
    assert enter(site, phone).status_code == 422
    assert site.get("/my-sign-in").status_code == 302
    assert events(amber, "accounts.code.refused")[-1].reason == "passkey"


def test_an_answer_counts_once(amber, phone):
    site = Site(amber)
    answer = phone.use(post(site, "/sign-in/passkey/begin").json())
    assert post(site, "/sign-in/passkey/complete", answer).status_code == 200
    site.post("/sign-out")
    assert post(site, "/sign-in/passkey/complete", answer).status_code == 422
    other = Site(amber)
    post(other, "/sign-in/passkey/begin")
    assert post(other, "/sign-in/passkey/complete", answer).status_code == 422


@pytest.mark.parametrize("origin", ["http://birch.localhost", "https://elsewhere.example", "http://amber.localhost:81"])
def test_an_answer_made_for_another_site_does_not_count(amber, phone, origin):
    phone.origin = origin
    assert enter(Site(amber), phone).status_code == 422


def test_it_is_unknown_in_another_council(birch, phone):
    phone.origin, phone.rp_id = "http://birch.localhost", "birch.localhost"
    assert enter(Site(birch), phone).status_code == 422


def test_a_closed_account_s_passkey_does_not_count(amber, person, phone):
    from core.accounts.models import User

    with inside(amber):
        User.objects.filter(id=person.user.id).update(is_active=False)
    assert enter(Site(amber), phone).status_code == 422


def test_a_forged_signature_does_not_count(amber, phone):
    phone.key = ec.generate_private_key(ec.SECP256R1())
    assert enter(Site(amber), phone).status_code == 422


@pytest.mark.parametrize("body", ["", "[]", "null", '"x"', "{", "{}", '{"id": 1, "response": []}', '{"id": "\\u0000"}'])
def test_nonsense_is_answered_with_a_sentence(amber, body):
    site = Site(amber)
    post(site, "/sign-in/passkey/begin")
    answer = site.post("/sign-in/passkey/complete", body, content_type="application/json")
    assert answer.status_code == 422
    assert "not accepted" in answer.json()["detail"]


def test_nobody_adds_one_without_fresh_proof(amber, site, person, clock):
    from datetime import timedelta

    sign_in(site, person)
    clock.shift(timedelta(minutes=11))
    assert post(site, "/set-up/passkey/begin").status_code == 302
    half = Site(amber)
    give_password(half, person.email)
    assert post(half, "/set-up/passkey/begin").status_code == 302


def test_it_can_prove_who_is_there(site, phone, clock):
    from datetime import timedelta

    clock.shift(timedelta(minutes=11))
    assert site.get("/set-up").status_code == 302
    assert enter(site, phone).json() == {"next": "/my-sign-in"}
    assert site.get("/set-up").status_code == 200
