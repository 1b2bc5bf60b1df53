"""`manage.py load_demo --council NAME`: a demonstration's council with its invented people; see `samples.toml`."""

from __future__ import annotations

import time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import clock
from core.consent.packs_in_use import pack_of
from core.exchange.actions.load_sample import load_sample
from core.exchange.errors import ImportNotPossible
from core.exchange.results import summary
from core.exchange.samples import sample_of
from tenants.queries import council_named

SAY_EVERY = 2.0


class Command(BaseCommand):
    """Loads; says what it does at least every other second or so. Run again, it changes nothing."""

    help = "Fill a demonstration's council with its invented roster, conversations and accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which council."""
        parser.add_argument("--council", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load. Raises CommandError outside of demo mode, and for a council without a sample."""
        council = council_named(options["council"])
        if council is None:
            raise CommandError(f"There is no council called {options['council']!r}.")
        sample = sample_of(council.name)
        if sample is None:
            raise CommandError(f"There is no sample for {council.name}: the list is in samples.toml.")
        begun = said = time.monotonic()

        def say(line: str) -> None:
            nonlocal said
            is_progress = " of " in line
            if is_progress and time.monotonic() - said < SAY_EVERY:
                return
            said = time.monotonic()
            self.stdout.write(f"    {said - begun:5.1f} s  {line}")
            self.stdout.flush()

        with timezone.override(ZoneInfo(pack_of(council).locale.timezone)):
            try:
                result = load_sample(council=council, sample=sample, today=clock.today(), report=say)
            except ImportNotPossible as error:
                raise CommandError(str(error)) from error
        self.stdout.write(summary(result))
