"""Run in a process of its own on the journeys' database: people and clients for each view. Prints who can sign in."""

import json
from datetime import date, timedelta

from core import clock
from tenants.context import inside
from tenants.queries import council_named
from tests.factories import make_client, make_involvement, make_practitioner, make_publication, make_service, make_user
from tests.factories.site import session_for
from tests.journeys.conftest import VIEWS

PASSWORD = "a patient green kettle"
made = {}


def person(name, view, service, given, family, **fields):
    card = make_practitioner(service, given_name=given, family_name=family, **fields)
    card.user.email = f"{name}-{view}@agency.example"
    card.user.set_password(PASSWORD)
    card.user.save()
    made[f"{name}-{view}"] = {
        "email": card.user.email,
        "password": PASSWORD,
        "session": session_for(card.user),
        "card": str(card.id),
        "secret": secret_of(card.user),
    }
    return card


def secret_of(user):
    from base64 import b32encode

    from django_otp.plugins.otp_totp.models import TOTPDevice

    return b32encode(TOTPDevice.objects.get(user=user, name="test").bin_key).decode()


with inside(council_named("Amber")):
    from core.visits.models import Contact, Visit

    health = make_service(code="universal.child_health", statuses=["contracted", "health_asc"])
    school = make_service(code="universal.school_health", statuses=["contracted", "health_asc"])
    fire = make_service(code="community.fire", statuses=["relevant_agency"])
    for number, view in enumerate(VIEWS):
        hana = person("hana", view, health, "Hana", f"Dvorak{number}", job_title="Health visitor")
        sam = person("sam", view, school, "Sam", f"Okoro{number}", job_title="School nurse")
        person("ivy", view, health, "Ivy", f"Marlow{number}", job_title="Information officer", roles=("ig_officer",))
        person("finn", view, fire, "Finn", f"Barlow{number}", job_title="Home safety visitor")
        for extra in ("asks", "codes"):
            person(extra, view, health, extra.title(), f"Reed{number}")
        amy = make_client(
            "Amelia",
            f"Thornbury{number}",
            born=date(2018, 4, 3),
            postcode="WS13 6AA",
            address="4 Orchard Road, Lichfield",
        )
        line = make_involvement(
            amy,
            hana,
            service=health,
            started_on=clock.today() - timedelta(days=90),
            confirmed_on=clock.today() - timedelta(days=20),
        )
        theirs = make_involvement(amy, sam, service=school, started_on=clock.today() - timedelta(days=60))
        for one in (line, theirs):
            make_publication(one)
        Contact.objects.create(
            client=amy, involvement=theirs, on=clock.today() - timedelta(days=2), kind="phone", created_at=clock.now()
        )
        Visit.objects.create(
            client=amy,
            involvement=theirs,
            on=clock.today() + timedelta(days=4),
            starts_at="14:30",
            ends_at="15:00",
            created_at=clock.now(),
        )
        officer = make_user(f"iris-{view}@council.example", roles=("ig_officer",))
        made[f"iris-{view}"] = {"email": officer.email, "session": session_for(officer)}
        made[f"hana-{view}"]["client"] = str(amy.id)
        made[f"hana-{view}"]["client_name"] = amy.full_name
with inside(council_named("Birch")):
    for view in VIEWS:
        person("bo", view, make_service(), "Bo", "Elsewhere")
print(json.dumps(made))
