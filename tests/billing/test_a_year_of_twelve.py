"""A year of invoices for twelve councils in two currencies, recomputed by a calculation of its own.

What is expected is worked out below from the agreements in words, with nothing of the product's own arithmetic.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tenants.context import shared
from tests.factories.billing import make_book, make_customer, make_entity, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

YEAR = 2026
GB = {
    "old": {"platform": {0: "6000.00", 50_000: "9100.00", 100_000: "14000.00"}, "practitioner": {0: "3.27", 200: "2.61"},
            "dedicated": {0: "18001.00"}, "setup": {0: "4500.00"}, "training": {0: "750.00"}},
    "new": {"platform": {0: "6250.00", 50_000: "9333.33", 100_000: "14700.00"}, "practitioner": {0: "3.41", 200: "2.70"},
            "dedicated": {0: "18500.00"}, "setup": {0: "4700.00"}, "training": {0: "790.00"}},
    "from": 7, "tax": Decimal(20), "group": {3: "5.00", 8: "10.00"},
}  # fmt: skip
AU = {
    "old": {"platform": {0: "12000.00", 500_000: "36000.00"}, "practitioner": {0: "6.13", 200: "5.00"},
            "dedicated": {0: "36000.00"}, "setup": {0: "9000.00"}, "training": {0: "1450.00"}},
    "new": {"platform": {0: "12500.00", 500_000: "37999.99"}, "practitioner": {0: "6.49", 200: "5.11"},
            "dedicated": {0: "36000.00"}, "setup": {0: "9000.00"}, "training": {0: "1450.00"}},
    "from": 10, "tax": Decimal(10), "group": {3: "5.00", 8: "10.00"},
}  # fmt: skip
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)


def day(month: int, number: int) -> date:
    return date(YEAR, month, number)


# name: country, contract's days, billed every, keeps its first prices, councils (name, inhabitants, dedicated, from, until),
# discounts (kind or all, per cent, from, until), charges (kind, day, quantity, agreed price)
AGREEMENTS = {
    "Ashby": ("GB", FIRST, LAST, 1, False, [("Ashby", 90_000, False, FIRST, LAST)], [], []),
    "Burley": ("GB", day(3, 11), LAST, 1, False, [("Burley", 49_999, False, day(3, 11), LAST)], [],
               [("setup", day(3, 11), "1", None), ("training", day(8, 20), "1.5", None)]),
    "Corby": ("GB", FIRST, day(10, 17), 1, False, [("Corby", 50_000, False, FIRST, day(10, 17))], [], []),
    "Denshire": ("GB", FIRST, LAST, 1, False,
                 [("Denshire", 400_000, False, FIRST, LAST), ("Dean", 80_000, False, FIRST, LAST),
                  ("Dow", 45_000, False, day(5, 20), LAST), ("Dunn", 99_999, False, FIRST, day(9, 10))], [],
                 [("training", day(6, 2), "3", "611.11")]),
    "Elmet": ("GB", FIRST, LAST, 3, False, [("Elmet", 120_000, True, FIRST, LAST)],
              [("platform", "12.50", FIRST, None), ("", "3.00", day(4, 15), day(11, 14))], []),
    "Geelong": ("AU", FIRST, LAST, 1, False, [("Geelong", 270_000, False, FIRST, LAST)], [], []),
    "Hotham": ("AU", FIRST, LAST, 12, False, [("Hotham", 30_000, False, FIRST, LAST)], [], [("setup", day(1, 9), "1", None)]),
    "Irwin": ("AU", FIRST, LAST, 1, True, [("Irwin", 640_000, False, FIRST, LAST)], [("", "7.77", FIRST, LAST)], []),
    "Jarrah": ("AU", day(2, 28), LAST, 1, False, [("Jarrah", 15_000, False, day(2, 28), LAST)],
               [("practitioner", "100.00", day(2, 28), day(4, 30))], []),
}  # fmt: skip
BASE = {"Ashby": 150, "Burley": 17, "Corby": 199, "Denshire": 730, "Dean": 201, "Dow": 0, "Dunn": 44, "Elmet": 260,
        "Geelong": 320, "Hotham": 9, "Irwin": 1204, "Jarrah": 61}  # fmt: skip


def counted(council: str, month: int) -> int:
    """How many practitioners were counted first; Dow has none for its first two months."""
    return 0 if council == "Dow" and month < 7 else BASE[council] + month * 3


CORRECTED = {("Ashby", 2): (6, 190), ("Geelong", 3): (11, 300)}
"""In which month it came to light, and what it should have been."""
LATE = {("Corby", 4): 6}
"""Counted only in that month."""


def penny(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def part_of(amount: Decimal, first: int, last: int, days: int) -> Decimal:
    """An amount's share for the days from `first` to `last` of so many."""
    return penny(amount * last / days) - penny(amount * (first - 1) / days)


