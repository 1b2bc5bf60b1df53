"""Exit copies on the council's side: two people, a second factor proved anew, a recorded fetch, and a store that is away."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import override_settings
from django.urls import reverse

from core import clock
from core.accounts.choices import Role
from core.exchange.actions import exit_copies
from infra.files import store_at
from tenants.context import inside
from tenants.exit_copy.layout import CopyNotPossible
from tenants.exit_copy.step import path_of
from tenants.files import FilesAway, council_files
from tests.factories import make_viewer
from tests.factories.site import Site

MADE = {"files": [{"name": "x", "bytes": 5, "sha256": "a" * 64}], "rows": 1234, "tables": 60}


@pytest.fixture(autouse=True)
def _store(tmp_path):
    with override_settings(STORAGES={"councils": store_at(tmp_path.as_uri(), tmp_path), **PAGES}):
        yield


PAGES = {"staticfiles": {"BACKEND": "config.static.HashedFiles"}}


@pytest.fixture
def people(amber):
    with inside(amber):
        return make_viewer(roles=(Role.COUNCIL_ADMIN.value,)), make_viewer(roles=(Role.IG_OFFICER.value,))


def copies():
    from core.exchange.models import ExitCopy

    return ExitCopy.objects


def ready(amber, *, asked_by=None, days: int = 14):
    """A copy whose file is there."""
    with inside(amber):
        copy = copies().create(
            state="ready", asked_at=clock.now(), asked_by_id=asked_by, sha256="a" * 64, size=5, rows=1234,
            ready_at=clock.now(), expires_at=clock.now() + timedelta(days=days),
        )  # fmt: skip
    council_files(amber).save(path_of(copy.id), io.BytesIO(b"whole"))
    return copy


def fetch(site, copy_id):
    return site.post(reverse("exchange:fetch_exit_copy", args=[copy_id]))


def events(slug: str) -> int:
    from core.audit.models import Event

    return Event.objects.filter(slug=slug).count()


def test_one_asks_and_another_fetches_and_each_fetching_is_recorded(amber, people, monkeypatch):
    admin, officer = people
    site = Site(amber).sign_in(admin)
    assert site.post(reverse("exchange:ask_for_exit_copy")).status_code == 302
    site.post(reverse("exchange:ask_for_exit_copy"))
    with inside(amber):
        [copy] = copies().all()
        assert (copy.state, copy.asked_by_id) == ("waiting", admin.user_id)
        assert events("exchange.exit_copy.asked") == 1
    council_files(amber).save(path_of(copy.id), io.BytesIO(b"whole"))
    monkeypatch.setattr(exit_copies, "make", lambda council, copy_id: MADE)
    exit_copies.make_waiting(amber)

    refused = fetch(site, copy.id)
    assert refused.status_code == 302
    assert b"someone else fetches it" in site.get(reverse("exchange:exit_copies")).content
    with inside(amber):
        assert events("exchange.exit_copy.fetched") == 0

    fetched = fetch(Site(amber).sign_in(officer), copy.id)
    assert b"".join(fetched.streaming_content) == b"whole"
    assert fetched.headers["Content-Length"] == "5"
    assert fetched.headers["Cache-Control"] == "no-store"
    assert "attachment" in fetched.headers["Content-Disposition"]
    with inside(amber):
        assert events("exchange.exit_copy.fetched") == 1


def test_a_copy_is_fetched_only_by_someone_who_proved_just_now_who_they_are(amber, people, monkeypatch):
    copy = ready(amber)
    site = Site(amber).sign_in(people[0])
    monkeypatch.setattr("core.exchange.pages.exit_copies.is_freshly_proved", lambda _session: False)
    for answer in (fetch(site, copy.id), site.post(reverse("exchange:ask_for_exit_copy"))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:confirm"))
    with inside(amber):
        assert events("exchange.exit_copy.fetched") == 0
        assert copies().count() == 1


def test_nobody_else_sees_copies_or_fetches_one(amber, birch, people):
    copy = ready(amber)
    for role in set(Role) - {Role.COUNCIL_ADMIN, Role.IG_OFFICER}:
        with inside(amber):
            viewer = make_viewer(roles=(role.value,))
        site = Site(amber).sign_in(viewer)
        assert fetch(site, copy.id).status_code == 403
        assert site.get(reverse("exchange:exit_copies")).status_code == 403
    with inside(birch):
        stranger = make_viewer(roles=(Role.COUNCIL_ADMIN.value,))
    assert fetch(Site(birch).sign_in(stranger), copy.id).status_code == 404
    assert fetch(Site(amber).sign_in(people[0]), uuid4()).status_code == 404


def test_a_copy_whose_time_is_over_is_not_fetched_and_its_file_is_deleted(amber, people, tmp_path):
    old, new = ready(amber, days=-1), ready(amber)
    assert fetch(Site(amber).sign_in(people[0]), old.id).status_code == 404
    exit_copies.delete_old(amber)
    exit_copies.delete_old(amber)
    assert [path for path, _size in council_files(amber).paths()] == [path_of(new.id)]
    with inside(amber):
        assert sorted(copies().values_list("state", flat=True)) == ["gone", "ready"]
        assert events("exchange.exit_copy.deleted") == 1


def test_a_store_that_is_away_is_said_so_and_the_copy_is_tried_again(amber, people, monkeypatch):
    with inside(amber):
        copy = copies().create(asked_at=clock.now())
    answers = [FilesAway(), MADE]

    def make(_council, _copy_id):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(exit_copies, "make", make)
    exit_copies.make_waiting(amber)
    page = Site(amber).sign_in(people[0]).get(reverse("exchange:exit_copies")).content.decode()
    assert "does not answer just now" in page
    assert "Fetch this copy" not in page
    with inside(amber):
        copies().update(leased_until=clock.now() - timedelta(seconds=1))
    exit_copies.make_waiting(amber)
    with inside(amber):
        copy.refresh_from_db()
        assert (copy.state, copy.error, copy.rows) == ("ready", "", 1234)


def test_a_copy_that_can_never_be_made_says_why(amber, monkeypatch):
    with inside(amber):
        copies().create(asked_at=clock.now())

    def make(_council, _copy_id):
        raise CopyNotPossible("This council's tables are not at this release yet.")

    monkeypatch.setattr(exit_copies, "make", make)
    exit_copies.make_waiting(amber)
    with inside(amber):
        [copy] = copies().all()
        assert (copy.state, copy.error) == ("failed", "This council's tables are not at this release yet.")


def test_a_file_that_is_gone_or_a_store_that_is_away_is_told_plainly(amber, people, monkeypatch):
    copy = ready(amber)
    council_files(amber).delete(path_of(copy.id))
    assert fetch(Site(amber).sign_in(people[0]), copy.id).status_code == 404

    def away(*_args):
        raise FilesAway

    monkeypatch.setattr("tenants.files.CouncilFiles.pieces", away)
    answer = fetch(Site(amber).sign_in(people[0]), copy.id)
    assert answer.status_code == 503
    assert b"cannot be fetched just now" in answer.content


def test_an_operators_order_offers_the_copy_once_and_tells_who_may_fetch_it(amber, people):
    from core.notices.models import OutboxItem
    from tenants.orders.work import OrderWork

    order = OrderWork(uuid4(), amber.id, "export", {}, MADE, "an operator")
    first, again = exit_copies.offer(order), exit_copies.offer(order)
    assert first == again
    assert set(first) == {"expires_on"}
    with inside(amber):
        [copy] = copies().all()
        assert (copy.id, copy.state, copy.asked_by_id) == (order.id, "ready", None)
        letters = [item.payload["text"] for item in OutboxItem.objects.all()]
        assert len(letters) == 2
        assert all("nobody outside the council" in text for text in letters)
    for person in people:
        council_files(amber).save(path_of(copy.id), io.BytesIO(b"whole"))
        assert b"".join(fetch(Site(amber).sign_in(person), copy.id).streaming_content) == b"whole"
