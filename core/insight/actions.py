"""Counting a council: inside it first, then what was found is left outside, where the console reads it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone

from core import clock
from core.council.furnishing import collect
from core.insight.queries import facts, numbers
from tenants.context import CouncilRef, inside, shared
from tenants.models import CouncilFacts, CouncilReading, RequestTally
from tenants.tally import summary_of

ACTOR: Final = "task:insight.count"
LONGER: Final = "30s"
"""How long one statement may take: it looks at a whole council."""
TALLIES_KEPT: Final = timedelta(days=35)


def count(council: CouncilRef) -> None:
    """Count `council` for today, and say what the console waits on. Run again the same day, it takes the place of it.

    Two units of work: nothing of the second can see into the council, nothing of the first writes outside of it.
    """
    with inside(council, actor=ACTOR, statement_timeout=LONGER):
        counted, told, template = numbers(), facts(), collect()
    today, now = clock.today(), clock.now()
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    with shared(actor=ACTOR):
        tallies = RequestTally.objects.filter(council_id=council.id)
        requests = summary_of(tallies.filter(hour__gte=midnight).values_list("requests", "errors", "bands"))
        CouncilReading.objects.update_or_create(
            council_id=council.id, on=today, defaults={"numbers": {**counted, **requests}, "counted_at": now}
        )
        CouncilFacts.objects.update_or_create(
            council_id=council.id, defaults={"facts": told, "template": template, "at": now}
        )
        tallies.filter(hour__lt=now - TALLIES_KEPT).delete()
