"""`manage.py create_council NAME HOST --pack ID`: a council in one command."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.actions import create_council
from tenants.errors import CouncilExists, InvalidHost, NotKeptHere
from tenants.queries import council_at
from tenants.residency import require_kept_here


class Command(BaseCommand):
    """Creates a council; says in a sentence why when it can't."""

    requires_system_checks: list[str] = []  # they run when the site starts; a database may not be there yet
    help = "Create a council with its schema, role and host name."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name, host and pack; the rest has defaults."""
        parser.add_argument("name")
        parser.add_argument("host")
        parser.add_argument("--pack", required=True)
        parser.add_argument("--region", default="", help="this deployment's own where it is not said")
        parser.add_argument("--help-contact", default="")
        parser.add_argument("--if-missing", action="store_true", help="leave a council that is there alone")
        parser.add_argument("--theme", default="", help="name=colour pairs, comma-separated")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create, and print the new council's host."""
        if options["if_missing"] and council_at(options["host"]):
            return
        theme = dict(pair.split("=", 1) for pair in options["theme"].split(",") if "=" in pair)
        region = options["region"] or settings.DEPLOYMENT_REGION
        # A demo holds councils of several regions on one machine; in production the machine's own is what counts.
        stands_in = settings.DEPLOYMENT_REGION if settings.MODE == "production" else region
        try:
            require_kept_here(pack_id=options["pack"], region=region, stands_in=stands_in)
            council = create_council(
                name=options["name"], host=options["host"], pack_id=options["pack"], region=region,
                theme=theme, help_contact=options["help_contact"],
            )  # fmt: skip
        except (CouncilExists, InvalidHost, NotKeptHere) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{council.name} answers at {council.host}.")
