"""Where the pack's search is closed, a client's page opens only to those who support them or are invited."""

from __future__ import annotations

from core import clock
from core.network.models import NetworkInvitation
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_service, make_viewer
from tests.factories.site import Site


def test_a_page_opens_to_its_own_and_to_the_invited_and_is_not_there_for_anyone_else(coral):
    with inside(coral):
        own, invited, stranger = (make_viewer(make_service(statuses=["ise"])) for _ in range(3))
        client = make_client(known_as="Milly")
        make_involvement(client, own)
        NetworkInvitation.objects.create(
            client=client, practitioner_id=invited.id, invited_by_id=own.id, created_at=clock.now()
        )
    page = f"/clients/{client.id}"
    assert Site(coral).sign_in(own).get(page).status_code == 200
    assert Site(coral).sign_in(invited).get(page).status_code == 200
    refused = Site(coral).sign_in(stranger).get(page)
    assert refused.status_code == 404
    assert refused.content == Site(coral).sign_in(stranger).get("/clients/6f1f9e7e-0000-4000-8000-000000000000").content


def test_whoever_knows_the_person_may_still_say_that_they_support_them(coral):
    with inside(coral):
        stranger = make_viewer(make_service(statuses=["ise"]))
        client = make_client()
    assert Site(coral).sign_in(stranger).get(f"/clients/{client.id}/join").status_code == 200


def test_the_same_page_opens_to_a_stranger_where_search_is_open(amber):
    with inside(amber):
        stranger, client = make_viewer(), make_client()
    assert Site(amber).sign_in(stranger).get(f"/clients/{client.id}").status_code == 200
