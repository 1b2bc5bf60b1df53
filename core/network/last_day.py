"""The last day on which a publication shows anything: worked out when it is made, so that sight ends by itself.

The earliest of the basis's review day, the consent's own limit, the day before a birthday at which people are asked
anew, and the end of the law relied on. Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from core.consent.pack import Basis, ClientKind
from core.consent.policy import Policy
from core.consent.request import Request
from core.people.models import Client

ONE_DAY: Final = timedelta(days=1)
ASKED_ANEW_AHEAD: Final = timedelta(days=28)
"""From so long before the last day of a publication on, its conversation can be had anew."""


def last_day_of_sight(
    request: Request, *, policy: Policy, client: Client, review_days: int, published_on: date | None = None
) -> date:
    """The last day on which a publication that answers `request` may show anything.

    `review_days` is what the decision says. `published_on` is the day from which they count, where it is not the
    request's own: a question asked again later runs from its first day. It may lie before the request's day: then
    nothing is to be shown any more.
    """
    rules = policy.rules
    basis = rules.basis(request.basis)
    limits = [_later(published_on or request.on, review_days)]
    if basis is not None:
        if basis.effective_to is not None:
            limits.append(basis.effective_to)
        if basis.consenter:
            days = rules.sensitive.consent_days if request.service.is_sensitive else rules.standard_consent_days
            limits.append(_later(request.on, days - request.consent.age_days))
        limits += [day - ONE_DAY for day in asked_anew_on(client, basis, policy, after=published_on or request.on)]
    return min(limits)


def asked_anew_on(client: Client, basis: Basis, policy: Policy, *, after: date) -> Iterator[date]:
    """The next birthday, after a day, at which a line on this basis needs a new conversation; none where age is nothing
    to it. Where the age is not known well, the first day on which it might be that birthday.
    """
    ages = policy.rules.age
    years = set(ages.review_at) if basis.consenter else set()
    if basis.client is ClientKind.CHILD:
        years.add(ages.adult_from)
    coming = [day for age in years for day in _birthdays(client, age) if day > after]
    if coming:
        yield min(coming)


def birthday(born: date, years: int) -> date:
    """The day on which somebody born then is so many years old.

    Who was born on 29 February comes of age on 1 March in other years (as `whole_years` counts, and English and
    Victorian law do).
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _birthdays(client: Client, years: int) -> tuple[date, ...]:
    """The day on which the client is so old: one day; or the first and the last on which it might be; or not known."""
    if client.birth_date is not None:
        return (birthday(client.birth_date, years),)
    noted, youngest, oldest = client.age_noted_on, client.age_from, client.age_to
    if noted is None or youngest is None or oldest is None or youngest >= years:
        return ()
    # Who was `oldest` on the day may have had a birthday on the very next one; who was `youngest`, on that very day.
    first = noted if oldest >= years else birthday(noted, years - oldest - 1) + ONE_DAY
    return first, birthday(noted, years - youngest)


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
