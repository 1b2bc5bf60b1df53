"""Contracts: made, changed, ended, and the councils on them. What is billed already stays as it was billed.

Every change locks the contract's row, as drafting does; a draft that it makes wrong is drafted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from billing import checks
from billing.actions.guards import (
    contract_with_places,
    days_gained,
    hold_places,
    locked_contract,
    require_no_overlap,
    require_not_billed,
)
from billing.errors import BadValue, NotPossible, NotThere
from billing.models import Contract, ContractCouncil, Customer, LegalEntity, PriceBook
from billing.periods import DAY, Period, add_months
from tenants.context import SHARED_ALIAS

EVERY: Final = (1, 3, 12)
MOST_MONTHS: Final = 120
MOST_NOTICE: Final = 730
MOST_PAYMENT_DAYS: Final = 365
MOST_PEOPLE: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Joining:
    """A council that comes on a contract; without `starts_on` on the contract's first day."""

    council_id: UUID
    name: str
    population: int
    is_dedicated: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic(using=SHARED_ALIAS)
def create_contract(
    *, customer: UUID, entity: UUID, reference: str, starts_on: date, ends_on: date, renews_months: int = 12,
    notice_days: int = 90, billed_every: int = 1, payment_days: int | None = None, held_book: UUID | None = None,
    terms: str = "", councils: Sequence[Joining] = (), by: UUID | None, at: datetime,
) -> Contract:  # fmt: skip
    """Make a contract; councils may be put on it now or later. Raises BadValue."""
    hold_places()
    if not Customer.objects.filter(id=customer).exists():
        raise BadValue("customer", "Choose a customer of the list.")
    if not LegalEntity.objects.filter(id=entity).exists():
        raise BadValue("entity", "Choose one of the companies that bill.")
    missing = "Enter the contract's reference, such as C-2026-0042."
    contract = Contract(
        reference=checks.line("reference", reference, most=20, missing=missing), customer_id=customer,
        entity_id=entity, starts_on=starts_on, ends_on=ends_on, created_at=at, created_by_id=by,
    )  # fmt: skip
    _require_dates(starts_on, ends_on)
    _put_terms(contract, renews_months, notice_days, billed_every, payment_days, held_book, terms)
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            contract.save(force_insert=True)
    except IntegrityError as error:
        raise BadValue("reference", "A contract has this reference already.") from error
    for joining in councils:
        _join(contract, joining)
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def change_contract(
    *, contract_id: UUID, renews_months: int, notice_days: int, billed_every: int, payment_days: int | None,
    held_book: UUID | None, terms: str,
) -> Contract:  # fmt: skip
    """Change the terms of what is not billed yet. Raises BadValue, NotThere."""
    contract = locked_contract(contract_id)
    _put_terms(contract, renews_months, notice_days, billed_every, payment_days, held_book, terms)
    contract.save()
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def end_contract(*, contract_id: UUID, ends_on: date, on: date) -> Contract:
    """End a contract on a day, as was agreed, and do not renew it. Raises BadValue, NotThere.

    It can't end before it began, nor within what is billed; ending later than agreed is renewing it.
    """
    contract = locked_contract(contract_id)
    checks.day("ends_on", ends_on)
    if ends_on < contract.starts_on:
        raise BadValue("ends_on", f"It can't end before it began, on {checks.said(contract.starts_on)}.")
    if ends_on > contract.ends_on:
        raise BadValue("ends_on", f"It ends on {checks.said(contract.ends_on)}: choose that day or an earlier one.")
    require_not_billed(contract.id, field="ends_on", first=ends_on + DAY, last=contract.ends_on, ends=True)
    contract.ends_on = ends_on
    contract.notice_given_on = contract.notice_given_on or on
    contract.save(update_fields=["ends_on", "notice_given_on"])
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def extend_contract(*, contract_id: UUID, ends_on: date) -> Contract:
    """Let a contract go on to a later day, as was agreed. Notice that was given is void. Raises BadValue, NotThere."""
    contract = contract_with_places(contract_id)
    _require_dates(contract.starts_on, ends_on)
    if ends_on <= contract.ends_on:
        raise BadValue("ends_on", f"It goes on to {checks.said(contract.ends_on)} already: choose a later day.")
    added = Period(contract.ends_on + DAY, ends_on)
    require_not_billed(contract.id, field="ends_on", first=added.first, last=added.last, ends=False)
    for place, days in days_gained(contract, ends_on):
        require_no_overlap(place.council_id, days, field="ends_on", but=[place.id])
    contract.ends_on, contract.notice_given_on = ends_on, None
    contract.save(update_fields=["ends_on", "notice_given_on"])
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def give_notice(*, contract_id: UUID, given_on: date, on: date) -> Contract:
    """Note that notice was given in time: the contract ends and is not renewed. Raises BadValue, NotPossible, NotThere.

    The same notice again changes nothing.
    """
    contract = locked_contract(contract_id)
    if contract.notice_given_on == given_on:
        return contract
    if contract.notice_given_on:
        raise NotPossible(f"Notice was given on {checks.said(contract.notice_given_on)} already.")
    if contract.ends_on < on:
        raise NotPossible(f"This contract ended on {checks.said(contract.ends_on)}.")
    checks.day("given_on", given_on)
    if given_on > on:
        raise BadValue("given_on", "Enter the day on which notice came: it can't be in the future.")
    last = notice_by(contract)
    if given_on > last:
        sentence = f"Notice had to come by {checks.said(last)}. If an earlier end was agreed, end the contract instead."
        raise BadValue("given_on", sentence)
    contract.notice_given_on = given_on
    contract.save(update_fields=["notice_given_on"])
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def take_notice_back(*, contract_id: UUID, on: date) -> Contract:
    """Notice was taken back: the contract renews again. Raises NotPossible once it has ended, NotThere."""
    contract = locked_contract(contract_id)
    if contract.ends_on < on:
        raise NotPossible(f"This contract ended on {checks.said(contract.ends_on)}. Make a new one.")
    contract.notice_given_on = None
    contract.save(update_fields=["notice_given_on"])
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def add_council(
    *, contract_id: UUID, council_id: UUID, name: str, population: int, is_dedicated: bool = False,
    starts_on: date, ends_on: date | None = None,
) -> ContractCouncil:  # fmt: skip
    """Put a council on a contract from a day on. Raises BadValue, NotThere.

    A council is on one contract at a time, and no month of it is billed yet.
    """
    contract = contract_with_places(contract_id)
    return _join(contract, Joining(council_id, name, population, is_dedicated, starts_on, ends_on))


