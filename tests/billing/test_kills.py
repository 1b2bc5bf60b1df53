"""Nothing twice, nothing lost, no gap and no repeat in numbers: under kills at every statement, and all at once."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(600)

HEAD = """
import random
from tests.billing.making import *
"""


@pytest.fixture
def own(own_database):
    own_database.variables["DATABASE_POOL"] = "0"  # its processes fork
    return own_database


def test_a_run_that_is_killed_at_any_statement_drafts_everything_once(own):
    said = own.python(f"""{HEAD}
set_up(5)
start()
print(killed_everywhere(lambda: work(2), lambda: book_is_whole(5), step=2))
book_is_whole(5, 0)
""")
    assert int(said.stdout) > 10


def test_issuing_that_is_killed_at_any_statement_leaves_no_gap_and_no_half_invoice(own):
    said = own.python(f"""{HEAD}
set_up(4)
start()
work()
ask("2026-02-01")
print(killed_everywhere(issue_asked, lambda: book_is_whole(4), step=2))
book_is_whole(4, 4)
""")
    assert int(said.stdout) > 10


def test_workers_that_draft_the_same_contracts_at_once_draft_each_once(own):
    own.python(f"""{HEAD}
from billing.actions.drafting import draft_contract
from billing.models import Contract
set_up(8)
start()
with shared():
    ids = list(Contract.objects.values_list("id", flat=True))
def by_hand(seed):
    def do():
        order = list(ids)
        random.Random(seed).shuffle(order)
        for one in order:
            with shared():
                draft_contract(contract_id=one, until=JAN, at=AT)
    return do
assert in_parallel(lambda: work(2), lambda: work(2), by_hand(1), by_hand(2)) == [0, 0, 0, 0]
work(2)
book_is_whole(8, 0)
""")


def test_two_people_and_a_worker_who_issue_the_same_run_at_once_issue_each_draft_once(own):
    own.python(f"""{HEAD}
from billing.actions.issuing import issue_many
from billing.models import Draft
set_up(10)
start()
work(5)
ask("2026-02-01")
with shared():
    ids = list(Draft.objects.values_list("id", flat=True))
def by_hand(seed):
    def do():
        order = list(ids)
        random.Random(seed).shuffle(order)
        said = issue_many(draft_ids=order, on=date(2026, 2, 1), by=None, at=AT)
        assert said.refused == {{}}, said
    return do
assert in_parallel(by_hand(1), by_hand(2), issue_asked, issue_asked) == [0, 0, 0, 0]
book_is_whole(10, 10)
""")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_many_who_draft_and_issue_and_are_killed_at_random_lose_nothing(own, seed):
    own.python(f"""{HEAD}
from billing.models import InvoiceRun
set_up(40)
start()
chance = random.Random({seed})
def dying(deed, statements):
    def do():
        die_after(statements)
        deed()
    return do
for _ in range(15):
    in_parallel(*(dying(lambda: work(7), chance.randrange(150)) for _ in range(3)))
    with shared():
        InvoiceRun.objects.exclude(state="done").update(working_until=None)
    book_is_whole(40)
work(7)
ask("2026-02-01")
for _ in range(15):
    in_parallel(*(dying(issue_asked, chance.randrange(400)) for _ in range(4)))
    book_is_whole(40)
issue_asked()
book_is_whole(40, 40)
""")
