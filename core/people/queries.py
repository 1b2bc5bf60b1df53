"""Reading clients. Plain records come back, never querysets; who may see whom is decided above, in the network."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, FloatField, Func, IntegerField, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

from core import clock
from core.people import patterns
from core.people.choices import Shield
from core.people.errors import ClientNotFound
from core.people.identity import ApproximateAge
from core.people.keys import postcode_key
from core.people.models import Client, ClientIdentifier, RecentClient
from core.people.names import fold_tokens
from core.people.parsing import ParsedSearch, exchanged
from core.people.records import NOTHING, ClientDetails, ClientRecord

_BY_IDENTIFIER, _PROTECTED = 0, -1
MOST_CANDIDATES = 120
"""Rows one search retrieves at most from each way of looking; ranking chooses among them."""

MOST_RECENT = 8
RECENT_FOR = timedelta(days=90)
MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """Among whom to look: clients of these shield levels; `own` come first, and `only_own` leaves the others out.

    With `only_own`, somebody else is still retrieved where the full name and exact birth date, or an identifier, were
    typed: whether that is enough is for the caller to say. People of a `protected` level are retrieved by every word of
    the name with the exact birth date, and by nothing else. Nobody of `without` ever is.
    """

    shields: tuple[str, ...]
    own: frozenset[UUID] = frozenset()
    only_own: bool = False
    protected: tuple[str, ...] = ()
    without: frozenset[UUID] = frozenset()


class AnyLike(Func):
    """Whether the search key is LIKE any of some patterns: Django's lookups would escape their gaps.

    Alternatives joined by OR, since an index on trigrams does not serve `LIKE ANY`.
    """

    output_field = BooleanField()

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__(F("search_key"))
        self.wanted = wanted

    def as_sql(  # type: ignore[override]  # Func's own takes more, for templates that this has none of
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str, ...]]:
        """One condition a pattern; the patterns are parameters."""
        del connection
        column, _none = compiler.compile(self.get_source_expressions()[0])
        return "(" + " OR ".join([f"{column} LIKE %s"] * len(self.wanted)) + ")", self.wanted


def candidates(parsed: ParsedSearch, reach: Reach, *, limit: int = MOST_CANDIDATES) -> tuple[ClientRecord, ...]:
    """The clients who may fit what was typed, in one statement: never one removed, closed, or of another shield level.

    Nothing is said of how well they fit: `ranking.rank` does. Without a name, date, postcode, phone or identifier
    nobody is retrieved, and no statement run.
    """
    if parsed.is_empty or not reach.shields:
        return ()
    everyone = Client.objects.filter(removed_at=None, closed_on=None)
    if reach.without:
        everyone = everyone.exclude(id__in=reach.without)
    listed = everyone.filter(shield__in=reach.shields)
    ways = _ways(listed, parsed, reach, limit)
    exact = _every_word(parsed, patterns.exactly)
    if reach.protected and parsed.birth_date and exact:
        alone = everyone.filter(exact, shield__in=reach.protected, birth_date=parsed.birth_date)
        ways.insert(0, _way(alone, _PROTECTED, limit))
    # PostgreSQL takes one way after the other and stops when there are enough: a common name never costs the slowest.
    rows = ways[0].union(*ways[1:], all=True)[: limit + len(ways)] if len(ways) > 1 else ways[0]
    found: dict[UUID, ClientRecord] = {}
    for row in rows:
        # The way says that an identifier led here, so that no second statement has to ask which.
        by_number = vars(row)["way"] == _BY_IDENTIFIER
        found.setdefault(row.id, record_of(row, dict(parsed.identifiers) if by_number else NOTHING))
    return tuple(found.values())


def _ways(listed: QuerySet[Client], parsed: ParsedSearch, reach: Reach, limit: int) -> list[QuerySet[Client]]:
    """The ways of looking, the surest first: each has an index to go by, and stops at `limit`."""
    exact, near = _every_word(parsed, patterns.exactly), _every_word(parsed, patterns.nearly)
    by_date, by_place = _by_date(parsed), _by_place(parsed)
    mine = Q(id__in=reach.own)
    ways = [Q(id__in=_holders(parsed))] if parsed.identifiers else []
    if reach.only_own:
        ways += [mine & way for way in (by_date, by_place, near) if way]
        ways += [Q(birth_date=parsed.birth_date) & exact] if parsed.birth_date and exact else []
        ways = ways or [Q(id__in=())]
    else:
        ways += [mine & near] if near and reach.own else []
        ways += [way for way in (by_date, by_place, exact, _every_word(parsed, patterns.short)) if way]
        if len(parsed.words) == 1 and patterns.beginning(parsed.words[0]):
            ways.append(Q(AnyLike(patterns.beginning(parsed.words[0]))))
    found = [_way(listed.filter(way), number, limit) for number, way in enumerate(ways, 0 if parsed.identifiers else 1)]
    if near and not reach.only_own:
        found.append(_way(_likest_first(listed.filter(near), parsed), len(found) + 1, limit))
    return found


def _way(listed: QuerySet[Client], number: int, limit: int) -> QuerySet[Client]:
    return listed.annotate(way=Value(number, output_field=IntegerField()))[:limit]


def _likest_first(listed: QuerySet[Client], parsed: ParsedSearch) -> QuerySet[Client]:
    likeness = sum(
        (TrigramWordSimilarity(word, "search_key") for word in _telling(parsed)),
        start=Value(0.0, output_field=FloatField()),
    )
    return listed.order_by(likeness.desc())


def _telling(parsed: ParsedSearch) -> tuple[str, ...]:
    """The words that tell most, the longest: more would cost time and find nobody else."""
    return tuple(sorted(parsed.words, key=len, reverse=True)[:MOST_WORDS])


def _every_word(parsed: ParsedSearch, made: Callable[[str], tuple[str, ...]]) -> Q:
    """Every word fits; of three, two: a middle name may not be listed. Nothing (false) without a word."""
    words = [Q(AnyLike(made(word))) for word in _telling(parsed)]
    if len(words) <= 2:
        return reduce(and_, words, Q())
    return reduce(or_, (one & other for one, other in itertools.combinations(words, 2)))


def _by_date(parsed: ParsedSearch) -> Q:
    """Born on the day typed, or on the one with day and month exchanged; and a word of a typed name fits."""
    days = [day for day in (parsed.birth_date, parsed.other_birth_date) if day is not None]
    if not days:
        return Q()
    words = [Q(AnyLike(patterns.nearly(word))) for word in _telling(parsed)]
    return Q(birth_date__in=days) & (reduce(or_, words) if words else Q())


def _by_place(parsed: ParsedSearch) -> Q:
    by_postcode = Q(postcode_key=postcode_key(parsed.postcode)) if parsed.postcode else Q()
    by_phone = Q(phone=parsed.phone) & ~Q(phone="") if parsed.phone else Q()
    return by_postcode | by_phone


def _holders(parsed: ParsedSearch) -> QuerySet[ClientIdentifier, UUID]:
    numbers = reduce(or_, (Q(kind=kind, value=value) for kind, value in parsed.identifiers))
    return ClientIdentifier.objects.filter(numbers).values_list("client_id", flat=True)


def look_alikes(details: ClientDetails, reach: Reach, *, limit: int = MOST_CANDIDATES) -> tuple[ClientRecord, ...]:
    """The clients who may be the person described, in one statement: for comparing field by field."""
    typed = ParsedSearch(
        words=tuple(dict.fromkeys((*fold_tokens(details.given_name), *fold_tokens(details.family_name)))),
        given=details.given_name,
        family=details.family_name,
        birth_date=details.birth_date,
        other_birth_date=exchanged(details.birth_date, clock.today()),
        postcode=details.postcode,
        phone=details.phone,
    )
    return candidates(typed, reach, limit=limit)


def client_record(client_id: UUID, *, with_identifiers: bool = False) -> ClientRecord:
    """One listed client. Raises ClientNotFound for none, and for one who was removed. One or two statements."""
    row = Client.objects.filter(id=client_id, removed_at=None).first()
    if row is None:
        raise ClientNotFound
    numbers = dict(ClientIdentifier.objects.filter(client=row).values_list("kind", "value")) if with_identifiers else {}
    return record_of(row, numbers)


def client_records(client_ids: Collection[UUID]) -> dict[UUID, ClientRecord]:
    """Listed clients by id, in one statement; those who were removed are left out."""
    rows = Client.objects.filter(id__in=list(client_ids), removed_at=None)
    return {row.id: record_of(row) for row in rows}


def recent_clients(user_id: UUID, *, limit: int = MOST_RECENT) -> tuple[ClientRecord, ...]:
    """The clients whose page this user opened last, the latest first; never one who was removed or is shielded."""
    rows = (
        RecentClient.objects.filter(user_id=user_id, opened_at__gte=clock.now() - RECENT_FOR)
        .filter(client__removed_at=None, client__closed_on=None, client__shield=Shield.NONE)
        .select_related("client")
        .order_by("-opened_at")[:limit]
    )
    return tuple(record_of(row.client) for row in rows)


def record_of(row: Client, identifiers: Mapping[str, str] = NOTHING) -> ClientRecord:
    """A client's row as a plain record."""
    return ClientRecord(
        id=row.id,
        details=ClientDetails(
            given_name=row.given_name,
            middle_names=row.middle_names,
            family_name=row.family_name,
            known_as=row.known_as,
            former_family_name=row.former_family_name,
            birth_date=row.birth_date,
            approximate_age=_age_of(row),
            address=row.address,
            postcode=row.postcode,
            phone=row.phone,
        ),
        version=row.version,
        shield=row.shield,
        identifiers=identifiers,
    )


def _age_of(row: Client) -> ApproximateAge | None:
    if row.age_from is None or row.age_to is None or row.age_noted_on is None:
        return None
    return ApproximateAge(row.age_from, row.age_to, row.age_noted_on)
