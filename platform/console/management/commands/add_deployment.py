"""`manage.py add_deployment NAME ADDRESS`: make a deployment elsewhere known to the console, with what it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.actions.deployments import words_for
from console.actions.syncing import adopt, sync
from console.models import Deployment
from console.ports.errors import PortError
from tenants.context import shared


class Command(BaseCommand):
    """For whoever sets a console up; an operator does the same on a page."""

    requires_system_checks: list[str] = []  # they run when the site starts
    help = "Make a deployment known to this console, and every council that it has already."

    def add_arguments(self, parser: CommandParser) -> None:
        """Its name, its address, and by which certificate authority it is known."""
        parser.add_argument("name")
        parser.add_argument("address", help="https:// and the host of its operator API")
        parser.add_argument("--region", required=True)
        parser.add_argument("--kind", choices=Deployment.Kind.values, default=Deployment.Kind.SHARED)
        parser.add_argument("--authority", type=Path, help="the file of its certificate authority, if not the system's")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add or change it, ask it, and adopt its councils."""
        authority = options["authority"].read_text(encoding="ascii") if options["authority"] else ""
        with shared(actor="command:add_deployment"):
            found, _new = Deployment.objects.update_or_create(
                name=options["name"],
                defaults={
                    "region": options["region"], "kind": options["kind"], "port": Deployment.Port.REMOTE,
                    "address": options["address"], "certificate_authority": authority,
                },
            )  # fmt: skip
        try:
            count = adopt(found)
        except PortError as error:
            raise CommandError(words_for(error)) from error
        if not sync(found):
            raise CommandError("It answered, and then did not say what it has.")
        self.stdout.write(f"{found.name} answers; {count} councils of its were new to the console.")
