"""Someone with a password, an authenticator app and recovery codes, and the steps by which they sign in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyotp
import pytest
import time_machine

from tenants.context import CouncilRef, inside
from tests.factories.people import number
from tests.factories.site import Site

PASSWORD = "purple ladder kettle"
START = "2026-03-02T09:00:00Z"


@dataclass(frozen=True)
class Person:
    """An account, and what its owner knows and has."""

    user: object
    email: str
    app: pyotp.TOTP
    codes: tuple[str, ...]


def make_person(email: str = "", *, roles=("practitioner",)) -> Person:
    """Called inside the council."""
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from core.accounts.actions.factors import make_recovery_codes
    from core.accounts.actions.people import make_account
    from core.accounts.queries import secret_of

    user = make_account(email=email or f"person{number()}@agency.example", password=PASSWORD, roles=roles)
    device = TOTPDevice.objects.create(user=user, name="Phone", confirmed=True)
    codes = make_recovery_codes(user=user)
    return Person(user, user.email, pyotp.TOTP(secret_of(device).spaced.replace(" ", "")), codes)


def give_password(site: Site, email: str, password: str = PASSWORD, *, network: str = "192.0.2.1", after: str = ""):
    return site.post("/sign-in", {"email": email, "password": password, "next": after}, REMOTE_ADDR=network)


def give_code(site: Site, code: str, *, network: str = "192.0.2.1", after: str = ""):
    return site.post("/sign-in/code", {"code": code, "next": after}, REMOTE_ADDR=network)


def sign_in(site: Site, person: Person, *, network: str = "192.0.2.1"):
    """Both steps, as the person would."""
    assert give_password(site, person.email, network=network).status_code == 302
    answer = give_code(site, person.app.at(datetime.now(UTC)), network=network)
    assert answer.status_code == 302, answer.content.decode()
    return answer


@pytest.fixture
def clock():
    """A clock that stands until it is moved."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(amber: CouncilRef, clock) -> Person:
    with inside(amber):
        return make_person()


def events(council: CouncilRef, slug: str) -> list:
    from core.audit.models import Event

    with inside(council):
        return list(Event.objects.filter(slug=slug).order_by("at"))


@dataclass
class Mails:
    """The mails that were asked for while it was open."""

    texts: list[str] = field(default_factory=list)

    def link(self, start: str) -> str:
        """The path of the one link that starts so."""
        [found] = {
            path
            for text in self.texts
            for path in re.findall(r"https?://amber\.localhost(\S+)", text)
            if path.startswith(start)
        }
        return found


@contextmanager
def mails_of() -> Iterator[Mails]:
    """Called inside the council."""
    from core.notices.models import OutboxItem

    mails, before = Mails(), set(OutboxItem.objects.values_list("id", flat=True))
    yield mails
    mails.texts += [item.payload["text"] for item in OutboxItem.objects.filter(kind="mail").exclude(id__in=before)]


def masked(response) -> bytes:
    """The page without what differs at each load, and without the address that was typed."""
    page = response.content
    for mask in (rb'name="csrfmiddlewaretoken" value="[^"]+"', rb'X-CSRFToken": "[^"]+"', rb'value="[^"]*@[^"]*"'):
        page = re.sub(mask, b"", page)
    return page