def less_discounts(amount: Decimal, first: int, last: int, days: int, steps) -> Decimal:
    """What is paid for some days of a month: day by day in stretches in which the same discounts hold."""
    paid = part_of(amount, first, last, days)
    stretches: list[tuple[int, int, tuple[int, ...]]] = []
    for number in range(first, last + 1):
        held = tuple(n for n, (_, begins, ends) in enumerate(steps) if begins <= number <= ends)
        if stretches and stretches[-1][2] == held:
            stretches[-1] = (stretches[-1][0], number, held)
        else:
            stretches.append((number, number, held))
    for begins, ends, held in stretches:
        left = amount
        for n in held:
            off = penny(left * steps[n][0] / 100)
            paid -= part_of(off, begins, ends, days)
            left -= off
    return paid


def month_net(name: str, month: int, counts) -> Decimal:
    """What an agreement comes to in a month."""
    country, starts, ends, _every, keeps, councils, discounts, _charges = AGREEMENTS[name]
    law, days = (GB if country == "GB" else AU), calendar.monthrange(YEAR, month)[1]
    book = law["old"] if keeps or month < law["from"] else law["new"]
    here = [c for c in councils if max(c[3], starts) <= day(month, days) and min(c[4], ends) >= day(month, 1)]
    group = max((Decimal(p) for least, p in law["group"].items() if len(here) >= least), default=Decimal(0))
    net = Decimal(0)
    for council, inhabitants, dedicated, joins, leaves in here:
        first = max((max(joins, starts) - day(month, 1)).days + 1, 1)
        last = min((min(leaves, ends) - day(month, 1)).days + 1, days)
        band = max(start for start in book["platform"] if start <= inhabitants)
        amounts = {"platform": twelfth(book["platform"][band], month), "practitioner": Decimal(0)}
        if dedicated:
            amounts["dedicated"] = twelfth(book["dedicated"][0], month)
        for number in range(1, counts[council, month] + 1):
            amounts["practitioner"] += Decimal(book["practitioner"][200 if number > 200 else 0])
        for kind, amount in amounts.items():
            steps = [(group, 1, days)] if group and kind == "platform" else []
            for of, percent, begins, until in discounts:
                if of in ("", kind) and begins <= day(month, last) and (until or LAST) >= day(month, first):
                    since = max((begins - day(month, 1)).days + 1, 1)
                    steps.append((Decimal(percent), since, min(((until or LAST) - day(month, 1)).days + 1, days)))
            net += less_discounts(amount, first, last, days, steps)
    return net


def twelfth(yearly: str, month: int) -> Decimal:
    return penny(Decimal(yearly) * month / 12) - penny(Decimal(yearly) * (month - 1) / 12)


