"""Run in a process of its own on the journeys' database: a family in two councils, and who talks with them."""

import json
from datetime import timedelta

from core import clock
from tenants.context import inside
from tenants.queries import council_named
from tests.factories import (
    make_agency,
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
)
from tests.factories.people import make_service_type
from tests.factories.site import session_for
from tests.journeys.conftest import VIEWS

LABELS = {
    "universal.school_health": "School nursing",
    "housing.support": "Tenancy support",
    "family.help": "Family Help",
    "universal.child_health": "Maternal and Child Health",
    "education.early_years": "Kindergarten",
}
made = {}


def person(name, view, service, given, family, **fields):
    card = make_practitioner(service, given_name=given, family_name=family, **fields)
    made[f"{name}-{view}"] = {"session": session_for(card.user), "agency": str(card.agency_id)}
    return card


def born(age):
    return clock.today() - timedelta(days=366 * age)


with inside(council_named("Amber")):
    make_service_type("health.sexual", sensitivity="sexual_health", label="Sexual health")
    for code, label in LABELS.items():
        make_service_type(code, label=label)
    trust = make_agency("School Health Trust")
    homes = make_agency("Heath Homes")
    nursing = make_service(trust, code="universal.school_health", statuses=["contracted", "health_asc"])
    housing = make_service(homes, code="housing.support", statuses=["s11"])
    helping = make_service(make_agency("Family Help North"), code="family.help", statuses=["s11"])
    clinic = make_service(
        make_agency("The Corner Clinic"), code="health.sexual", sensitivity="sexual_health",
        statuses=["contracted", "health_asc"],
    )  # fmt: skip
    for number, view in enumerate(VIEWS):
        nell = person("nell", view, nursing, "Nell", f"Osei{number}", job_title="School nurse")
        olga = person("olga", view, housing, "Olga", f"Petrov{number}", job_title="Housing officer")
        person("fay", view, helping, "Fay", f"Lindqvist{number}", job_title="Family practitioner")
        person("rob", view, helping, "Rob", f"Adair{number}", job_title="Family practitioner")
        person("kit", view, clinic, "Kit", f"Maranda{number}", job_title="Sexual health nurse")
        bella = make_client("Bella", f"Bellamy{number}", born=born(8))
        kian = make_client("Kian", f"Bellamy{number}", born=born(15))
        for client in (bella, kian):
            for card, service in ((nell, nursing), (olga, housing)):
                make_publication(make_involvement(client, card, service=service))
        made[f"clients-{view}"] = {"bella": str(bella.id), "kian": str(kian.id)}
with inside(council_named("Coral")):
    for code, label in LABELS.items():
        make_service_type(code, label=label)
    mch = make_service(make_agency("Bayside MCH"), code="universal.child_health", statuses=["ise"])
    kinder = make_service(make_agency("Gumtree Kinder"), code="education.early_years", statuses=["ise"])
    for number, view in enumerate(VIEWS):
        person("may", view, mch, "May", f"Nguyen{number}", job_title="MCH nurse")
        person("kim", view, kinder, "Kim", f"Doyle{number}", job_title="Educator")
print(json.dumps(made))
