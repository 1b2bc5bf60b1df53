"""Makes the invented rosters of the smaller demo councils from their recipes, the same ones every time.

Run by hand after a recipe has changed: `python core/exchange/samples/make_samples.py`. Nobody in them exists; phone
numbers come from ranges kept for fiction, NHS numbers from the synthetic 999 range.
"""

import csv
import io
import random
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from nhs_number.validate import calculate_checksum
from openpyxl import Workbook

HERE = Path(__file__).resolve().parent
EXPORTED_ON = date(2026, 11, 20)
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_CHILD_SERVICES = frozenset(
    {"social.children", "education.attendance", "education.early_years", "universal.child_health", "education.school"}
    | {"youth.open", "youth.identity_group", "health.camhs"}
)
_ADULT_SERVICES = frozenset({"social.adults", "health.community_nursing", "housing.support", "community.debt"})
_YOUNGEST_AT = {"youth.open": 11, "youth.identity_group": 13, "health.camhs": 6, "education.school": 5}
_OLDEST_AT = {"universal.child_health": 5, "education.early_years": 5}
_LAST_OF_STAFF = ("Job title", "Role in Patchwork", "Started", "Leaving date")
_COMMENTS = ("", "", "", "Buzzer 2", "No post please", "Text first")

Recipe = Mapping[str, Any]
Row = dict[str, object]


@dataclass
class Client:
    """An invented person."""

    given: str
    family: str
    known_as: str
    born: date
    line: str
    town: str
    postcode: str
    phone: str
    nhs: str
    reference: str
    area: str


@dataclass
class Worker:
    """An invented practitioner."""

    given: str
    family: str
    agency: str
    service: str
    email: str
    mobile: str
    desk: str
    left_on: date | None = None


