"""Retrieving clients: by index, in one statement, and never somebody who may not be found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core import clock
from core.people.actions import remember_opened
from core.people.errors import ClientNotFound
from core.people.models import Client, ClientIdentifier
from core.people.parsing import parse_search
from core.people.queries import Reach, candidates, client_record, client_records, look_alikes, recent_clients
from core.people.ranking import rank
from core.people.records import ClientDetails
from tests.factories import make_client, make_user

TODAY = date(2026, 11, 22)
OPEN = Reach(("none",))


def search(text):
    return parse_search(text, country="GB", today=TODAY, kinds=("nhs_number",))


def retrieved(text, reach=OPEN):
    return {one.id for one in candidates(search(text), reach)}


@pytest.mark.parametrize(
    ("typed", "given_name", "family_name"),
    [
        ("amy smith", "Amy", "Smith"), ("smith", "Amy", "Smith"), ("smi", "Amy", "Smith"), ("smtih", "Amy", "Smith"),
        ("amy smtih", "Amy", "Smith"), ("jhon", "John", "Smith"), ("jon smith", "John", "Smith"), ("amy jane smith", "Amy", "Smith"),
        ("liz walker", "Elizabeth", "Walker"), ("shivaun", "Siobhán", "Byrne"), ("oliver jnes", "Oliver", "Jones"),
        ("christoper", "Christopher", "Hall"), ("msith amy", "Amy", "Smith"), ("amelia thornbruyy", "Amelia", "Thornbury"), ("o'brien", "Ann", "O’Brien"),
    ],
)  # fmt: skip
def test_a_client_is_retrieved_and_ranked_despite_slips_and_short_forms(in_amber, typed, given_name, family_name):
    wanted = make_client(given_name, family_name)
    make_client("Quentin", "Plumb")
    parsed = search(typed)
    assert [one.record.id for one in rank(parsed, candidates(parsed, OPEN), today=TODAY)] == [wanted.id]


def test_a_client_is_retrieved_by_date_postcode_phone_and_identifier(in_amber):
    client = make_client("Amy", "Smith", born=date(2015, 4, 3), postcode="WS13 8PJ", phone="+447700900123")
    ClientIdentifier.objects.create(client=client, kind="nhs_number", value="9434765919")
    make_client("Quentin", "Plumb", born=date(1960, 1, 1))
    for typed in ("3/4/2015", "4/3/2015", "ws138pj", "07700 900123", "943 476 5919"):
        assert retrieved(typed) == {client.id}, typed


def test_a_removed_and_a_shielded_client_are_never_retrieved(in_amber):
    make_client("Amy", "Smith", removed_at=clock.now())
    make_client("Amy", "Smith", shield="shielded")
    make_client("Amy", "Smith", shield="new_identity")
    for typed in ("amy smith", "smith", "3/4/2018", "amy smith 3/4/2018"):
        assert retrieved(typed) == set()


def test_a_closed_reach_retrieves_ones_own_and_exact_strangers_alone(in_amber):
    own = make_client("Amy", "Smith", born=date(2014, 1, 1))
    stranger = make_client("Amy", "Smith", born=date(2015, 4, 3))
    reach = Reach(("none",), frozenset({own.id}), only_own=True)
    assert retrieved("amy smith", reach) == {own.id}
    assert retrieved("smith", reach) == {own.id}
    assert retrieved("3/4/2015", reach) == set()
    assert retrieved("amy smith 3/4/2015", reach) == {own.id, stranger.id}


def test_ones_own_clients_come_first_however_common_the_name(in_amber):
    Client.objects.bulk_create(
        Client(given_name="Amy", family_name="Smith", search_key=" amy smith ", created_at=clock.now())
        for _ in range(130)
    )
    own = make_client("Amy", "Smith")
    assert candidates(search("amy smith"), Reach(("none",), frozenset({own.id})))[0].id == own.id


@pytest.mark.parametrize(
    "typed", ["amy smith 3/4/2015", "smith", "ws13 8pj", "943 476 5919", "amy jane mary anne smith"]
)
def test_retrieving_is_one_statement(in_amber, django_assert_num_queries, typed):
    make_client("Amy", "Smith")
    with django_assert_num_queries(1):
        candidates(search(typed), OPEN)


def test_a_search_uses_the_indexes(in_amber):
    from django.db import connection

    Client.objects.bulk_create(
        Client(given_name=f"Nn{n}", family_name=f"Ff{n}", search_key=f" nn{n} ff{n} ", created_at=clock.now())
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        from core.people.queries import _ways

        for way in _ways(
            Client.objects.filter(removed_at=None, shield__in=("none",)), search("amelia smith 3/4/2015"), OPEN, 120
        ):
            assert "Seq Scan" not in way.explain()


def test_nothing_typed_retrieves_nobody_and_asks_nothing(in_amber, django_assert_num_queries):
    make_client("Amy", "Smith")
    with django_assert_num_queries(0):
        assert candidates(search("2015"), OPEN) == ()
        assert candidates(search("amy"), Reach(())) == ()


def test_look_alikes_are_found_for_a_description(in_amber):
    listed = make_client("Amelia", "Smyth", born=date(2015, 4, 3))
    make_client("Quentin", "Plumb")
    described = ClientDetails("Amelia", "Smith", birth_date=date(2015, 4, 3))
    assert {one.id for one in look_alikes(described, OPEN)} == {listed.id}


def test_recent_clients_stand_latest_first_and_the_removed_are_left_out(in_amber):
    user = make_user()
    first, second, gone, hidden = (make_client() for _ in range(4))
    for client in (first, second, gone, hidden, first):
        remember_opened(client_id=client.id, user_id=user.id)
    Client.objects.filter(id=gone.id).update(removed_at=clock.now())
    Client.objects.filter(id=hidden.id).update(shield="shielded")
    assert [one.id for one in recent_clients(user.id)] == [first.id, second.id]
    assert recent_clients(make_user().id) == ()


def test_a_removed_client_has_no_record(in_amber):
    gone = make_client(removed_at=clock.now())
    with pytest.raises(ClientNotFound):
        client_record(gone.id)
    assert client_records([gone.id]) == {}


def test_an_age_grows_older_with_the_years(in_amber):
    noted = clock.today() - timedelta(days=2 * 366)
    client = make_client(born=None, age_from=12, age_to=14, age_noted_on=noted)
    assert client_record(client.id).born_words(noted.replace(year=noted.year + 2)) == "About 14 to 16 years"