@transaction.atomic(using=SHARED_ALIAS)
def remove_council(*, place_id: UUID, ends_on: date) -> ContractCouncil:
    """Take a council off a contract: `ends_on` is its last day. `place_id` is the ContractCouncil's.

    Raises BadValue, NotThere.
    """
    place = ContractCouncil.objects.filter(id=place_id).first()
    if place is None:
        raise NotThere("There is no such council on a contract.")
    contract = locked_contract(place.contract_id)
    place.refresh_from_db()
    last = place.ends_on or contract.ends_on
    checks.day("ends_on", ends_on)
    if ends_on < place.starts_on:
        raise BadValue("ends_on", f"It can't leave before it joined, on {checks.said(place.starts_on)}.")
    if ends_on > last:
        raise BadValue("ends_on", f"It leaves on {checks.said(last)} already: choose that day or an earlier one.")
    require_not_billed(contract.id, field="ends_on", first=ends_on + DAY, last=last, ends=True)
    place.ends_on = ends_on
    place.save(update_fields=["ends_on"])
    return place


def notice_by(contract: Contract) -> date:
    """The last day on which notice can be given before the contract renews."""
    return contract.ends_on - timedelta(days=contract.notice_days)


def _join(contract: Contract, joining: Joining) -> ContractCouncil:
    """Put a council on a contract. Whoever calls holds the places."""
    name = checks.line("name", joining.name, most=100, missing="Enter the council's name as it stands on invoices.")
    population = checks.whole("population", joining.population, least=1, most=MOST_PEOPLE)
    first, last = joining.starts_on or contract.starts_on, joining.ends_on
    checks.days("starts_on", first, "ends_on", last, "it")
    if not contract.starts_on <= first <= contract.ends_on:
        days = f"from {checks.said(contract.starts_on)} to {checks.said(contract.ends_on)}"
        raise BadValue("starts_on", f"The contract runs {days}: choose a day of that.")
    if last and last > contract.ends_on:
        raise BadValue(
            "ends_on", f"The contract ends on {checks.said(contract.ends_on)}: choose that day or leave it out."
        )
    require_not_billed(contract.id, field="starts_on", first=first, last=last, ends=False)
    require_no_overlap(joining.council_id, Period(first, last or contract.ends_on), field="council_id")
    return ContractCouncil.objects.create(
        contract=contract, council_id=joining.council_id, name=name, population=population,
        is_dedicated=joining.is_dedicated, starts_on=first, ends_on=last,
    )  # fmt: skip


def _require_dates(starts_on: date, ends_on: date) -> None:
    checks.days("starts_on", starts_on, "ends_on", ends_on, "the contract")
    if ends_on >= add_months(starts_on, MOST_MONTHS * 2):
        raise BadValue("ends_on", "A contract runs for twenty years at most.")


def _put_terms(
    contract: Contract, renews_months: int, notice_days: int, billed_every: int, payment_days: int | None,
    held_book: UUID | None, terms: str,
) -> None:  # fmt: skip
    contract.renews_months = checks.whole("renews_months", renews_months, least=0, most=MOST_MONTHS)
    contract.notice_days = checks.whole("notice_days", notice_days, least=0, most=MOST_NOTICE)
    if billed_every not in EVERY:
        raise BadValue("billed_every", "Choose every month, every three months or once a year.")
    contract.billed_every = billed_every
    contract.payment_days = (
        None if payment_days is None else checks.whole("payment_days", payment_days, least=0, most=MOST_PAYMENT_DAYS)
    )
    if held_book:
        book = PriceBook.objects.filter(id=held_book).first()
        if book is None or book.currency != contract.entity.currency:
            raise BadValue("held_book", f"Choose a price book in {contract.entity.currency}.")
    contract.held_book_id = held_book
    contract.terms = checks.passage("terms", terms, most=600)
