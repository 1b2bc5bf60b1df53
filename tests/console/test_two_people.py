"""Two operators are two people: neither let the other in, and not both stand on one administrator's word."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.policies import LetIn, are_two, vouching
from tenants.context import shared
from tests.console.conftest import log_slugs, row

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

RING = "Patchwork support, 01632 960 001"


def added(console, name: str, *roles: str, by: str):
    """An operator whom an administrator invited, and their first name's place in the console."""
    from console.actions.operators import invite_operator

    admin = console.ref(by, "administrator")
    with shared():
        operator = invite_operator(
            name=name, email=f"{name.split()[0].lower()}@operators.example", roles=roles or ("operator",), by=admin
        )
    console.made[name] = operator
    return operator


def proposal_of(console, name: str):
    from console.actions.suspension import propose_suspension

    council = console.council()
    by = console.ref(name)
    with shared():
        return propose_suspension(council_id=council.id, contact=RING, reason="The contract ended", by=by)


def refused(console, proposal, name: str) -> str:
    """The sentence with which a decision is refused, or nothing."""
    from console.actions.proposals import decide
    from console.errors import NotPermitted

    by = console.ref(name)
    with shared():
        try:
            decide(proposal_id=proposal.id, approve=True, reason="Looked at it", by=by)
        except NotPermitted as error:
            return str(error)
    return ""


def test_an_administrator_decides_nothing(console):
    proposal = proposal_of(console, "Olive Operator")
    console.operator("Ada Admin", "administrator")
    assert "do not allow" in refused(console, proposal, "Ada Admin")


def test_two_whom_one_administrator_added_do_not_decide_for_one_another(console):
    added(console, "Pat Puppet", by="Ada Admin")
    added(console, "Quin Puppet", by="Ada Admin")
    proposal = proposal_of(console, "Pat Puppet")
    assert "same administrator" in refused(console, proposal, "Quin Puppet")
    assert "console.proposal.decided" in log_slugs()
    page = console.browser("Quin Puppet").get(f"/proposals/{proposal.id}").content.decode()
    assert f"/proposals/{proposal.id}/decide" not in page


def test_another_administrator_who_saves_the_roles_of_one_vouches_for_them(console):
    from console.actions.operators import change_roles

    for name in ("Pat Puppet", "Quin Puppet"):
        added(console, name, by="Ada Admin")
    proposal = proposal_of(console, "Pat Puppet")
    alma, ada = console.ref("Alma Admin", "administrator"), console.ref("Ada Admin")
    quin = console.operator("Quin Puppet").id
    with shared():
        change_roles(operator_id=quin, roles=["operator"], by=alma)
        change_roles(operator_id=quin, roles=["operator"], by=ada)
    assert refused(console, proposal, "Quin Puppet")
    with shared():
        change_roles(operator_id=quin, roles=["operator"], by=alma)
    assert refused(console, proposal, "Quin Puppet") == ""


def test_an_administrator_s_own_administrator_is_nobody_else(console):
    added(console, "Pam Puppet", "administrator", by="Ada Admin")
    added(console, "Pat Puppet", by="Ada Admin")
    added(console, "Quin Puppet", by="Pam Puppet")
    assert "same administrator" in refused(console, proposal_of(console, "Pat Puppet"), "Quin Puppet")


@pytest.mark.parametrize("act", ["added", "roles", "again"])
def test_nobody_decides_for_or_is_decided_by_whom_they_let_in(console, act):
    from console.actions.operators import change_roles, invite_operator_again

    both = console.operator("Both Hats", "operator", "administrator")
    if act == "added":
        other = added(console, "Pat Puppet", by="Both Hats")
    else:
        other = console.operator("Olive Operator")
        by = console.ref("Both Hats")
        with shared():
            if act == "roles":
                change_roles(operator_id=other.id, roles=["operator"], by=by)
            else:
                invite_operator_again(operator_id=other.id, by=by)
    assert "let in by one another" in refused(console, proposal_of(console, other.name), "Both Hats")
    proposal = row_of(other)
    with shared():
        proposal.proposed_by_id = both.id
        proposal.save(update_fields=["proposed_by_id"])
    assert "let in by one another" in refused(console, proposal, other.name)


def row_of(operator):
    from console.models import Proposal

    return row(Proposal, proposed_by_id=operator.id)


PEOPLE = tuple(UUID(int=n) for n in range(1, 8))
ANYBODY = st.none() | st.sampled_from(PEOPLE)
LET_IN = st.builds(LetIn, added_by=ANYBODY, roles_by=ANYBODY, invited_by=ANYBODY)


@given(st.lists(LET_IN, min_size=7, max_size=7), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
def test_it_is_the_same_both_ways_and_takes_two_whom_nobody_added(let_in, one, other):
    operators = dict(zip(PEOPLE, let_in, strict=True))
    assert are_two(one, other, operators) == are_two(other, one, operators)
    if are_two(one, other, operators):
        assert one != other
        assert len(vouching(one, operators) | vouching(other, operators)) > 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.data())
def test_whatever_one_administrator_makes_of_whomever_it_adds_is_one_person(parents, data):
    """However many are added, by the administrator or by those whom it added, none of them are two."""
    made = [uuid4()]
    operators = {made[0]: LetIn()}
    for parent in parents:
        made.append(uuid4())
        operators[made[-1]] = LetIn(added_by=made[parent % (len(made) - 1)], roles_by=made[0])
    one, other = data.draw(st.sampled_from(made)), data.draw(st.sampled_from(made))
    assert not are_two(one, other, operators)
