"""`manage.py go_live HOST`: a council stops being a training council, if its law pack has been signed off."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.consent.errors import PolicyUnusable
from core.consent.packs_in_use import pack_of
from tenants.actions import go_live
from tenants.context import shared
from tenants.errors import PackNotSigned
from tenants.queries import council_at


class Command(BaseCommand):
    """Puts a council to work; says in a sentence why when it can't."""

    help = "Make a council live. Its law pack must have been signed off as its file stands."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which council, by its host name."""
        parser.add_argument("host")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check and switch."""
        council = council_at(options["host"].strip().lower())
        if council is None:
            raise CommandError(f"No council answers at {options['host'][:60]}.")
        try:
            pack = pack_of(council)
            with shared():
                go_live(council, checksum=pack.checksum)
        except (PackNotSigned, PolicyUnusable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{council.name} is live on {pack.ref}.")
