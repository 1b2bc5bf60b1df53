"""Two people: one proposes, another decides, once, in time; and what is decided for happens with the decision."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.context import shared
from tests.console.conftest import log_slugs, row

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

RING = "Patchwork support, 01632 960 001"


def proposed(console, council, *, kind: str = "suspend", by: str = "Olive Operator"):
    """A proposal about a council."""
    from console.actions import deletion, suspension

    act = {"suspend": suspension.propose_suspension, "delete": deletion.propose_deletion}[kind]
    operator = console.ref(by)
    with shared():
        return act(council_id=council.id, contact=RING, reason="The contract ended", by=operator)


def decided(console, proposal, *, by: str = "Omar Operator", approve: bool = True, roles: tuple[str, ...] = ()):
    from console.actions.proposals import decide

    operator = console.ref(by, *roles)
    with shared():
        return decide(proposal_id=proposal.id, approve=approve, reason="Looked at it", by=operator)


def test_what_another_operator_approves_is_done_with_the_decision(console):
    from console.models import Council, Order, Proposal

    council = console.council()
    proposal = proposed(console, council)
    assert row(Council, id=council.id).state == "live"
    decided(console, proposal)
    assert row(Council, id=council.id).state == "suspended"
    order = row(Order, council=council)
    assert (order.kind, order.payload) == ("suspend", {"contact": RING})
    kept = row(Proposal, id=proposal.id)
    assert (kept.decision, kept.decided_by_id) == ("approved", console.operator("Omar Operator").id)
    assert {"console.proposal.made", "console.proposal.approved", "console.council.suspended"} <= set(log_slugs())


def test_what_is_refused_changes_nothing(console):
    from console.models import Council, Order, Proposal

    council = console.council()
    proposal = proposed(console, council)
    decided(console, proposal, approve=False)
    assert row(Council, id=council.id).state == "live"
    assert row(Proposal, id=proposal.id).decision == "refused"
    with shared():
        assert not Order.objects.exists()


def test_nobody_decides_their_own_proposal_in_any_browser(console):
    from console.errors import NotPermitted
    from console.models import Proposal

    council = console.council()
    proposal = proposed(console, council)
    with pytest.raises(NotPermitted, match="You proposed this yourself"):
        decided(console, proposal, by="Olive Operator")
    for _browser in range(2):
        browser = console.browser("Olive Operator")
        answer = browser.post(f"/proposals/{proposal.id}/decide", {"approve": "yes", "reason": "Mine"})
        assert answer.status_code == 422
        assert "another operator has to decide" in answer.content.decode()
    assert row(Proposal, id=proposal.id).decision == "open"
    assert log_slugs().count("console.proposal.decided") == 3


@pytest.mark.parametrize("role", ["finance", "auditor"])
def test_a_role_without_the_right_decides_nothing(console, role):
    from console.errors import NotPermitted

    proposal = proposed(console, console.council())
    with pytest.raises(NotPermitted):
        decided(console, proposal, by=f"Someone {role}", roles=(role,))


def test_the_database_itself_takes_no_approval_by_the_proposer(console):
    from django.db import IntegrityError, transaction

    from console.models import Proposal

    proposal = proposed(console, console.council())
    with shared(), pytest.raises(IntegrityError), transaction.atomic(using="console"):
        Proposal.objects.filter(id=proposal.id).update(decision="approved", decided_by_id=proposal.proposed_by_id)


def test_the_same_is_proposed_once_at_a_time(console):
    from console.errors import NotPossible

    council = console.council()
    proposed(console, council)
    with pytest.raises(NotPossible, match="proposed already"):
        proposed(console, council, by="Omar Operator")


def test_a_decision_is_made_once(console):
    from console.errors import ChangedMeanwhile

    proposal = proposed(console, console.council())
    decided(console, proposal, approve=False)
    with pytest.raises(ChangedMeanwhile, match="settled already: refused"):
        decided(console, proposal)


def test_after_seven_days_nothing_is_decided_and_it_may_be_proposed_anew(console):
    from console.actions.proposals import expire_old
    from console.errors import ChangedMeanwhile
    from console.models import Proposal
    from core import clock

    council = console.council()
    proposal = proposed(console, council)
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1), tick=False):
        with pytest.raises(ChangedMeanwhile, match="ran out"):
            decided(console, proposal)
        again = proposed(console, council, by="Omar Operator")
    assert row(Proposal, id=proposal.id).decision == "expired"
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False), shared():
        assert expire_old() == 1
        assert expire_old() == 0
    assert row(Proposal, id=again.id).decision == "expired"


def test_only_its_proposer_withdraws_it(console):
    from console.actions.proposals import withdraw
    from console.errors import NotPermitted
    from console.models import Proposal

    proposal = proposed(console, console.council())
    olive, omar = console.ref("Olive Operator"), console.ref("Omar Operator")
    with shared(), pytest.raises(NotPermitted):
        withdraw(proposal_id=proposal.id, by=omar)
    with shared():
        withdraw(proposal_id=proposal.id, by=olive)
    assert row(Proposal, id=proposal.id).decision == "withdrawn"


def test_what_can_t_be_carried_out_is_not_decided(console):
    from console.actions.councils import order_exit_copy
    from console.errors import NotPossible
    from console.models import Council, Proposal

    council = console.council()
    proposal = proposed(console, council)
    olive = console.ref("Olive Operator")
    with shared():
        order_exit_copy(council_id=council.id, by=olive)
    with pytest.raises(NotPossible, match="under way"):
        decided(console, proposal)
    assert row(Proposal, id=proposal.id).decision == "open"
    assert row(Council, id=council.id).state == "live"


def test_what_someone_proposed_who_may_no_longer_is_not_approved(console):
    from console.actions.operators import change_roles
    from console.errors import NotPossible

    proposal = proposed(console, console.council())
    ada = console.ref("Ada Admin", "administrator")
    with shared():
        change_roles(operator_id=console.operator("Olive Operator").id, roles=["auditor"], by=ada)
    with pytest.raises(NotPossible, match="may no longer"):
        decided(console, proposal)


def test_a_council_works_again_as_what_it_was(console):
    from console.actions.suspension import resume_council
    from console.models import Council

    for state in ("live", "training"):
        council = console.council(f"Council {state}", host=f"{state}.example.org", state=state)
        decided(console, proposed(console, council))
        console.order_done(council.id)
        olive = console.ref("Olive Operator")
        with shared():
            resume_council(council_id=council.id, by=olive)
        assert row(Council, id=council.id).state == state


def test_a_deletion_waits_thirty_days_and_can_be_called_off(console):
    from console.actions.deletion import delete_due, keep_council
    from console.models import Council, Order
    from core import clock

    council = console.council()
    decided(console, proposed(console, council, kind="delete"))
    leaving = row(Council, id=council.id)
    assert leaving.state == "leaving"
    assert leaving.delete_after - clock.now() > timedelta(days=29, hours=23)
    order = row(Order, council=council)
    assert order.kind == "suspend"
    assert order.payload == {"contact": RING, "leaves_on": leaving.delete_after.date().isoformat()}
    console.order_done(council.id)
    with time_machine.travel(clock.now() + timedelta(days=29), tick=False):
        assert delete_due() == 0
    olive = console.ref("Olive Operator")
    with shared():
        keep_council(council_id=council.id, by=olive)
    kept = row(Council, id=council.id)
    assert (kept.state, kept.delete_after) == ("suspended", None)
    console.order_done(council.id)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert delete_due() == 0


def test_after_the_wait_the_deletion_is_ordered_once(console):
    from console.actions.deletion import delete_due, keep_council
    from console.errors import NotPossible
    from console.models import Order
    from core import clock

    council = console.council()
    decided(console, proposed(console, council, kind="delete"))
    console.order_done(council.id)
    olive = console.ref("Olive Operator")
    with time_machine.travel(clock.now() + timedelta(days=30, minutes=1), tick=False):
        assert delete_due() == 1
        assert delete_due() == 0
        with shared(), pytest.raises(NotPossible, match="has begun"):
            keep_council(council_id=council.id, by=olive)
    order = row(Order, council=council, kind="delete")
    assert order.placed_by_id is None
    assert set(order.payload) == {"certificate_id"}


def test_a_deletion_that_failed_is_tried_again_and_never_called_off(console):
    from console.actions.councils import order_again
    from console.actions.deletion import delete_due, keep_council
    from console.errors import NotPossible
    from console.models import Order
    from core import clock

    council = console.council()
    decided(console, proposed(console, council, kind="delete"))
    console.order_done(council.id)
    olive = console.ref("Olive Operator")
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False) as now:
        assert delete_due() == 1
        with shared():
            Order.objects.filter(kind="delete").update(state="failed")
        failed = row(Order, council=council, kind="delete")
        with shared(), pytest.raises(NotPossible, match="can't be called off any more. Where it failed, try it again"):
            keep_council(council_id=council.id, by=olive)
        now.shift(timedelta(minutes=1))
        with shared():
            again = order_again(council_id=council.id, order_id=failed.id, by=olive)
    assert (again.kind, again.payload) == ("delete", failed.payload)


def test_a_deletion_that_failed_is_ordered_again_later(console):
    from console.actions.deletion import delete_due
    from console.models import Order
    from core import clock

    council = console.council()
    decided(console, proposed(console, council, kind="delete"))
    console.order_done(council.id)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False) as now:
        assert delete_due() == 1
        with shared():
            Order.objects.filter(kind="delete").update(state="failed")
        assert delete_due() == 0
        now.shift(timedelta(hours=7))
        assert delete_due() == 1


def test_a_request_for_support_that_nobody_approves_is_never_sent(console):
    from console.actions.support import ask_for_support
    from console.models import Order, Proposal, SupportRequest

    council, olive = console.council(), console.ref("Olive Operator")
    with shared():
        ask_for_support(council_id=council.id, hours=4, reason="Look at an error", by=olive)
    decided(console, row(Proposal), approve=False)
    assert row(SupportRequest).state == "refused"
    with shared():
        assert not Order.objects.exists()


STEPS = st.lists(
    st.tuples(st.sampled_from(["propose", "approve", "refuse", "withdraw", "wait"]), st.integers(0, 2)), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_however_operators_act_nothing_happens_without_two_of_them(console, steps):
    """Whatever three operators do in whatever order: a suspension has a proposer and another who approved in time."""
    from console.actions.proposals import decide, withdraw
    from console.actions.suspension import propose_suspension
    from console.errors import ConsoleRefused
    from console.models import Council, Order, Proposal
    from core import clock

    people = [console.ref(name) for name in ("Olive Operator", "Omar Operator", "Otis Operator")]
    council = console.council(f"Council {clock.now().timestamp()}", host="h.example.org")
    now = clock.now()
    for step, who in steps:
        with time_machine.travel(now, tick=False), shared():
            last = Proposal.objects.filter(subject_id=council.id).order_by("-proposed_at").first()
            try:
                if step == "propose":
                    propose_suspension(council_id=council.id, contact=RING, reason="Why", by=people[who])
                elif step in {"approve", "refuse"} and last:
                    decide(proposal_id=last.id, approve=step == "approve", reason="Why", by=people[who])
                elif step == "withdraw" and last:
                    withdraw(proposal_id=last.id, by=people[who])
            except ConsoleRefused:
                pass
        now += timedelta(days=3) if step == "wait" else timedelta(seconds=1)
    with shared():
        approved = list(Proposal.objects.filter(subject_id=council.id, decision="approved"))
        is_suspended = Council.objects.get(id=council.id).state == "suspended"
        assert Order.objects.filter(council=council).count() == len(approved) == int(is_suspended)
        assert Proposal.objects.filter(subject_id=council.id, decision="open").count() <= 1
    for one in approved:
        assert one.decided_by_id != one.proposed_by_id
        assert one.decided_at - one.proposed_at < timedelta(days=7)


RACE = """
import json, threading
from django.db import connections
from tenants.context import shared
from console.actions.proposals import decide
from console.actions.suspension import propose_suspension
from console.errors import ConsoleRefused
from console.models import Council, Deployment, Order, Proposal
from console.queries.operators import operator_of
from core import clock
from tests.factories.console import make_operator

