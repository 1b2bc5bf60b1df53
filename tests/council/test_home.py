"""My clients and my notices: what is listed, in which order, for whom, in how many statements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.accounts.models import User
from core.audit.models import Event
from core.council.queries import Filters, home_for, notices_shown_to
from core.network.models import Involvement, NetworkInvitation, PublicationRecipient
from core.notices.actions import tell
from core.notices.models import Notice
from core.visits.models import Visit
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.counting import own_statements


def names(page):
    return [line.client for line in page.lines]


def test_my_clients_by_surname_and_nobody_elses(in_amber):
    me, other = make_viewer(), make_viewer()
    for surname in ("Zed", "Able"):
        make_involvement(make_client("Amy", surname), me)
    make_involvement(make_client("Amy", "Theirs"), other)
    make_involvement(make_client("Amy", "Gone"), me, ended_on=clock.today(), end_reason="need_met")
    make_involvement(make_client("Amy", "Removed", removed_at=clock.now()), me)
    assert names(home_for(me, Filters())) == ["ABLE, Amy", "ZED, Amy"]


def test_a_manager_may_look_at_the_teams(in_amber):
    service = make_service()
    manager, worker = make_viewer(service, roles=("practitioner", "manager")), make_viewer(service)
    make_involvement(make_client("Amy", "Team"), worker)
    make_involvement(make_client("Amy", "Elsewhere"), make_viewer())
    assert names(home_for(manager, Filters())) == []
    assert names(home_for(manager, Filters(is_team=True))) == ["TEAM, Amy"]
    assert names(home_for(worker, Filters(is_team=True))) == ["TEAM, Amy"]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("all", ["ENDING, Amy", "FRESH, Amy", "STALE, Amy", "VISITED, Amy"]),
        ("anew", ["ENDING, Amy"]),
        ("stale", ["STALE, Amy"]),
        ("unrecorded", ["FRESH, Amy"]),
        ("visits", ["VISITED, Amy"]),
    ],
)
def test_the_filters_narrow_the_list_and_their_counts_agree(in_amber, show, expected):
    me = make_viewer()
    make_involvement(make_client("Amy", "Fresh"), me)
    stale = make_involvement(make_client("Amy", "Stale"), me, started_on=clock.today() - timedelta(days=91))
    visited = make_involvement(make_client("Amy", "Visited"), me, started_on=clock.today() - timedelta(days=90))
    make_publication(stale)
    make_publication(visited)
    make_publication(make_involvement(make_client("Amy", "Ending"), me), days=28)
    Visit.objects.create(client=visited.client, involvement=visited, on=clock.today(), created_at=clock.now())
    page = home_for(me, Filters(show=show))
    assert names(page) == expected
    assert page.counts[show] == len(expected)


def test_a_list_is_shown_25_a_page(in_amber):
    me = make_viewer()
    for number in range(26):
        make_involvement(make_client("Amy", f"Lane{number:02}"), me)
    first, second = home_for(me, Filters()), home_for(me, Filters(page=2))
    assert (len(first.lines), first.has_more) == (25, True)
    assert (names(second), second.has_more) == (["LANE25, Amy"], False)


@pytest.mark.parametrize("size", [1, 12])
def test_home_takes_as_many_statements_for_few_as_for_many(amber, site, size):
    with inside(amber):
        me = make_viewer()
        for _number in range(size):
            line = make_involvement(make_client(), me)
            Visit.objects.create(client=line.client, involvement=line, on=clock.today(), created_at=clock.now())
    site.sign_in(me)
    with own_statements() as own:
        assert site.get("/?show=nonsense&service=nonsense&page=-3").status_code == 200
    assert len(own) == 10, "\n".join(own)  # two for messages passed on and for standing in
    with inside(amber):
        assert len(Event.objects.get(slug="council.clients.listed").detail["clients"]) == size


def test_home_says_what_to_do_when_one_has_nobody(amber, site):
    with inside(amber):
        me = make_viewer()
    page = site.sign_in(me).get("/").content.decode()
    assert "You are on nobody" in page
    assert "Find a client" in page


def test_someone_without_a_card_sees_no_client_and_is_told_why(amber, site):
    from tests.factories import make_user

    with inside(amber):
        officer, admin = make_user(roles=("ig_officer",)), make_user(roles=("council_admin",))
    assert "You see no clients here" in site.sign_in(officer).get("/").content.decode()
    page = site.sign_in(admin).get("/").content.decode()
    assert "You see no clients here" not in page
    assert "/staff" in page


def test_a_waiting_invitation_stands_on_the_home_page_until_it_is_answered(amber, site):
    with inside(amber):
        me, other, amy = make_viewer(), make_viewer(), make_client("Amy", "Evans")
        invitation = NetworkInvitation.objects.create(
            client=amy, practitioner_id=me.id, invited_by_id=other.id, created_at=clock.now()
        )
    site.sign_in(me)
    assert "EVANS, Amy" in site.get("/").content.decode()
    site.post(f"/invitations/{invitation.id}", {"answer": "no"})
    assert "EVANS, Amy" not in site.get("/").content.decode()


def told_about(line, viewer):
    tell([viewer.user_id], "network.member.joined", client_id=line.client_id, detail={"involvement": str(line.id)})


def test_a_notice_names_the_client_to_who_still_sees_the_line_and_to_nobody_else(in_amber):
    me, other, amy = make_viewer(), make_viewer(), make_client("Amy", "Evans")
    make_involvement(amy, me)
    line = make_involvement(amy, other)
    publication = make_publication(line)
    told_about(line, me)
    user = Notice.objects.get().user
    (shown,) = notices_shown_to(me, user)
    assert (shown.client, shown.client_id) == ("Amy Evans", amy.id)
    PublicationRecipient.objects.filter(publication=publication).delete()
    (hidden,) = notices_shown_to(me, user)
    assert hidden.client == ""
    assert hidden.client_id is None
    assert "joined" not in hidden.text


def test_a_notice_of_a_client_that_became_shielded_names_nobody(in_amber):
    me, amy = make_viewer(), make_client("Amy", "Evans")
    tell([me.user_id], "network.colleague.invited", client_id=amy.id)
    amy.shield = "shielded"
    amy.save()
    (hidden,) = notices_shown_to(me, Notice.objects.get().user)
    assert hidden.client_id is None


def test_notices_are_listed_and_marked_as_read_and_only_ones_own(amber, site):
    with inside(amber):
        me, other, amy = make_viewer(), make_viewer(), make_client("Amy", "Evans")
        line = make_involvement(amy, me)
        told_about(line, me)
        told_about(line, other)
    site.sign_in(me)
    assert "Amy Evans" in site.get("/notices").content.decode()
    site.post("/notices/read", {"notice": "nonsense"})
    with inside(amber):
        assert Notice.objects.filter(read_at=None).count() == 2
        theirs = Notice.objects.get(user_id=other.user_id)
    site.post("/notices/read", {"notice": str(theirs.id)})
    site.post("/notices/read")
    with inside(amber):
        assert Notice.objects.get(read_at=None).user_id == other.user_id
        assert Involvement.objects.count() == 1


@pytest.mark.parametrize("roles", [("council_admin",), ("auditor", "ig_officer")])
def test_someone_whose_role_sees_no_client_sees_none_even_with_a_card_and_open_lines(amber, site, roles):
    with inside(amber):
        me, amy = make_viewer(roles=("practitioner",)), make_client("Amelia", "Hartwell")
        make_involvement(amy, me)
        tell([me.user_id], "network.conversation.due", client_id=amy.id)
    site.sign_in(me)
    assert "HARTWELL" in site.get("/").content.decode()
    assert "Hartwell" in site.get("/notices").content.decode()
    with inside(amber):
        User.objects.filter(id=me.user_id).update(roles=list(roles))
    page = site.get("/")
    assert page.status_code == 200
    assert "HARTWELL" not in page.content.decode()
    told = site.get("/notices")
    assert told.status_code == 200
    assert "hartwell" not in told.content.decode().lower()
