"""Run in a process of its own on the journeys' database: people and clients for each view. Prints who can sign in."""

import json
from datetime import date, timedelta

from core import clock
from core.accounts.actions.sessions import open_session
from core.consent.conversation import ConversationAnswers
from core.consent.request import Recipient
from core.consent.wording import Outcome, Talked
from core.directory.viewers import viewer_of
from core.network.actions import join_network
from core.network.models import Involvement
from tenants.context import inside, shared
from tenants.queries import council_named
from tests.factories import make_client, make_involvement, make_practitioner, make_publication, make_service, make_user
from tests.factories.console import make_operator
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


def make_safeguarded(number, view, hana, sam):
    """People who keep others safe, a client to shield, and one with two confidential services."""
    lena = person("lena", view, school, "Lena", f"Adair{number}", roles=("practitioner", "safeguarding_lead"))
    bea = person("bea", view, school, "Bea", f"Ogden{number}", roles=("practitioner", "broker"))
    person("igor", view, school, "Igor", f"Vance{number}", roles=("ig_officer",), job_title="Governance officer")
    dora = person(
        "dora", view, school, "Dora", f"Finch{number}", functions=["social_worker"], job_title="Social worker"
    )
    for key in (lena, bea, dora):
        open_session(user=key.user, session_key=made[f"{key.given_name.lower()}-{view}"]["session"], browser="Chromium")
    nina = person("nina", view, clinic, "Nina", f"Moss{number}", job_title="Sexual health nurse")
    otto = person("otto", view, counselling, "Otto", f"Hale{number}", job_title="Counsellor")
    beth = make_client("Beth", f"Thornbury{number}", born=date(2017, 5, 2))
    for card, service in ((hana, health), (sam, school)):
        make_involvement(beth, card, service=service, confirmed_on=clock.today())
    for line in Involvement.objects.filter(client=beth):
        make_publication(line)
    clara = make_client("Clara", f"Thornbury{number}", born=clock.today() - timedelta(days=15 * 366))
    make_publication(make_involvement(clara, hana, service=health, confirmed_on=clock.today()))
    make_involvement(clara, otto, service=counselling)
    answers = ConversationAnswers(
        talked=Talked.CANNOT,
        outcome=Outcome.NOT_SAFE_TO_RAISE,
        why_anyway="en.significant_harm",
        given_on=clock.today(),
        named=(Recipient(agency=str(hana.agency_id)),),
        facts=frozenset({"significant_harm_suspected"}),
        picked={
            "reason": "protect_this_person",
            "why_no_consent": "would_prejudice_protection",
            "informed_status": "not_safe_to_tell",
        },
    )
    join_network(client_id=clara.id, service_id=clinic.id, answers=answers, by=viewer_of(nina.user))
    made[f"hana-{view}"] |= {"shielded": str(beth.id), "confidential": str(clara.id)}


def make_operators():
    """Operators for each view."""
    for view in VIEWS:
        for name, role in (
            ("olive", "operator"),
            ("omar", "operator"),
            ("audrey", "auditor"),
            ("fiona", "finance"),
        ):
            operator = make_operator(f"{name.title()} {view.title()}", role, email=f"{name}-{view}@operators.example")
            operator.user.set_password(PASSWORD)
            operator.user.save()
            made[f"{name}-{view}"] = {
                "email": operator.user.email,
                "password": PASSWORD,
                "session": session_for(operator.user),
                "secret": secret_of(operator.user),
            }


with inside(council_named("Amber")):
    from core.visits.models import Contact, Visit

    health = make_service(code="universal.child_health", statuses=["contracted", "health_asc"])
    school = make_service(code="universal.school_health", statuses=["contracted", "health_asc"])
    fire = make_service(code="community.fire", statuses=["relevant_agency"])
    clinic = make_service(code="sensitive.sexual_health", sensitivity="sexual_health", statuses=["contracted"])
    counselling = make_service(code="sensitive.mental_health", sensitivity="mental_health", statuses=["contracted"])
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
        make_safeguarded(number, view, hana, sam)
with inside(council_named("Birch")):
    for view in VIEWS:
        person("bo", view, make_service(), "Bo", "Elsewhere")
with shared():
    make_operators()
print(json.dumps(made))