def expected() -> dict[tuple[str, int], Decimal]:
    """The net of every invoice, by agreement and the month whose run made it."""
    first = {(c, m): counted(c, m) for c in BASE for m in range(1, 13)}
    due: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for name, (country, starts, ends, every, _keeps, councils, _discounts, charges) in AGREEMENTS.items():
        law = GB if country == "GB" else AU
        for month in range(starts.month, ends.month + 1):
            run = month if every == 1 else -(-(month - starts.month + 1) // every) * every + starts.month - 1
            run = max(run, *(LATE.get((council[0], month), 0) for council in councils), 0)
            due[name, run] += month_net(name, month, first)
        for kind, on, quantity, agreed in charges:
            price = agreed or (law["old"] if on.month < law["from"] else law["new"])[kind][0]
            due[name, on.month] += penny(Decimal(quantity) * Decimal(price))
        for (council, month), (run, should_be) in CORRECTED.items():
            if council == name:
                due[name, run] += month_net(name, month, {**first, (council, month): should_be})
                due[name, run] -= month_net(name, month, first)
    return dict(due)


def make_world():
    """The same in the tables. Returns the contracts' names by id, and the first readings."""
    from billing.models import Charge, Contract, ContractCouncil, Discount

    books = {}
    for currency, law in (("GBP", GB), ("AUD", AU)):
        for word, since in (("old", FIRST), ("new", day(law["from"], 1))):
            books[currency, word] = make_book(currency, since, prices=law[word], discounts=law["group"])
    names, readings, at = {}, {}, datetime(YEAR, 1, 1, tzinfo=UTC)
    for name, (country, starts, ends, every, keeps, councils, discounts, charges) in AGREEMENTS.items():
        contract = Contract.objects.create(
            reference=f"C-{name}", customer=make_customer(name, country), entity=make_entity(country), starts_on=starts,
            ends_on=ends, billed_every=every, created_at=at, held_book=books["AUD", "old"] if keeps else None,
        )  # fmt: skip
        names[contract.id] = name
        for council, inhabitants, dedicated, joins, leaves in councils:
            place = ContractCouncil.objects.create(
                contract=contract, council_id=contract.id if council == name else make_customer().id, name=council,
                population=inhabitants, is_dedicated=dedicated, starts_on=joins, ends_on=None if leaves == ends else leaves,
            )  # fmt: skip
            for month in range(1, 13):
                readings[council, month] = (place.council_id, day(month, 1), counted(council, month))
        for kind, percent, begins, until in discounts:
            Discount.objects.create(
                contract=contract, kind=kind, percent=Decimal(percent), from_on=begins, until_on=until, reason="Agreed"
            )
        for kind, on, quantity, agreed in charges:
            Charge.objects.create(
                contract=contract, kind=kind, description=f"What was agreed: {kind}", on=on, quantity=Decimal(quantity),
                agreed_price=agreed and Decimal(agreed), created_at=at,
            )  # fmt: skip
    return names, readings


def bill(month: int, entities) -> None:
    """One month's run for each company, its drafts reviewed and issued on the 5th; in some months the same once more."""
    from billing.actions.asked import ask_to_issue, work_asked
    from billing.actions.drafting import review_run
    from billing.actions.runs import start_run, work_run

    at = datetime(YEAR + month // 12, month % 12 + 1, 5, 12, tzinfo=UTC)
    for entity in entities:
        for _again in range(2 if month in {3, 6, 11} else 1):
            with shared():
                run = start_run(entity_id=entity.id, month=day(month, 1), is_dry=False, by=None, at=at)
            work_run(run.id, lambda: at, lots=4)
            with shared():
                review_run(run_id=run.id, by=None, at=at)
                ask_to_issue(run_id=run.id, on=at.date(), by=None, at=at)
            work_asked(lambda: at)


def test_a_year_of_twelve_councils_is_billed_to_the_penny(db):
    from billing.models import Draft, Invoice

    with shared():
        names, readings = make_world()
        entities = [make_entity("GB"), make_entity("AU")]
        made = {key: make_reading(*said) for key, said in readings.items() if key not in LATE}
    for month in range(1, 13):
        with shared():
            for key, when in LATE.items():
                if when == month:
                    made[key] = make_reading(*readings[key])
            for key, (when, should_be) in CORRECTED.items():
                if when == month:
                    council_id, first, _ = readings[key]
                    make_reading(council_id, first, should_be, corrects=made[key], reason="Counted again")
        bill(month, entities)
    with shared():
        assert not Draft.objects.filter(issued=None).exists()
        invoices = list(Invoice.objects.prefetch_related("lines").select_related("entity"))
        found = {}
        for one in invoices:
            run = (one.issued_on.month - 2) % 12 + 1
            law = GB if one.entity.country == "GB" else AU
            assert one.kind == "invoice"
            assert one.net == sum(line.net for line in one.lines.all())
            assert one.tax == penny(one.net * law["tax"] / 100), one.number
            assert one.gross == one.net + one.tax
            assert one.currency == ("GBP" if law is GB else "AUD")
            assert (names[one.contract_id], run) not in found
            found[names[one.contract_id], run] = one.net
    assert found == expected()
    numbers = defaultdict(list)
    for one in invoices:
        numbers[one.entity.code, one.year].append(one.sequence)
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in numbers.values())
    assert {code for code, _ in numbers} == {"PWUK", "PWAU"}