@dataclass
class Sample:
    """One council's invented people and their involvements."""

    recipe: Recipe
    rng: random.Random
    clients: list[Client] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    lines: dict[int, list[Row]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def phone(self, kind: str) -> str:
        """The next number of a fictitious range; they repeat after a thousand."""
        self.numbers[kind] = self.numbers.get(kind, self.rng.randrange(1000)) + 1
        return str(self.recipe[kind]).format(self.numbers[kind] % 1000)


def make(recipe: Recipe) -> Sample:
    """A council's sample, from its recipe alone."""
    sample = Sample(recipe, random.Random(recipe["seed"]))  # noqa: S311 - invented people, the same every time
    _make_clients(sample)
    _make_workers(sample)
    _make_lines(sample)
    return sample


def _make_clients(sample: Sample) -> None:
    rng, recipe = sample.rng, sample.recipe
    while len(sample.clients) < recipe["clients"]:
        area = rng.choice(recipe["areas"])
        postcode = _postcode(rng, rng.choice(area["postcodes"]))
        line = _line(rng, recipe)
        phone, family = sample.phone("mobile"), rng.choice(recipe["family"])
        size = min(rng.choice((1, 1, 2, 2, 3, 4)), recipe["clients"] - len(sample.clients))
        for given in rng.sample(recipe["given"], size):
            ages = _ages(rng, recipe)
            sample.clients.append(
                Client(
                    given=given,
                    family=family,
                    known_as=recipe["short"].get(given, "") if rng.random() < 0.5 else "",
                    born=_born(rng, ages),
                    line=line,
                    town=area["town"],
                    postcode=postcode,
                    phone=phone,
                    nhs=_nhs_number(rng) if recipe["nhs"] else "",
                    reference=f"{len(sample.clients) + 20417}",
                    area=area.get("council", ""),
                )
            )


def _ages(rng: random.Random, recipe: Recipe) -> tuple[int, int]:
    if rng.random() >= recipe["children"]:
        return 19, 80
    return (0, 4) if rng.random() < recipe["infants"] else (5, 17)


def _line(rng: random.Random, recipe: Recipe) -> str:
    number, street = rng.randrange(1, 120), rng.choice(recipe["streets"])
    if rng.random() < 0.2:
        return str(recipe["home_line"]).format(flat=rng.randrange(1, 25), number=number, street=street)
    return f"{number} {street}"


def _postcode(rng: random.Random, area: str) -> str:
    if area.isdigit():
        return area
    return f"{area} {rng.randrange(10)}{rng.choice(_INWARD)}{rng.choice(_INWARD)}"


def _born(rng: random.Random, ages: tuple[int, int]) -> date:
    return EXPORTED_ON - timedelta(days=rng.randrange(ages[0] * 365 + 30, ages[1] * 365 + 300))


def _nhs_number(rng: random.Random) -> str:
    while True:
        digits = f"999{rng.randrange(10**6):06}"
        check = calculate_checksum(digits)
        if check != 10:
            return f"{digits}{check}"


def _make_workers(sample: Sample) -> None:
    rng, recipe = sample.rng, sample.recipe
    services = [(agency["name"], service) for agency in recipe["agencies"] for service in agency["services"]]
    names = [(given, family) for given in recipe["given"] for family in recipe["family"]]
    for at, (given, family) in enumerate(rng.sample(names, recipe["practitioners"])):
        agency, service = services[at % len(services)]
        domain = _letters(agency).replace(".", "")[:24]
        plain = _letters(f"{given}.{family}")
        sample.workers.append(
            Worker(
                given,
                family,
                agency,
                service,
                email=f"{plain}@{domain}.example",
                mobile=sample.phone("mobile"),
                desk=sample.phone("landline"),
                left_on=EXPORTED_ON - timedelta(days=12) if at == len(services) + 1 else None,
            )
        )


def _letters(text: str) -> str:
    """`text` as an address writes it: small plain letters and full stops."""
    return "".join(letter for letter in text.lower() if letter.isascii() and (letter.isalpha() or letter == "."))


def _make_lines(sample: Sample) -> None:
    """Involvements: most clients have one to three, each with a worker whose service fits their age."""
    rng, recipe = sample.rng, sample.recipe
    area_of = {agency["name"]: agency.get("area", "") for agency in recipe["agencies"]}
    file_of = {agency["name"]: agency["file"] for agency in recipe["agencies"]}
    for client in sample.clients:
        age = (EXPORTED_ON - client.born).days // 365
        near = [worker for worker in sample.workers if area_of[worker.agency] in ("", client.area)]
        fitting = [worker for worker in near if _fits(worker.service, age)]
        for worker in _chosen(rng, fitting):
            row = _line_for(sample, client, worker)
            sample.lines.setdefault(file_of[worker.agency], []).append(row)
            if rng.random() < 0.02:
                sample.lines[file_of[worker.agency]].append(dict(row))
    for lines in sample.lines.values():
        _spoil(sample, lines)


def _chosen(rng: random.Random, fitting: Sequence[Worker]) -> list[Worker]:
    """One to three workers; whoever is small has a health visitor or MCH nurse among them."""
    universal = [worker for worker in fitting if worker.service == "universal.child_health"][:1]
    others = [worker for worker in fitting if worker not in universal]
    return universal + rng.sample(others, min(len(others), rng.choice((1, 1, 2, 2, 3)) - len(universal)))


def _fits(service: str, age: int) -> bool:
    if service in _ADULT_SERVICES and age < 18:
        return False
    if service in _CHILD_SERVICES and age > 18:
        return False
    return _YOUNGEST_AT.get(service, 0) <= age <= _OLDEST_AT.get(service, 120)


def _line_for(sample: Sample, client: Client, worker: Worker) -> Row:
    rng, recipe = sample.rng, sample.recipe
    started = EXPORTED_ON - timedelta(days=rng.randrange(20, 900))
    started = max(started, client.born + timedelta(days=10))
    ended = EXPORTED_ON - timedelta(days=rng.randrange(1, 19)) if rng.random() < 0.12 else None
    contact = max(started, EXPORTED_ON - timedelta(days=rng.randrange(1, 90))) if rng.random() < 0.85 else None
    visit = EXPORTED_ON + timedelta(days=rng.randrange(3, 45)) if not ended and rng.random() < 0.3 else None
    nickname = client.known_as and rng.random() < 0.15
    given = client.known_as if nickname else client.given
    return {
        "reference": client.reference,
        "agency": worker.agency,
        "given": given,
        "family": client.family,
        "full_name": f"{given} {client.family}",
        "comma_name": f"{client.family.upper()}, {given}",
        "known_as": client.known_as,
        "born": client.born if rng.random() > 0.05 else None,
        "nhs": f"{client.nhs[:3]} {client.nhs[3:6]} {client.nhs[6:]}" if client.nhs and rng.random() > 0.1 else "",
        "line": client.line,
        "town": client.town,
        "address": f"{client.line}, {client.town}",
        "postcode": client.postcode if rng.random() > 0.05 else "",
        "phone": client.phone if rng.random() > 0.2 else client.phone.replace(" ", ""),
        "label": recipe["labels"][worker.service],
        "worker": f"{worker.given} {worker.family}",
        "worker_comma": f"{worker.family}, {worker.given}",
        "email": worker.email,
        "started": started,
        "ended": ended,
        "contact": contact,
        "visit": visit,
        "comment": rng.choice(_COMMENTS),
    }


def _spoil(sample: Sample, lines: list[Row]) -> None:
    """The few rows that real exports always get wrong: they must wait, and the others go on."""
    mistakes: tuple[Row, ...] = (
        {"started": "31/06/2026"},
        {"started": "TBC"},
        {"started": None},
        {"worker": "Temp Cover", "worker_comma": "Cover, Temp", "email": "temp.cover@agency.example"},
        {"given": "", "family": "", "full_name": "", "comma_name": ""},
    )
    for row, mistake in zip(sample.rng.sample(lines, len(mistakes)), mistakes, strict=True):
        row |= mistake


def write(sample: Sample, folder: Path) -> None:
    """All files of a council's sample."""
    folder.mkdir(exist_ok=True)
    _write_text(folder / "agencies.csv", _agencies(sample), "utf-8", ",")
    _write_text(folder / "staff.csv", _staff(sample), "utf-8", ",")
    for at, layout in enumerate(sample.recipe["files"]):
        rows = _table(layout, sorted(sample.lines[at], key=lambda row: (str(row["agency"]), str(row["family"]))))
        if str(layout["file"]).endswith(".xlsx"):
            _write_workbook(folder / layout["file"], rows, sample.recipe["sheet"])
        else:
            titles = [[title] for title in layout["title"]]
            text = _as_text([*titles, *rows], layout["date"])
            _write_text(folder / layout["file"], text, layout["encoding"], layout["delimiter"])


def _agencies(sample: Sample) -> list[list[str]]:
    rows = [
        [
            "Agency",
            "Kind",
            "Service types",
            "Sharing agreement signed on",
            "Sharing agreement expires on",
            "Office phone",
        ]
    ]
    for agency in sample.recipe["agencies"]:
        signed = EXPORTED_ON - timedelta(days=sample.rng.randrange(60, 900))
        has_agreement = agency.get("agreement") != "missing"
        dates = [f"{signed:%Y-%m-%d}", f"{signed + timedelta(days=1096):%Y-%m-%d}"] if has_agreement else ["", ""]
        rows.append([agency["name"], agency["kind"], "; ".join(agency["services"]), *dates, sample.phone("landline")])
    return rows


def _staff(sample: Sample) -> list[list[str]]:
    rows = [
        [
            "Forename",
            "Surname",
            "E-mail",
            "Mobile",
            "Desk phone",
            "Agency",
            "Service type",
            *_LAST_OF_STAFF,
        ]
    ]
    special = [
        "ig_officer",
        "broker",
        "tenant_admin",
        "auditor",
        "safeguarding_lead",
        "safeguarding_lead",
        "manager",
        "manager",
    ]
    for at, worker in enumerate(sample.workers):
        started = EXPORTED_ON - timedelta(days=sample.rng.randrange(950, 4000))
        role = special[at] if at < len(special) else "practitioner"
        rows.append(
            [*_card(worker), sample.recipe["jobs"][worker.service], role, f"{started:%Y-%m-%d}", _day(worker.left_on)]
        )
    return rows


def _card(worker: Worker) -> list[str]:
    name = [worker.given, worker.family]
    return [*name, worker.email, worker.mobile, worker.desk, worker.agency, worker.service]


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


def _table(layout: Recipe, rows: Iterable[Row]) -> list[list[object]]:
    return [list(layout["columns"]), *([row[name] for name in layout["fill"]] for row in rows)]


def _as_text(rows: Iterable[Sequence[object]], pattern: str) -> list[list[str]]:
    return [[cell.strftime(pattern) if isinstance(cell, date) else str(cell or "") for cell in row] for row in rows]


def _write_text(path: Path, rows: Iterable[Sequence[str]], encoding: str, delimiter: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def _write_workbook(path: Path, rows: Iterable[Sequence[object]], sheet: str) -> None:
    """A workbook with real dates; stamped with the export's day, so that it is the same file every time."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime.combine(EXPORTED_ON, datetime.min.time())
    page = book.active
    page.title = sheet
    for row in rows:
        page.append([cell if cell else None for cell in row])
    about = book.create_sheet("About")
    about.append(["Extract of 20 November 2026"])
    buffer = io.BytesIO()
    book.save(buffer)
    _write_zip_without_times(path, buffer)


def _write_zip_without_times(path: Path, source: io.BytesIO) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = content.replace(*_modified_stamp(content))
            new.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def _modified_stamp(content: bytes) -> tuple[bytes, bytes]:
    """The time of saving inside the workbook, and what to put in its place."""
    opening = content.index(b"<dcterms:modified")
    start = content.index(b">", opening) + 1
    return content[start : content.index(b"<", start)], b"2026-11-20T00:00:00Z"


def main() -> None:
    """Write every recipe's sample beside this file, or into the folder given."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for path in sorted((HERE / "recipes").glob("*.toml")):
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
        write(make(recipe), target / recipe["folder"])


if __name__ == "__main__":
    main()
