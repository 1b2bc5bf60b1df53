"""A council of the demonstration: its invented roster, conversations, a little daily life, and who can sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Final
from uuid import UUID

from core.exchange.actions.demo_accounts import hashed_password, open_demo_account, require_demo
from core.exchange.actions.demo_life import bring_news, join_some, name_leads
from core.exchange.actions.demo_safeguards import ask_the_safeguards
from core.exchange.actions.import_roster import import_roster
from core.exchange.actions.invented_conversations import Viewers, invent_conversations, lines_to_talk_about
from core.exchange.errors import ImportNotPossible
from core.exchange.results import ImportResult
from core.exchange.roster.mapping import read_mappings
from core.exchange.samples import Sample
from tenants.context import CouncilRef, inside
from tenants.models import Council

CHUNK: Final = 100
"""Clients whose conversations are held in one transaction."""
TIME_LIMIT: Final = "60s"

Report = Callable[[str], None]


def load_sample(*, council: CouncilRef, sample: Sample, today: date, report: Report) -> ImportResult:
    """Fill a demonstration's council; every date of the sample but birth dates is moved so that it ends `today`.

    It opens `inside(council)` itself, so it is called outside of any scope. Run again, it goes on where it was stopped,
    or changes nothing. Raises ImportNotPossible outside of demo mode.
    """
    require_demo()
    viewers = Viewers()
    result = _bring_people(council, sample, today, report, viewers)
    report("Accounts, visits and invitations")
    hashed = hashed_password()
    for account in sample.accounts:
        with _scope(council):
            user = open_demo_account(account, hashed=hashed)
            join_some(user, account.joins, viewers)
    for account in sample.accounts:
        with _scope(council):
            bring_news(open_demo_account(account, hashed=hashed), viewers)
    with _scope(council):
        ask_the_safeguards([account.email for account in sample.accounts], viewers)
    return result


def load_invented_people(*, council: CouncilRef, sample: Sample, today: date, report: Report) -> ImportResult:
    """Fill a training council with a sample's people alone: no account opens that nobody was invited to.

    As `load_sample`, in any deployment. Raises ImportNotPossible for a council that is not a training council.
    """
    if council.state != Council.State.TRAINING:
        raise ImportNotPossible("Made-up people are for a training council alone.")
    return _bring_people(council, sample, today, report, Viewers())


def _bring_people(council: CouncilRef, sample: Sample, today: date, report: Report, viewers: Viewers) -> ImportResult:
    """The roster, and the conversations that let its lines be shown."""
    result = import_roster(
        council=council,
        folder=sample.folder,
        mappings=read_mappings(sample.mappings),
        today=sample.as_of,
        moved_by=today - sample.as_of,
        report=report,
    )
    with _scope(council):
        clients = lines_to_talk_about()
    _talk(council, clients, viewers, report)
    return result


def _talk(council: CouncilRef, clients: Sequence[UUID], viewers: Viewers, report: Report) -> None:
    shown = 0
    for start in range(0, len(clients), CHUNK):
        part = clients[start : start + CHUNK]
        with _scope(council):
            shown += invent_conversations(part, viewers)
            name_leads(part, viewers)
        report(
            f"Conversations: {min(start + CHUNK, len(clients)):,} of {len(clients):,} clients, {shown:,} lines shown"
        )


@contextmanager
def _scope(council: CouncilRef) -> Iterator[None]:
    with inside(council, actor="job:load_demo", statement_timeout=TIME_LIMIT):
        yield
