"""Contacts and visits: logged, planned, changed, cancelled, undone; seen exactly with their line."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from core import clock
from core.audit.models import Event
from core.network.errors import InvolvementNotFound
from core.network.models import Involvement
from core.notices.models import Notice
from core.visits import errors
from core.visits.actions import cancel_visit, change_visit, log_contact, plan_visit, undo_cancel, undo_contact
from core.visits.choices import ContactKind
from core.visits.models import Contact, Visit
from core.visits.queries import client_page_for, coming_visits
from tests.factories import make_client, make_involvement, make_publication, make_viewer


@pytest.fixture
def pair(in_amber):
    """Two people on a client's network who see each other's lines."""
    amy, first, second = make_client(), make_viewer(), make_viewer()
    lines = [make_involvement(amy, first), make_involvement(amy, second)]
    for line in lines:
        make_publication(line)
    return amy, first, second, *lines


def tomorrow():
    return clock.today() + timedelta(days=1)


def test_a_contact_is_noted_confirms_the_line_and_is_seen_by_the_other(pair):
    amy, first, second, one, _other = pair
    Involvement.objects.filter(id=one.id).update(
        started_on=clock.today() - timedelta(days=99), confirmed_on=clock.today() - timedelta(days=99)
    )
    log_contact(involvement_id=one.id, kind=ContactKind.PHONE, on=clock.today(), by=first)
    seen = client_page_for(second, amy.id).last_contact
    assert seen.member.practitioner_id == first.id
    assert seen.last_contact.on == clock.today()
    assert Involvement.objects.get(id=one.id).confirmed_on == clock.today()
    assert Event.objects.filter(slug="visits.contact.logged").count() == 1


def test_the_same_tap_sent_twice_is_one_contact(pair):
    _amy, first, _second, one, _other = pair
    made = {
        log_contact(involvement_id=one.id, kind=ContactKind.VISIT, on=clock.today(), by=first).id for _tap in range(2)
    }
    assert len(made) == Contact.objects.count() == 1


def test_nobody_logs_under_someone_elses_line(pair):
    _amy, _first, second, one, _other = pair
    with pytest.raises(InvolvementNotFound):
        log_contact(involvement_id=one.id, kind=ContactKind.PHONE, on=clock.today(), by=second)


@pytest.mark.parametrize(("days", "error"), [(1, errors.ContactInFuture), (-400, errors.ContactTooLongAgo)])
def test_a_contact_is_of_today_or_the_last_year(pair, days, error):
    _amy, first, _second, one, _other = pair
    with pytest.raises(error):
        log_contact(involvement_id=one.id, kind=ContactKind.PHONE, on=clock.today() + timedelta(days=days), by=first)


def test_a_contact_can_be_taken_back_for_ten_minutes(pair):
    amy, first, second, one, _other = pair
    contact = log_contact(involvement_id=one.id, kind=ContactKind.PHONE, on=clock.today(), by=first)
    with pytest.raises(errors.ContactNotFound):
        undo_contact(contact_id=contact.id, by=second)
    undo_contact(contact_id=contact.id, by=first)
    assert client_page_for(second, amy.id).last_contact is None
    late = log_contact(involvement_id=one.id, kind=ContactKind.VISIT, on=clock.today(), by=first)
    Contact.objects.filter(id=late.id).update(created_at=clock.now() - timedelta(minutes=11))
    with pytest.raises(errors.TooLateToUndo):
        undo_contact(contact_id=late.id, by=first)


def test_a_planned_visit_is_seen_and_told_to_those_who_see_its_line(pair):
    amy, first, second, one, _other = pair
    plan_visit(involvement_id=one.id, on=tomorrow(), starts_at=time(14, 30), ends_at=time(15), by=first)
    assert client_page_for(second, amy.id).next_visit.next_visit.starts_at == time(14, 30)
    assert [notice.user_id for notice in Notice.objects.filter(slug="visits.visit.planned")] == [second.user_id]


def test_a_visit_and_a_contact_of_a_hidden_line_are_hidden_with_it(pair):
    amy, first, second, one, other = pair
    hidden = make_viewer()
    line = make_involvement(amy, hidden)
    plan_visit(involvement_id=line.id, on=clock.today(), by=hidden)
    log_contact(involvement_id=line.id, kind=ContactKind.VISIT, on=clock.today(), by=hidden)
    page = client_page_for(first, amy.id)
    assert {shown.member.involvement_id for shown in page.lines} == {one.id, other.id}
    assert page.next_visit is None
    assert page.last_contact is None
    assert not coming_visits(second)
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("days", "window", "error"),
    [
        (-1, (None, None), errors.VisitInPast),
        (800, (None, None), errors.VisitTooFarAhead),
        (1, (time(15), time(14)), errors.VisitEndsBeforeStart),
        (1, (None, time(14)), errors.VisitEndsBeforeStart),
    ],
)
def test_a_visit_is_of_a_day_to_come_and_ends_after_it_starts(pair, days, window, error):
    _amy, first, _second, one, _other = pair
    with pytest.raises(error):
        plan_visit(
            involvement_id=one.id,
            on=clock.today() + timedelta(days=days),
            starts_at=window[0],
            ends_at=window[1],
            by=first,
        )
    assert not Visit.objects.exists()


def test_the_same_visit_sent_twice_is_one(pair):
    _amy, first, _second, one, _other = pair
    made = {plan_visit(involvement_id=one.id, on=tomorrow(), starts_at=time(9), by=first).id for _time in range(2)}
    assert len(made) == Visit.objects.count() == 1


def test_two_who_change_one_visit_lose_nothing(pair):
    _amy, first, second, one, _other = pair
    visit = plan_visit(involvement_id=one.id, on=tomorrow(), by=first)
    changed = change_visit(visit_id=visit.id, version=1, on=tomorrow() + timedelta(days=1), by=first)
    with pytest.raises(errors.VisitChangedMeanwhile) as meanwhile:
        change_visit(visit_id=visit.id, version=1, on=tomorrow() + timedelta(days=5), by=first)
    assert meanwhile.value.theirs.on == changed.on
    with pytest.raises(errors.VisitNotFound):
        change_visit(visit_id=visit.id, version=2, on=tomorrow(), by=second)


def test_a_cancelled_visit_is_gone_and_can_be_put_back(pair):
    amy, first, second, one, _other = pair
    visit = plan_visit(involvement_id=one.id, on=tomorrow(), by=first)
    cancel_visit(visit_id=visit.id, by=first)
    assert client_page_for(second, amy.id).next_visit is None
    undo_cancel(visit_id=visit.id, by=first)
    assert client_page_for(second, amy.id).next_visit is not None
    cancel_visit(visit_id=visit.id, by=first)
    Visit.objects.filter(id=visit.id).update(cancelled_at=clock.now() - timedelta(minutes=11))
    with pytest.raises(errors.TooLateToUndo):
        undo_cancel(visit_id=visit.id, by=first)
