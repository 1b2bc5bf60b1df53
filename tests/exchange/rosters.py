"""Small rosters that tests write themselves."""

from datetime import date
from pathlib import Path

from core.exchange.roster.mapping import RosterMapping, parse_mapping

TODAY = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "core" / "exchange" / "roster" / "mappings"
SAMPLES = ROOT / "core" / "exchange" / "samples"

CLIENTS = """
file = "clients.csv"
source = "clients"
title = "Clients"
kind = "involvements"
country = "GB"
agency = "Hub"

[format]
type = "csv"
encodings = ["utf-8-sig"]
dates = ["dd/mm/yyyy"]
totals = ["Total"]

[[columns]]
name = "Name"
field = "name"

[[columns]]
name = "Born"
field = "birth_date"

[[columns]]
name = "Address"
field = "address"

[[columns]]
name = "Postcode"
field = "postcode"

[[columns]]
name = "NHS"
field = "identifier"

[[columns]]
name = "Worker"
field = "worker"

[[columns]]
name = "From"
field = "started_on"

[[columns]]
name = "To"
field = "ended_on"

[[columns]]
name = "Seen"
field = "contact"

[[columns]]
name = "Notes"
never_keep = "free text"
"""
HEADER = "Name,Born,Address,Postcode,NHS,Worker,From,To,Seen,Notes"
GOOD = '"FAIR, Jo",14/03/2011,"12 Tansy Lane, Anytown",WS13 8PJ,,Ann Lee,01/02/2026,,03/03/2026,secret'


def clients(**changes: str) -> RosterMapping:
    """The mapping of CLIENTS with some of its text changed."""
    text = CLIENTS
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse_mapping(text, name="clients.toml")


def lines(*rows: str) -> bytes:
    """A file of clients with these rows."""
    return "\r\n".join((HEADER, *rows, "")).encode()
