"""Makes agencies, services, practitioners, clients and involvements: invented, and with reserved numbers only."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from core import clock

_count = itertools.count(1)


def number() -> int:
    """A number not used before in this process."""
    return next(_count)


def make_agency(name: str = "", *, kind: str = "council", agreement: bool = True, **fields):
    from core.directory.models import Agency

    today = clock.today()
    return Agency.objects.create(
        name=name or f"Agency {number()}",
        kind=kind,
        phone="02079460000",
        agreement_signed_on=today - timedelta(days=30) if agreement else None,
        agreement_expires_on=today + timedelta(days=365) if agreement else None,
        **fields,
    )


def make_service_type(code: str = "family.help", *, sensitivity: str = "standard", label: str = ""):
    from core.directory.models import ServiceType

    found, _new = ServiceType.objects.get_or_create(
        code=code, defaults={"label": label or code, "sensitivity": sensitivity}
    )
    return found


def make_service(agency=None, *, code: str = "family.help", sensitivity: str = "standard", statuses=("s11",)):
    from core.directory.models import Service

    agency = agency or make_agency()
    return Service.objects.create(
        agency=agency, service_type=make_service_type(code, sensitivity=sensitivity), statuses=list(statuses)
    )


def make_user(email: str = "", *, roles=("practitioner",), password: str | None = None):
    from core.accounts.models import User

    user = User(email=email or f"person{number()}@agency.example", roles=list(roles))
    user.set_password(password) if password else user.set_unusable_password()
    user.save()
    return user


def make_practitioner(
    service=None,
    *,
    given_name: str = "Robin",
    family_name: str = "",
    roles=("practitioner",),
    account: bool = True,
    **fields,
):
    from core.directory.models import Membership, Practitioner

    service = service or make_service()
    n = number()
    card = Practitioner.objects.create(
        user=make_user(roles=roles) if account else None,
        agency=service.agency,
        given_name=given_name,
        family_name=family_name or f"Worker{n}",
        job_title=fields.pop("job_title", "Family practitioner"),
        mobile=f"+4477009{n % 100000:05d}"[:13],
        email=f"worker{n}@agency.example",
        **fields,
    )
    Membership.objects.create(practitioner=card, service=service, is_manager="manager" in roles)
    return card


def make_viewer(service=None, **fields):
    """A signed-in practitioner, as rules and actions know them."""
    from core.directory.viewers import viewer_of

    card = make_practitioner(service, **fields)
    viewer = viewer_of(card.user)
    assert viewer is not None
    return viewer


def make_client(given_name: str = "Amy", family_name: str = "", *, born: date | None = date(2018, 4, 3), **fields):
    from core.people.models import Client

    client = Client(
        given_name=given_name,
        family_name=family_name or f"Lane{number()}",
        birth_date=born,
        created_at=clock.now(),
        **fields,
    )
    try:
        from core.people.keys import derive_keys

        derive_keys(client)
    except ImportError:
        pass
    client.save()
    return client


def make_involvement(client, card, *, service=None, started_on: date | None = None, **fields):
    """An involvement, not published."""
    from core.directory.models import Membership
    from core.network.models import Involvement

    if service is None:
        service = Membership.objects.select_related("service").get(practitioner_id=card.id).service
    started = started_on or clock.today()
    return Involvement.objects.create(
        client=client,
        service=service,
        practitioner_id=card.id,
        started_on=started,
        confirmed_on=fields.pop("confirmed_on", started),
        created_at=clock.now(),
        **fields,
    )


def _question(involvement, basis: str) -> dict:
    """What was asked when the line was published: a parent agreed, as the decision's record keeps it."""
    from core.consent.case_form import case_from_request
    from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Request, ServiceFacts

    service = involvement.service
    asked = Request(
        on=clock.today(), action=Action.PUBLISH, basis=basis, client=ClientFacts(age=8),
        actor=Actor(agency=str(service.agency_id), status=frozenset(service.statuses), involved=True),
        service=ServiceFacts(cls=service.service_type.sensitivity), consent=ConsentFacts(by="parent"),
        fields=frozenset({"purpose", "agreed_by", "agreement_form", "material_version"}),
    )  # fmt: skip
    return case_from_request(asked)


def make_publication(
    involvement, *agencies, visibility: str = "network", basis: str = "en.family_help_agreement", days: int = 365
):
    """A live publication that reaches `agencies` (those on the network, when none is named)."""
    from core.consent.models import DecisionRecord
    from core.network.models import Involvement, Publication, PublicationRecipient

    decision = DecisionRecord.objects.create(
        at=clock.now(),
        action="publish",
        client_id=involvement.client_id,
        involvement_id=involvement.id,
        request=_question(involvement, basis),
        outcome="PERMIT",
        reason="ok",
        visibility=visibility,
        obligations=[],
        pack="gb-eng@2026.11.0",
        pack_checksum="",
    )
    publication = Publication.objects.create(
        involvement=involvement,
        decision=decision,
        basis=basis,
        visibility=visibility,
        published_at=clock.now(),
        published_by_id=involvement.practitioner_id,
        review_by=clock.today() + timedelta(days=days),
    )
    ids = {agency.id for agency in agencies} or set(
        Involvement.objects.filter(client_id=involvement.client_id, ended_on=None).values_list(
            "service__agency_id", flat=True
        )
    )
    for agency_id in ids:
        PublicationRecipient.objects.create(
            publication=publication, agency_id=agency_id, decision=decision, added_at=clock.now()
        )
    return publication
