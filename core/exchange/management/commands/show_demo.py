"""`manage.py show_demo --port N`: where the demonstration's councils answer, and who can sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q

from core.accounts.actions.demonstration import PASSWORD
from core.accounts.models import User
from core.directory.models import Practitioner
from core.exchange.actions.demo_accounts import require_demo
from core.exchange.errors import ImportNotPossible
from core.exchange.samples import Sample, read_samples
from core.network.models import Involvement
from tenants.context import CouncilRef, inside
from tenants.queries import all_councils


class Command(BaseCommand):
    """Prints a small table for each council."""

    help = "Print a demonstration's addresses and who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        """The web server's port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print. Raises CommandError outside of demo mode."""
        try:
            require_demo()
        except ImportNotPossible as error:
            raise CommandError(str(error)) from error
        samples = {sample.council.casefold(): sample for sample in read_samples()}
        for council in all_councils():
            sample = samples.get(council.name.casefold())
            if sample is not None:
                self._show(council, sample, options["port"])
        self.stdout.write(
            f"\nEverybody's password is {PASSWORD}. The six-digit codes: `make codes`, in another terminal."
        )

    def _show(self, council: CouncilRef, sample: Sample, port: int) -> None:
        rows = _people(council, sample)
        widths = [max(len(row[at]) for row in rows) + 2 for at in range(3)]
        self.stdout.write(f"\n{council.name}: http://{council.host}:{port}/")
        for row in rows:
            self.stdout.write(
                "  " + "".join(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)) + row[3]
            )


def _people(council: CouncilRef, sample: Sample) -> list[tuple[str, str, str, str]]:
    """E-mail, what they are, agency and number of clients of everybody who can sign in."""
    with inside(council, actor="command:show_demo"):
        cards = Practitioner.objects.select_related("agency", "user").filter(
            user__email__in=[account.email for account in sample.accounts]
        )
        agencies = {card.user.email: card.agency.name for card in cards if card.user}
        counted = dict(
            Involvement.objects.filter(ended_on=None, practitioner__in=cards)
            .values_list("practitioner__user__email")
            .annotate(count=Count("client", distinct=True, filter=Q(client__removed_at=None)))
        )
        there = set(User.objects.values_list("email", flat=True))
    return [
        (account.email, account.what, agencies.get(account.email, ""), _clients(counted.get(account.email, 0)))
        for account in sample.accounts
        if account.email in there
    ]


def _clients(count: int) -> str:
    return f"{count} clients" if count else ""
