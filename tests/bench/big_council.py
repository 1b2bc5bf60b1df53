"""Fills a council to its full size: 2,000 practitioners, 100,000 clients, 400,000 involvements, as the copy command does.

Invented people: names drawn from short lists, numbers from the reserved ranges. The same numbers give the same council.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

GIVEN = [
    "Amy",
    "Ben",
    "Chloe",
    "Dan",
    "Ella",
    "Finn",
    "Grace",
    "Harry",
    "Isla",
    "Jack",
    "Kira",
    "Leo",
    "Mia",
    "Noah",
    "Olive",
    "Poppy",
    "Quinn",
    "Rosie",
    "Sam",
    "Tara",
    "Umar",
    "Violet",
    "Will",
    "Xena",
    "Yusuf",
    "Zara",
    "Aisha",
    "Bilal",
    "Cerys",
    "Dylan",
    "Eira",
    "Fergus",
    "Gwen",
    "Hamza",
    "Ioana",
    "Jakub",
    "Kasia",
    "Luca",
    "Maja",
    "Nia",
    "Owen",
    "Priya",
    "Rhys",
    "Siobhan",
    "Tomasz",
    "Una",
    "Vikram",
    "Wren",
    "Yasmin",
    "Zofia",
    "Adeola",
    "Blessing",
    "Chidi",
    "Dmitri",
    "Elif",
    "Farah",
    "Goran",
    "Hana",
    "Ines",
    "Joao",
]
FAMILY_STARTS = [
    "Ash",
    "Birch",
    "Cole",
    "Dun",
    "East",
    "Fair",
    "Green",
    "Hart",
    "Ing",
    "Jen",
    "Kirk",
    "Lang",
    "Marsh",
    "Nor",
    "Oak",
    "Pem",
    "Quar",
    "Red",
    "Stan",
    "Thorn",
    "Under",
    "Ves",
    "Wood",
    "Yar",
    "Zel",
]
FAMILY_ENDS = [
    "bourne",
    "croft",
    "dale",
    "field",
    "ford",
    "gate",
    "ham",
    "hurst",
    "land",
    "ley",
    "more",
    "nall",
    "ridge",
    "shaw",
    "son",
    "stead",
    "thorpe",
    "ton",
    "well",
    "wick",
    "wood",
    "worth",
]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


@dataclass(frozen=True, slots=True)
class Size:
    """How big."""

    practitioners: int = 2_000
    clients: int = 100_000
    involvements: int = 400_000
    agencies: int = 64


@dataclass(frozen=True, slots=True)
class Filled:
    """What a measurement needs to know of the council."""

    clients: tuple[uuid.UUID, ...]
    names: tuple[str, ...]
    user_id: uuid.UUID
    practitioner_id: uuid.UUID


def fill(url: str, schema: str, size: Size = Size()) -> Filled:
    """Fill the council in `schema` as the cluster's administrator."""
    dice = random.Random(20261122)
    with psycopg.connect(url) as connection:
        copier = Copier(connection, schema)
        directory = _directory(copier, dice, size)
        clients, names, born = _clients(copier, dice, size)
        _network(copier, dice, size, directory, dict(zip(clients, born, strict=True)))
        connection.commit()
        connection.autocommit = True
        connection.execute(sql.SQL("SET search_path = {}, extensions").format(sql.Identifier(schema)))
        connection.execute("VACUUM ANALYZE")
    return Filled(tuple(clients), tuple(names), directory["users"][0], directory["practitioners"][0][0])


class Copier:
    """Copies rows into a table of the schema, columns by name."""

    def __init__(self, connection: Any, schema: str) -> None:
        self.connection, self.schema = connection, schema

    def rows(self, table: str, columns: str, rows: Any) -> None:
        names = [sql.Identifier(column) for column in columns.split()]
        target = sql.SQL("COPY {}.{} ({}) FROM STDIN").format(
            sql.Identifier(self.schema), sql.Identifier(table), sql.SQL(", ").join(names)
        )
        with self.connection.cursor() as cursor, cursor.copy(target) as copy:
            for row in rows:
                copy.write_row(row)


