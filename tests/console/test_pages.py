"""Each page of the console says what it is for, and keeps what was typed."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tenants.context import shared
from tests.console.conftest import log_slugs, row

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_first_page_says_what_waits_then_the_numbers(console):
    from console.actions.suspension import propose_suspension
    from console.models import Council, Deployment, Order
    from core import clock

    larch, oak, omar = console.council("Larch"), console.council("Oak"), console.ref("Omar")
    with shared():
        propose_suspension(council_id=larch.id, contact="Help, 01632 960 001", reason="Unpaid", by=omar)
        Order.objects.create(council=oak, kind="export", state="failed", error="Disk is full.", placed_at=clock.now())
        Deployment.objects.update(
            failing_since=clock.now(),
            said={"packs": [{"id": "gb-eng", "version": "1", "checksum": "a" * 64, "title": "England", "regions": ["uk"],
                             "is_signed": False}]},
        )  # fmt: skip
        Council.objects.filter(id=oak.id).update(said={"is_current": False})
    page = text(console.browser().get("/"))
    for words in ("Suspend a council: Larch", "Disk is full.", "Far away: no answer since", "1 council</a>", "England"):
        assert words in page
    own = text(console.browser("Omar").get("/"))
    assert "Suspend a council: Larch" not in own


def test_the_list_finds_a_council_by_name_or_host(console):
    console.council("Larch")
    console.council("Oak", state="suspended", host="oak.example.net")
    browser = console.browser()
    assert "Oak" not in text(browser.get("/councils?q=larch"))
    assert "Larch" not in text(browser.get("/councils?q=oak.example.net"))
    assert "Larch" not in text(browser.get("/councils?state=suspended"))
    assert "No council fits" in text(browser.get("/councils?q=elm"))
    assert browser.get("/councils?state=nowhere").status_code == 422


def test_a_council_s_page_is_a_sight_in_the_log(console):
    council = console.council()
    page = text(console.browser().get(f"/councils/{council.id}"))
    assert "larch.example.org" in page
    assert "Propose to suspend" in page
    assert log_slugs()[-1] == "console.council.seen"


def test_a_council_of_a_deployment_that_is_away_shows_how_old_its_state_is(console):
    from console.models import Deployment
    from core import clock

    council = console.council()
    with shared():
        Deployment.objects.update(failing_since=clock.now())
    assert "does not answer since" in text(console.browser().get(f"/councils/{council.id}"))
    assert "Away. As of" in text(console.browser().get("/councils"))


def test_hosts_are_changed_and_ordered(console):
    from console.models import Council, Order

    council = console.council()
    browser = console.browser()
    page = browser.get(f"/councils/{council.id}/hosts")
    assert "larch.example.org" in text(page)
    sent = {"hosts": "new.example.org\nlarch.example.org", "before": "larch.example.org"}
    assert browser.post(f"/councils/{council.id}/hosts", sent)["Location"] == f"/councils/{council.id}"
    assert row(Council, id=council.id).hosts == ["new.example.org", "larch.example.org"]
    assert row(Order, council=council).payload == {"hosts": ["new.example.org", "larch.example.org"]}
    assert "console.council.renamed" in log_slugs()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("oak.example.org", "Taken by another council: oak.example.org."),
        ("xn--lrch-5qa.example.org", "letters beyond a to z"),
        ("lärch.example.org", "letters beyond a to z"),
        ("192.0.2.7", "is not a host name"),
        ("https://larch.example.org/", "is not a host name"),
        ("", "Enter a host name"),
        ("larch.example.org", "These are the hosts it has already."),
        ("console.localhost", "own: choose another name"),
    ],
)
def test_hosts_that_can_t_be_are_refused_in_a_sentence_and_kept(console, typed, said):
    from console.models import Council

    console.council("Oak")
    council = console.council()
    answer = console.browser().post(f"/councils/{council.id}/hosts", {"hosts": typed, "before": "larch.example.org"})
    assert answer.status_code == 422
    assert said in text(answer)
    assert typed in answer.content.decode()
    assert row(Council, id=council.id).hosts == ["larch.example.org"]


def test_hosts_that_somebody_changed_meanwhile_are_shown_anew(console):
    council = console.council()
    answer = console.browser().post(
        f"/councils/{council.id}/hosts", {"hosts": "a.example.org", "before": "b.example.org"}
    )
    assert answer.status_code == 409
    assert "Somebody changed these hosts" in text(answer)


def test_suspending_asks_whom_to_ring(console):
    from console.models import Proposal

    council = console.council()
    browser = console.browser()
    answer = browser.post(f"/councils/{council.id}/suspend", {"contact": "", "reason": "Contract ended"})
    assert answer.status_code == 422
    assert "Contract ended" in text(answer)
    browser.post(f"/councils/{council.id}/suspend", {"contact": "Help, 01632 960 001", "reason": "Contract ended"})
    assert row(Proposal, subject_id=council.id).payload == {"contact": "Help, 01632 960 001"}


def test_the_exit_copy_says_that_operators_can_t_open_it(console):
    from console.models import Order

    council = console.council()
    browser = console.browser()
    assert "Operators can’t open it" in text(browser.get(f"/councils/{council.id}/exit-copy"))
    browser.post(f"/councils/{council.id}/exit-copy")
    assert row(Order, council=council).kind == "export"
    part = browser.get(f"/councils/{council.id}/progress", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert "every 2s" in text(part)
    whole = browser.get(f"/councils/{council.id}/progress")
    assert "See how far it is now" in text(whole)


def test_while_an_order_is_under_way_another_is_refused(console):
    council = console.council()
    browser = console.browser()
    browser.post(f"/councils/{council.id}/exit-copy")
    answer = browser.post(f"/councils/{council.id}/suspend", {"contact": "Help", "reason": "Why"})
    assert answer.status_code == 422
    assert "Something else is under way" in text(answer)


def test_what_failed_can_be_asked_for_again(console):
    from console.models import Order
    from core import clock

    council = console.council()
    with shared():
        failed = Order.objects.create(
            council=council, kind="export", state="failed", error="No.", placed_at=clock.now()
        )
    browser = console.browser()
    assert "Try it again" in text(browser.get(f"/councils/{council.id}"))
    browser.post(f"/councils/{council.id}/orders/{failed.id}/again")
    with shared():
        assert sorted(Order.objects.values_list("state", flat=True)) == ["failed", "waiting"]


def test_support_is_asked_for_by_one_and_sent_by_another(console):
    from console.models import Order, Proposal, SupportRequest

    council = console.council()
    browser = console.browser()
    assert browser.post(f"/councils/{council.id}/support", {"hours": "9", "reason": "Look"}).status_code == 422
    browser.post(f"/councils/{council.id}/support", {"hours": "2", "reason": "Look at an error"})
    assert row(SupportRequest).state == "proposed"
    path = f"/proposals/{row(Proposal).id}/decide"
    console.browser("Omar Operator").post(path, {"approve": "yes", "reason": "Agreed"})
    request = row(SupportRequest)
    assert request.state == "asked"
    assert row(Order).payload == {
        "request_id": str(request.id), "operator_name": "Olive Operator",
        "operator_email": "olive.operator@operators.example", "approved_by_name": "Omar Operator",
        "reason": "Look at an error", "hours": 2,
    }  # fmt: skip
    assert "waits for the council" in text(browser.get(f"/councils/{council.id}"))


def test_the_log_is_in_words_and_can_be_narrowed(console):
    larch, oak = console.council("Larch"), console.council("Oak")
    console.browser().get(f"/councils/{larch.id}")
    console.browser("Audrey", "auditor").get(f"/councils/{oak.id}")
    auditor = console.browser("Audrey", "auditor")
    assert "Opened a council&#39;s page" in text(auditor.get("/log"))
    only = text(auditor.get("/log?council=lar"))
    assert f"/councils/{larch.id}" in only
    assert f"/councils/{oak.id}" not in only
    hers = text(auditor.get(f"/log?operator={console.operator('Olive Operator').id}"))
    assert f"/councils/{oak.id}" not in hers
    assert "Nothing is recorded here" in text(auditor.get("/log?on=2020-01-01"))
    assert auditor.get("/log?on=never").status_code == 422


def test_the_exported_log_is_no_formula(console):
    from core.audit.actions import record

    with shared():
        record("console.council.renamed", by=None, subject=console.deployment)
    evil = console.operator("=cmd()|' /C calc'!A0", "auditor")
    council = console.council("+SUM(1)")
    console.browser("=cmd()|' /C calc'!A0").get(f"/councils/{council.id}")
    answer = console.browser(evil.name).get("/log.csv")
    lines = answer.content.decode().splitlines()
    assert any("'=cmd()" in line for line in lines)
    assert any("'+SUM(1)" in line for line in lines)
    assert not any(cell.startswith(("=", "+")) for line in lines for cell in line.split(","))
    assert log_slugs()[-1] == "console.log.exported"


def test_a_deleted_council_stays_with_its_certificate(console):
    from console.models import Certificate
    from core import clock

    council = console.council(state="deleted")
    content = {"council": "Larch", "rows": 9, "went_too": ["every table"], "backups_expire_on": "2027-01-01",
               "files": [{"name": "a", "bytes": 3}]}  # fmt: skip
    with shared():
        Certificate.objects.create(council=council, content=content, made_at=clock.now())
    browser = console.browser()
    assert "Larch" in text(browser.get("/councils?state=deleted"))
    page = text(browser.get(f"/councils/{council.id}/certificate"))
    for words in ("Backups expire on", "2027-01-01", "every table"):
        assert words in page
    assert browser.get(f"/councils/{council.id}/certificate.json").json()["content"] == content
    pdf = browser.get(f"/councils/{council.id}/certificate.pdf")
    assert PdfReader(io.BytesIO(pdf.content)).root_object["/MarkInfo"]["/Marked"]
    assert log_slugs().count("console.certificate.seen") == 3
