"""`manage.py show_operators --port N`: where the demonstration's console answers, and who can sign in there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.queries.operators import role_names_by_email
from tenants.context import shared


class Command(BaseCommand):
    """Prints a small table."""

    help = "Print the demonstration's console and who can sign in there."

    def add_arguments(self, parser: CommandParser) -> None:
        """The web server's port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print. Raises CommandError outside of demo mode."""
        if settings.MODE != "demo":
            raise CommandError("Operators are shown in demo mode alone: PATCHWORK_MODE is not demo.")
        with shared(actor="command:show_operators"):
            rows = role_names_by_email()
        self.stdout.write(f"\n{settings.CONSOLE_NAME}: http://{settings.CONSOLE_HOST}:{options['port']}/")
        width = max((len(email) for email, _roles in rows), default=0) + 2
        for email, roles in rows:
            self.stdout.write(f"  {email.ljust(width)}{roles}")
