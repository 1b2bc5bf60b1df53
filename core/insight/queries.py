"""Counts and facts of the present council: as many statements whatever its size, and nobody's name in any of them.

People are counted for the whole council and never by agency, service or anything else, and a count below 5 is none at
all; nor is one told that, taken from another, leaves so few. Two days compared tell that somebody came or went in a
council of hundreds, and not who, where or why.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, F, Func, IntegerField, Min, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce

from core import clock
from core.accounts.choices import Role
from core.accounts.factor_types import type_of
from core.accounts.models import open_accounts
from core.consent.errors import PolicyUnusable
from core.consent.packs_in_use import pack_of, policy_in_force, version_in_force
from core.council.models import ReleaseOffer, SupportGrant
from core.directory.models import Practitioner
from core.exchange.models import ExitCopy
from core.network.models import Involvement
from core.notices.models import OutboxItem
from core.people.models import Client
from tenants.context import require_current

FEW: Final = 5
ACTIVE_WITHIN: Final = timedelta(days=30)

Numbers = dict[str, int | float | None]


def numbers() -> Numbers:
    """What is counted a day. Seven statements."""
    today, now = clock.today(), clock.now()
    staff = Practitioner.objects.filter(left_on=None).aggregate(
        all=Count("id"), active=Count("id", filter=Q(user__last_login__gte=now - ACTIVE_WITHIN, user__is_active=True))
    )
    clients = Client.objects.filter(removed_at=None, closed_on=None).count()
    lines = _lines(today)
    waiting = OutboxItem.objects.filter(done_at=None).aggregate(all=Count("id"), oldest=Min("created_at"))
    oldest = waiting["oldest"]
    return {
        "practitioners": unless_few(staff["all"]),
        "active_practitioners": part_unless_few(staff["active"], staff["all"]),
        "clients": unless_few(clients),
        "involvements": unless_few(lines["all"]),
        "fresh_share": share_unless_few(lines["fresh"], lines["all"]),
        "backlog": waiting["all"],
        "backlog_minutes": int((now - oldest).total_seconds() // 60) if oldest else 0,
        "storage_bytes": _table_bytes()
        + (ExitCopy.objects.filter(state=ExitCopy.State.READY).aggregate(all=Sum("size"))["all"] or 0),
    }


def facts() -> dict[str, Any]:
    """What the console waits on and shows of this council: codes, flags and the ids that it gave itself."""
    version = version_in_force(clock.today())
    now = clock.now()
    ran_out = SupportGrant.State.ENDED.value
    return {
        "has_administrator_with_second_factor": _has_administrator(),
        "has_policy": version is not None,
        "policy_pack_version": f"{version.pack_id}@{version.pack_version}" if version else "",
        "policy_pack_checksum": version.pack_checksum if version else "",
        "offers": {str(row.release_id): row.state for row in ReleaseOffer.objects.only("release_id", "state")},
        "support": {
            str(row.request_id): ran_out if row.state == "granted" and row.until and row.until <= now else row.state
            for row in SupportGrant.objects.only("request_id", "state", "until")
        },
    }


def unless_few(number: int) -> int | None:
    """A count of people, or nothing where it could pick somebody out. Nobody at all is told as nobody."""
    return number if number == 0 or number >= FEW else None


def part_unless_few(part: int, whole: int) -> int | None:
    """How many of a number that is told too, or nothing where either they or the others are few."""
    return unless_few(part) if unless_few(whole - part) is not None else None


def share_unless_few(part: int, whole: int) -> float | None:
    """Their share, or nothing where either they or the others are few: the whole is told, and one gives the other."""
    return round(part / whole, 2) if whole and part_unless_few(part, whole) is not None else None


def _lines(today: Any) -> dict[str, int]:
    """Live lines, and how many of them were confirmed within their service's interval."""
    since = Func(
        Cast(Value(today), output_field=Involvement._meta.get_field("confirmed_on")),  # noqa: SLF001  # public by custom
        F("confirmed_on"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    interval = Coalesce("service__service_type__freshness_days", Value(_freshness()), output_field=IntegerField())
    live = Involvement.objects.filter(ended_on=None, client__removed_at=None)
    counted = live.annotate(unconfirmed=since, interval=interval).aggregate(
        all=Count("id"), fresh=Count("id", filter=Q(unconfirmed__lte=F("interval")))
    )
    return {"all": int(counted["all"]), "fresh": int(counted["fresh"])}


def _freshness() -> int:
    """After how many days a line fades: by the policy, or where none can be applied by the pack."""
    try:
        return policy_in_force(clock.today()).rules.freshness_days
    except PolicyUnusable:
        return pack_of(require_current()).freshness_days


def _has_administrator() -> bool:
    admins = open_accounts().filter(roles__contains=[Role.COUNCIL_ADMIN.value])
    has_factor = Q()
    for model in type_of.values():
        has_factor |= Q(Exists(model.objects.filter(user_id=OuterRef("pk"), confirmed=True)))
    return admins.filter(has_factor).exists()


def _table_bytes() -> int:
    """What this council's own tables, indexes and large values take."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind IN ('r', 'm')",
            [require_current().schema_name],
        )
        return int(cursor.fetchone()[0])
