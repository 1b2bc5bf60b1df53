"""`manage.py add_operator NAME EMAIL --role ROLE`: an operator from the server's terminal; the first has no other way.

It prints a link, good once for a week, by which they choose a password and set up a second factor.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.actions.operators import add_demo_operator, add_first_operator
from console.errors import ConsoleRefused
from core.accounts.errors import AlreadyHasAccount
from tenants.context import shared


class Command(BaseCommand):
    """Adds one operator."""

    help = "Add an operator of the console, and print the link by which they join."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and their roles."""
        parser.add_argument("name")
        parser.add_argument("email")
        parser.add_argument(
            "--role", action="append", required=True, help="operator, release_manager, finance, auditor, administrator"
        )
        parser.add_argument("--demo", action="store_true", help="a demonstration's account, whose codes are shown")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add them. Raises CommandError with the reason when that can't be done."""
        if not settings.CONSOLE_HOST:
            raise CommandError("This deployment has no console: PATCHWORK_CONSOLE_HOST is empty.")
        who = {"name": options["name"], "email": options["email"], "roles": options["role"]}
        with shared(actor="command:add_operator"):
            try:
                if options["demo"]:
                    add_demo_operator(**who)
                    self.stdout.write(f"{options['name']} can sign in at {settings.CONSOLE_HOST}.")
                    return
                _operator, link = add_first_operator(**who)
            except (ConsoleRefused, AlreadyHasAccount, ValueError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{options['name']} joins by this link, which works once, for a week:\n{link}")
