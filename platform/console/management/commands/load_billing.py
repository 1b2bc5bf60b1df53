"""`manage.py load_billing`: a demonstration's money, so that finance has something to do: half a year of invoices.

Two companies of ours bill the demonstration's councils, by the very actions that finance uses. Last month is counted
and waits to be billed. `--bank-file PATH` writes a bank's file that pays, or may pay, what is open then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.actions.finance.accounts import push_accounts
from console.actions.finance.demonstration import load_money, sample_bank_file
from console.actions.syncing import sync_all


class Command(BaseCommand):
    """Loads; twice does no harm."""

    help = "Fill a demonstration's console with contracts, usage, invoices and payments."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where a bank's file is to be written."""
        parser.add_argument("--bank-file", type=Path, help="write a bank's file for the British company, to import")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load. Raises CommandError outside of a demonstration."""
        sync_all()  # the councils are known to the console once it has heard from their deployments
        try:
            loaded = load_money()
        except ValueError as error:
            raise CommandError(str(error)) from error
        push_accounts(draw=0)
        self.stdout.write(f"{loaded.contracts} contracts, {loaded.invoices} invoices, {loaded.payments} payments.")
        if options["bank_file"]:
            options["bank_file"].write_bytes(sample_bank_file())
            self.stdout.write(f"A bank's file to import: {options['bank_file']}")
