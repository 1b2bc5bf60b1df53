"""Deployments: an address that can be trusted, a connection tested outside of a transaction, and how old a word is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.addresses import AddressRefused, read_address, read_authority
from tenants.context import in_shared, shared
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.deployments import SAID, as_ref, make_deployment, make_listed_council

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

TYPED = {"name": "South", "kind": "shared", "region": "uk", "address": "https://south.operators.example"}


def health(**changed):
    from console.ports.base import Health

    whole = Health(
        name="North", region="uk", kind="shared", version="1.4.0", clock=datetime.now(UTC), is_ready=True, packs=(),
        service_types=(),
    )  # fmt: skip
    return replace(whole, **changed)


class Answering:
    """A port that answers or raises, and remembers whether it was asked within a unit of work."""

    def __init__(self, answer) -> None:
        self.answer, self.asked_in_shared = answer, []

    def health(self):
        self.asked_in_shared.append(in_shared())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def after_a_test(monkeypatch, answer, **given):
    from console.actions import deployments

    port = Answering(answer)
    monkeypatch.setattr(deployments, "port_for", lambda _deployment: port)
    with shared():
        operator = make_operator()
        deployment = make_deployment(**given)
        deployments.ask_connection(deployment_id=deployment.id, by=as_ref(operator))
    assert deployments.test_connections() == 1
    assert port.asked_in_shared == [False]
    page = ConsoleSite().sign_in(operator).get(f"/deployments/{deployment.id}").content.decode()
    return page, deployment


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("Unreachable", "It did not answer in time, or not at all."),
        ("Untrusted", "It could not be trusted"),
        ("ClockSkew", "Its clock and the console&#39;s differ by more than a token allows."),
        ("BadReply", "Nothing of it was used."),
    ],
)
def test_a_test_says_in_words_what_went_wrong(monkeypatch, error, said):
    from console.ports import errors

    page, deployment = after_a_test(monkeypatch, getattr(errors, error)("By 92 seconds."))
    assert said in page
    assert "By 92 seconds." in page
    with shared():
        deployment.refresh_from_db()
    assert deployment.said == SAID


def test_a_test_that_is_answered_says_so_and_keeps_what_was_said(monkeypatch):
    page, deployment = after_a_test(monkeypatch, health(version="1.5.0"))
    assert "It answered, and its clock agrees with the console&#39;s." in page
    with shared():
        deployment.refresh_from_db()
    assert deployment.said["version"] == "1.5.0"
    assert deployment.failing_since is None


def test_a_clock_that_differs_a_little_is_told_in_seconds(monkeypatch):
    page, _deployment = after_a_test(monkeypatch, health(clock=datetime.now(UTC) - timedelta(seconds=20)))
    assert "Its clock differs from the console&#39;s by" in page


def test_another_region_than_the_one_written_down_is_told_and_not_believed(monkeypatch):
    page, deployment = after_a_test(monkeypatch, health(region="au", version="9"))
    assert "It says that it is shared in au" in page
    with shared():
        deployment.refresh_from_db()
    assert deployment.said["version"] == "1.4.0"


def test_an_answer_to_an_old_question_does_not_answer_a_new_one(monkeypatch):
    from console.actions import deployments

    with shared():
        operator = as_ref(make_operator())
        deployment = make_deployment()
        deployments.ask_connection(deployment_id=deployment.id, by=operator)

    class Slow(Answering):
        def health(self):
            with shared():
                deployments.ask_connection(deployment_id=deployment.id, by=operator)
            return super().health()

    monkeypatch.setattr(deployments, "port_for", lambda _deployment: Slow(health()))
    deployments.test_connections()
    with shared():
        deployment.refresh_from_db()
    assert "answered_at" not in deployment.tested


@pytest.mark.parametrize(
    "address",
    [
        "http://south.operators.example", "https://ada:secret@south.operators.example", "https://south.operators.example/x",
        "https://south.operators.example?x=1", "https://south.operators.example#x", "https://169.254.169.254",
        "https://127.0.0.1", "https://[::1]", "https://localhost", "https://0x7f.1", "https://2130706433",
        "https://metadata.google.internal", "https://south .operators.example", "https://south.operators.example:99999",
        "https://south\\@evil.example", "ftp://south.operators.example", "south.operators.example", "https://",
        "https://söuth.operators.example", "file:///etc/passwd", "https://@south.operators.example",
    ],
)  # fmt: skip
def test_an_address_that_hides_something_is_refused_and_kept_in_its_box(address):
    from console.models import Deployment

    with shared():
        operator = make_operator()
    answer = ConsoleSite().sign_in(operator).post("/deployments/add", {**TYPED, "address": address})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    with shared():
        assert not Deployment.objects.filter(name="South").exists()


@given(st.text(max_size=60))
def test_no_text_passes_for_an_address_unless_it_is_https_to_a_name(text):
    for typed in (text, f"https://{text}"):
        try:
            address = read_address(typed, may_be_local=False)
        except AddressRefused:
            continue
        assert address.startswith("https://")
        assert "@" not in address
        assert "." in address


def test_an_address_is_kept_in_one_form():
    assert (
        read_address(" HTTPS://South.Operators.Example:443/ ", may_be_local=False) == "https://south.operators.example"
    )
    assert read_address("https://localhost:8443", may_be_local=True) == "https://localhost:8443"


def test_a_certificate_authority_is_one_and_never_a_private_key():
    import trustme

    authority = trustme.CA()
    pem = authority.cert_pem.bytes().decode()
    assert read_authority(pem).strip() == pem.strip()
    assert read_authority("  ") == ""
    leaf = authority.issue_cert("south.operators.example")
    for wrong in ("nonsense", leaf.cert_chain_pems[0].bytes().decode(), authority.private_key_pem.bytes().decode()):
        with pytest.raises(AddressRefused):
            read_authority(wrong)


def test_a_deployment_is_added_closed_and_opened_once_it_was_heard():
    from console.models import Deployment

    with shared():
        operator = make_operator()
    site = ConsoleSite().sign_in(operator)
    answer = site.post("/deployments/add", TYPED)
    assert answer.status_code == 302
    page = site.get(answer["Location"]).content.decode()
    assert "It was never heard" in page
    assert "The connection is being tested" in page
    refused = site.post(f"{answer['Location']}/open", {"open": "yes"}, follow=True)
    assert "It was never heard: test the connection first" in refused.content.decode()
    with shared():
        row = Deployment.objects.get(name="South")
        assert not row.is_open
        Deployment.objects.update(seen_at=datetime.now(UTC))
    site.post(f"{answer['Location']}/open", {"open": "yes"})
    with shared():
        row.refresh_from_db()
    assert row.is_open
    twice = site.post("/deployments/add", {**TYPED, "name": "SOUTH"})
    assert twice.status_code == 422
    assert "There is a deployment of that name already" in twice.content.decode()


def test_a_region_is_not_changed_once_it_was_heard():
    with shared():
        operator, deployment = make_operator(), make_deployment()
    site = ConsoleSite().sign_in(operator)
    answer = site.post(f"/deployments/{deployment.id}/change", {**TYPED, "region": "au"})
    assert answer.status_code == 422
    assert "a region is not changed" in answer.content.decode()
    assert site.post(f"/deployments/{deployment.id}/change", TYPED).status_code == 302


def test_a_deployment_that_is_away_shows_its_last_state_and_its_age():
    now = datetime.now(UTC)
    with shared():
        operator = make_operator()
        deployment = make_deployment(
            seen_at=now - timedelta(minutes=12, seconds=5),
            failing_since=now - timedelta(minutes=11),
            failure="unreachable",
        )
        make_listed_council(
            "Stafford",
            deployment,
            said={"state": "live", "hosts": ["elsewhere.example.org"], "name": "Stafford"},
            said_at=now,
        )
    site = ConsoleSite().sign_in(operator)
    page = site.get(f"/deployments/{deployment.id}").content.decode()
    assert "Last heard 12 minutes ago; what follows is from then." in page
    assert "it does not answer" in page
    assert "England" in page
    assert "There it is: live. There it has the hosts elsewhere.example.org" in page
    listed = site.get("/deployments").content.decode()
    assert "not reached" in listed
    assert "1 differs" in listed


@pytest.mark.parametrize(
    ("path", "method"), [("add", "get"), ("{id}/change", "get"), ("{id}/test", "post"), ("{id}/open", "post")]
)
def test_an_auditor_sees_deployments_and_changes_none(path, method):
    with shared():
        auditor, deployment = make_operator("Asa Auditor", "auditor"), make_deployment()
    site = ConsoleSite().sign_in(auditor)
    assert site.get(f"/deployments/{deployment.id}").status_code == 200
    assert "Test the connection" not in site.get(f"/deployments/{deployment.id}").content.decode()
    assert getattr(site, method)("/deployments/" + path.format(id=deployment.id)).status_code in {403, 404}


def test_a_deployment_that_is_none_answers_404():
    with shared():
        operator = make_operator()
    assert ConsoleSite().sign_in(operator).get(f"/deployments/{uuid4()}").status_code == 404


def test_the_list_asks_as_often_for_many_deployments_as_for_one():
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    with shared():
        operator = make_operator()
        make_deployment()
    site = ConsoleSite().sign_in(operator)

    def asked() -> int:
        with CaptureQueriesContext(connections["console"]) as captured:
            assert site.get("/deployments").status_code == 200
        return len(captured)

    asked()
    few = asked()
    with shared():
        for number in range(5):
            there = make_deployment(f"Region {number}")
            for council in range(3):
                make_listed_council(f"C{number}{council}", there)
    assert asked() == few