with shared():
    people = [operator_of(make_operator(f"Racer {n}").user_id) for n in range(5)]
    far = Deployment.objects.create(name="Far away", region="uk", address="https://far.example.org")
    council = Council.objects.create(name="Larch", deployment=far, hosts=["larch.example.org"], pack_id="gb-eng",
                                     state="live", created_at=clock.now())
    proposal = propose_suspension(council_id=council.id, contact="Help", reason="Why", by=people[0])
start, said = threading.Barrier(4), []

def run(by):
    start.wait()
    try:
        with shared():
            decide(proposal_id=proposal.id, approve=True, reason="Why", by=by)
        said.append("decided")
    except ConsoleRefused as error:
        said.append(type(error).__name__)
    finally:
        connections.close_all()

threads = [threading.Thread(target=run, args=(by,)) for by in people[1:]]
[t.start() for t in threads]; [t.join() for t in threads]
with shared():
    print(json.dumps({"said": sorted(said), "orders": Order.objects.count(),
                      "decision": Proposal.objects.get().decision}))
"""


def test_of_four_who_decide_at_once_one_does(own_database):
    said = json.loads(own_database.python(RACE).stdout.splitlines()[-1])
    assert said == {"said": ["ChangedMeanwhile"] * 3 + ["decided"], "orders": 1, "decision": "approved"}
