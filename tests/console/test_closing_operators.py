"""An operator whose account is closed asks for nothing any more: neither here nor, again, at a council."""

from __future__ import annotations

import pytest

from tenants.context import shared
from tests.console.conftest import row
from tests.console.test_proposals import RING, decided

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def closed(console, name: str = "Olive Operator") -> None:
    from console.actions.operators import close_operator

    ada = console.ref("Ada Admin", "administrator")
    with shared():
        close_operator(operator_id=console.operator(name).id, by=ada)


def asked(console, council):
    from console.actions.support import ask_for_support

    olive = console.ref("Olive Operator")
    with shared():
        return ask_for_support(council_id=council.id, hours=4, reason="Look at an error", by=olive)


def test_what_they_proposed_is_taken_back(console):
    from console.actions.suspension import propose_suspension
    from console.errors import ChangedMeanwhile
    from console.models import Proposal, SupportRequest

    council, olive = console.council(), console.ref("Olive Operator")
    with shared():
        proposal = propose_suspension(council_id=council.id, contact=RING, reason="Why", by=olive)
    request = asked(console, council)
    closed(console)
    with shared():
        assert set(Proposal.objects.values_list("decision", flat=True)) == {"withdrawn"}
    assert row(SupportRequest, id=request.id).state == "refused"
    with pytest.raises(ChangedMeanwhile, match="withdrawn"):
        decided(console, proposal)


def test_a_failed_request_for_support_is_not_sent_again_for_them(console):
    from console.actions.councils import order_again
    from console.errors import NotPossible
    from console.models import Order, Proposal, SupportRequest

    council = console.council()
    request = asked(console, council)
    decided(console, row(Proposal))
    omar = console.ref("Omar Operator")
    order = row(Order, kind="support")
    with shared():
        Order.objects.filter(id=order.id).update(state="failed")
        SupportRequest.objects.update(state="refused")
        again = order_again(council_id=council.id, order_id=order.id, by=omar)
        assert SupportRequest.objects.get(id=request.id).state == "asked"
        Order.objects.filter(id=again.id).update(state="failed")
    closed(console)
    with shared(), pytest.raises(NotPossible, match="may no longer"):
        order_again(council_id=council.id, order_id=again.id, by=omar)


def test_whoever_closes_the_account_sees_which_councils_to_ring(console):
    from console.models import Proposal

    asked(console, console.council("Larch"))
    decided(console, row(Proposal))
    browser = console.browser("Ada Admin", "administrator")
    page = browser.get(f"/operators/{console.operator('Olive Operator').id}/close").content.decode()
    assert "Ring them" in page
    assert "<li>Larch</li>" in page
