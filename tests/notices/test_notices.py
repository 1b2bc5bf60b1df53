"""Notices: each person is told once, and reads their own alone."""

from __future__ import annotations

import pytest

from core.notices.actions import mark_read, tell
from core.notices.queries import notices_for, unread_count
from tests.factories import make_client, make_user, make_viewer


@pytest.mark.usefixtures("in_amber")
def test_each_person_is_told_once_and_by_whom():
    by, client, user = make_viewer(), make_client(), make_user()
    tell([user.id, user.id], "network.member.joined", client_id=client.id, by=by, detail={"service": "x"})
    [line] = notices_for(user)
    assert (line.slug, line.client_id, line.by_name, line.detail) == (
        "network.member.joined",
        client.id,
        by.name,
        {"service": "x"},
    )
    assert not line.is_read


@pytest.mark.usefixtures("in_amber")
def test_reading_counts_down_and_touches_nobody_else_s():
    user, other = make_user(), make_user()
    tell([user.id, other.id], "visits.visit.planned")
    tell([user.id], "visits.visit.changed")
    assert unread_count(user) == 2
    theirs = notices_for(other)[0].id
    assert mark_read(user=user, notice_ids=[theirs]) == 0
    assert mark_read(user=user, notice_ids=[notices_for(user)[0].id]) == 1
    assert mark_read(user=user) == 1
    assert (unread_count(user), unread_count(other)) == (0, 1)


@pytest.mark.usefixtures("in_amber")
def test_one_query_reads_them_and_one_counts_them(django_assert_num_queries):
    user = make_user()
    for _notice in range(3):
        tell([user.id], "visits.visit.planned")
    with django_assert_num_queries(1):
        assert len(notices_for(user)) == 3
    with django_assert_num_queries(1):
        assert unread_count(user) == 3
