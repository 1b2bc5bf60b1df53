"""`manage.py go_live HOST`: a council stops being a training council, if its law pack has been signed off."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.consent.errors import PolicyUnusable
from core.consent.pack import Pack
from core.consent.packs_in_use import pack_held, pack_of, version_in_force
from tenants.actions import go_live
from tenants.context import CouncilRef, inside, shared
from tenants.errors import CouncilSuspended, PackNotSigned
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
            pack = _decided_by(council)
            with shared(actor="command:go_live"):
                go_live(council, checksum=pack.checksum)
        except (PackNotSigned, CouncilSuspended, PolicyUnusable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{council.name} is live on {pack.ref}.")


def _decided_by(council: CouncilRef) -> Pack:
    """The file that the council's policy is on, however new another of this release is. Raises PolicyUnusable."""
    with inside(council, actor="command:go_live"):
        version = version_in_force(clock.today())
    if version is None:
        return pack_of(council)
    return pack_held(version.pack_id, version.pack_version, version.pack_checksum)
