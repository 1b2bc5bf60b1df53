"""`manage.py sign_off_pack PACK --by NAME`: the legal review of a pack, as its file stands in this release, is done."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.consent.packs_in_use import packs
from tenants.actions import sign_off_pack
from tenants.context import shared
from tenants.errors import PackAlreadySigned


class Command(BaseCommand):
    """Records pack, version, checksum, who and when; says in a sentence why when it can't."""

    help = "Record that a law pack's legal review is signed off, so that councils may go live on it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which pack, and who signs."""
        parser.add_argument("pack")
        parser.add_argument("--by", required=True, help="who answers for the legal review: name and office")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Record it, and print what was signed."""
        pack = packs().get(options["pack"])
        if pack is None:
            raise CommandError(f"This release holds no pack called {options['pack']}. It holds: {', '.join(packs())}.")
        try:
            with shared():
                sign_off_pack(pack_id=pack.id, version=pack.version, checksum=pack.checksum, signed_by=options["by"])
        except (PackAlreadySigned, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{pack.ref} is signed off by {options['by'].strip()}, checksum {pack.checksum}.")
