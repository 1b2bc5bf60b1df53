"""Adding, changing and taking back a client; keys; and what is written of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine

from core import clock
from core.audit.models import Event
from core.people.actions import change_client, create_client, remove_client, set_identifiers
from core.people.errors import ClientChanged, ClientNotFound, TooLateToUndo
from core.people.models import Client, ClientIdentifier
from core.people.records import ClientDetails
from tests.factories import make_client, make_viewer

AMY = ClientDetails("Amy", "Smith-Łukasz", birth_date=date(2015, 4, 3), postcode="WS13 8PJ", phone="+447700900123")


def test_a_client_is_listed_with_its_keys_and_an_event(in_amber):
    viewer = make_viewer()
    client, is_new = create_client(client_id=uuid4(), details=AMY, by=viewer)
    assert is_new
    kept = Client.objects.get(id=client.id)
    assert kept.search_key == " amy smith lukasz "
    assert kept.postcode_key == "WS138PJ"
    assert kept.created_by_id == viewer.id
    event = Event.objects.get(slug="people.client.created", client_id=client.id)
    assert event.actor_id == viewer.id
    assert "Amy" not in str(event.detail)


def test_the_same_id_again_lands_on_the_same_client(in_amber):
    viewer, wanted = make_viewer(), uuid4()
    first, _new = create_client(client_id=wanted, details=AMY, by=viewer)
    again, is_new = create_client(client_id=wanted, details=AMY, by=viewer)
    assert (again.id, is_new) == (first.id, False)
    assert Event.objects.filter(slug="people.client.created", client_id=wanted).count() == 1


def test_somebody_elses_id_is_not_used_and_tells_nothing(in_amber):
    theirs = make_client()
    mine, is_new = create_client(client_id=theirs.id, details=AMY, by=make_viewer())
    assert is_new
    assert mine.id != theirs.id
    assert Client.objects.get(id=theirs.id).given_name == theirs.given_name


def test_a_change_is_kept_with_new_keys_and_the_names_of_its_fields_alone(in_amber):
    viewer = make_viewer()
    client, _new = create_client(client_id=uuid4(), details=AMY, by=viewer)
    changed = change_client(client_id=client.id, version=1, details=replace(AMY, family_name="Plumb"), by=viewer)
    assert (changed.version, changed.search_key) == (2, " amy plumb ")
    event = Event.objects.get(slug="people.client.changed", client_id=client.id)
    assert event.detail == {"fields": ["family_name"]}


def test_a_change_to_an_older_version_is_refused_and_shows_both(in_amber):
    viewer = make_viewer()
    client, _new = create_client(client_id=uuid4(), details=AMY, by=viewer)
    change_client(client_id=client.id, version=1, details=replace(AMY, given_name="Amelia"), by=viewer)
    with pytest.raises(ClientChanged) as conflict:
        change_client(client_id=client.id, version=1, details=replace(AMY, given_name="Aimee"), by=viewer)
    assert conflict.value.theirs.details.given_name == "Amelia"
    assert conflict.value.theirs.version == 2
    assert conflict.value.yours.given_name == "Aimee"
    assert Client.objects.get(id=client.id).given_name == "Amelia"


def test_a_change_that_changes_nothing_writes_nothing(in_amber):
    viewer = make_viewer()
    client, _new = create_client(client_id=uuid4(), details=AMY, by=viewer)
    assert change_client(client_id=client.id, version=1, details=AMY, by=viewer).version == 1
    assert not Event.objects.filter(slug="people.client.changed", client_id=client.id).exists()


def test_a_client_is_taken_back_within_ten_minutes_by_who_added_them_alone(in_amber):
    viewer, other = make_viewer(), make_viewer()
    client, _new = create_client(client_id=uuid4(), details=AMY, by=viewer)
    with pytest.raises(TooLateToUndo):
        remove_client(client_id=client.id, by=other)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False), pytest.raises(TooLateToUndo):
        remove_client(client_id=client.id, by=viewer)
    remove_client(client_id=client.id, by=viewer)
    assert Client.objects.get(id=client.id).removed_at is not None
    with pytest.raises(ClientNotFound):
        remove_client(client_id=client.id, by=viewer)


def test_identifiers_are_set_and_taken_away_by_kind(in_amber):
    viewer, client = make_viewer(), make_client()
    set_identifiers(client=client, values={"nhs_number": "9434765919"}, by=viewer)
    set_identifiers(client=client, values={"nhs_number": "9434765919"}, by=viewer)
    assert ClientIdentifier.objects.get(client=client).value == "9434765919"
    set_identifiers(client=client, values={"nhs_number": ""}, by=viewer)
    assert not ClientIdentifier.objects.filter(client=client).exists()
    events = Event.objects.filter(slug="people.identifier.set", client_id=client.id)
    assert [event.detail for event in events] == [{"kinds": ["nhs_number"]}] * 2


def test_two_clients_may_hold_one_number_so_that_typing_it_tells_nothing(in_amber):
    viewer, hidden, mine = make_viewer(), make_client(shield="shielded"), make_client()
    set_identifiers(client=hidden, values={"nhs_number": "9434765919"}, by=viewer)
    set_identifiers(client=mine, values={"nhs_number": "9434765919"}, by=viewer)
    assert ClientIdentifier.objects.filter(value="9434765919").count() == 2