def _id(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def _directory(copier: Copier, dice: random.Random, size: Size) -> dict[str, Any]:
    kind = _id(dice)
    copier.rows(
        "directory_servicetype",
        "id code label sensitivity typical_roles suggested_statuses is_offered",
        [(kind, "family.help", "Family help", "standard", [], ["s11"], True)],
    )
    agencies = [_id(dice) for _ in range(size.agencies)]
    signed, expires = TODAY - timedelta(days=100), TODAY + timedelta(days=900)
    copier.rows(
        "directory_agency",
        "id name kind phone agreement_signed_on agreement_expires_on",
        [(agency, f"Agency {n}", "council", "+442079460000", signed, expires) for n, agency in enumerate(agencies)],
    )
    services = [_id(dice) for _ in agencies]
    copier.rows(
        "directory_service",
        "id agency_id service_type_id statuses",
        [(service, agency, kind, ["s11"]) for service, agency in zip(services, agencies, strict=True)],
    )
    users = [_id(dice) for _ in range(size.practitioners)]
    copier.rows(
        "accounts_user",
        "id password email roles is_active joined_at shortcuts_on",
        [(user, "!", f"worker{n}@agency.example", ["practitioner"], True, NOW, True) for n, user in enumerate(users)],
    )
    practitioners = [(_id(dice), n % size.agencies) for n in range(size.practitioners)]
    copier.rows(
        "directory_practitioner",
        "id user_id agency_id given_name family_name job_title mobile desk_phone email best_time employment functions updated_at version",
        [
            (
                card,
                users[n],
                agencies[place],
                dice.choice(GIVEN),
                _family(dice),
                "Family practitioner",
                f"+447700900{n % 1000:03d}",
                "",
                f"worker{n}@agency.example",
                "",
                "staff",
                [],
                NOW,
                1,
            )
            for n, (card, place) in enumerate(practitioners)
        ],
    )
    copier.rows(
        "directory_membership",
        "id practitioner_id service_id is_manager",
        [(_id(dice), card, services[place], False) for card, place in practitioners],
    )
    return {"agencies": agencies, "services": services, "users": users, "practitioners": practitioners}


def _family(dice: random.Random) -> str:
    return dice.choice(FAMILY_STARTS) + dice.choice(FAMILY_ENDS)


def _clients(copier: Copier, dice: random.Random, size: Size) -> tuple[list[uuid.UUID], list[str], list[date]]:
    ids, names, births, rows = [], [], [], []
    for n in range(size.clients):
        given, family = dice.choice(GIVEN), _family(dice)
        born = date(2006, 1, 1) + timedelta(days=dice.randrange(7_500))
        ids.append(_id(dice))
        names.append(f"{given} {family}")
        births.append(born)
        rows.append(
            (
                ids[-1],
                given,
                "",
                family,
                "",
                "",
                born,
                f"{n % 200} Orchard Road",
                f"WS13 {n % 10}AA",
                f"+441632960{n % 1000:03d}",
                "none",
                f" {given} {family} ".lower(),
                f"WS13{n % 10}AA",
                NOW,
                1,
            )
        )
    copier.rows(
        "people_client",
        "id given_name middle_names family_name known_as former_family_name birth_date address postcode phone shield"
        " search_key postcode_key created_at version",
        rows,
    )
    return ids, names, births


def _question(agency: uuid.UUID, asked: date, born: date) -> str:
    """What a publication's decision was asked, as it is recorded."""
    age = (asked - born).days * 4 // 1461
    return json.dumps(
        {
            "date": asked.isoformat(),
            "action": "publish",
            "actor": {"agency": str(agency), "status": ["s11"], "role": "practitioner", "involved": True},
            "client": {"age": max(0, age), "shield": "none"},
            "service": {"cls": "standard", "named": []},
            "consent": {"by": "parent" if age < 16 else "self", "age_days": 0},
            "recipients": [],
            "facts": [],
            "factors": [],
            "fields": ["purpose", "agreed_by", "agreement_form", "material_version"],
            "basis": "en.family_help_agreement",
        }
    )


def _network(
    copier: Copier, dice: random.Random, size: Size, directory: dict[str, Any], clients: dict[uuid.UUID, date]
) -> None:
    """Four lines a client, each published to the four agencies; the first practitioner is on the first thousand clients."""
    each = size.involvements // size.clients
    lines, decisions, publications, recipients, contacts, visits = [], [], [], [], [], []
    for number, (client, born) in enumerate(clients.items()):
        members = dice.sample(directory["practitioners"], each)
        if number < 1000:
            members[0] = directory["practitioners"][0]
            members = list({card: (card, place) for card, place in members}.values())
        for card, place in members:
            line, decision, publication = _id(dice), _id(dice), _id(dice)
            started = TODAY - timedelta(days=dice.randrange(700))
            asked = max(started, TODAY - timedelta(days=330))
            lines.append(
                (
                    line,
                    client,
                    directory["services"][place],
                    card,
                    started,
                    "",
                    False,
                    TODAY - timedelta(days=dice.randrange(120)),
                    "import",
                    NOW,
                    1,
                )
            )
            decisions.append(
                (
                    decision,
                    NOW,
                    "publish",
                    client,
                    line,
                    _question(directory["agencies"][place], asked, born),
                    "PERMIT",
                    "ok",
                    "network",
                    [],
                    "gb-eng@2026.11.0",
                    "",
                )
            )
            publications.append(
                (
                    publication,
                    line,
                    decision,
                    "en.family_help_agreement",
                    "network",
                    NOW,
                    card,
                    asked + timedelta(days=365),
                    "",
                )
            )
            recipients += [
                (_id(dice), publication, directory["agencies"][p], decision, NOW) for p in {p for _, p in members}
            ]
            contacts.append((_id(dice), client, line, TODAY - timedelta(days=dice.randrange(90)), "phone", NOW))
            if dice.random() < 0.1:
                visits.append((_id(dice), client, line, TODAY + timedelta(days=dice.randrange(1, 60)), NOW, 1))
    copier.rows(
        "network_involvement",
        "id client_id service_id practitioner_id started_on end_reason is_lead confirmed_on source created_at version",
        lines,
    )
    copier.rows(
        "consent_decisionrecord",
        "id at action client_id involvement_id request outcome reason visibility obligations pack pack_checksum",
        decisions,
    )
    copier.rows(
        "network_publication",
        "id involvement_id decision_id basis visibility published_at published_by_id review_by end_reason",
        publications,
    )
    copier.rows("network_publicationrecipient", "id publication_id agency_id decision_id added_at", recipients)
    copier.rows("visits_contact", 'id client_id involvement_id "on" kind created_at'.replace('"', ""), contacts)
    copier.rows("visits_visit", "id client_id involvement_id on created_at version", visits)
