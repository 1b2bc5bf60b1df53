"""Invented deployments, councils, readings and answers for the console; called inside `shared()`."""

from __future__ import annotations

from datetime import timedelta

SIGNED, UNSIGNED, VICTORIA = "a" * 64, "b" * 64, "c" * 64

PACKS = [
    {"id": "gb-eng", "version": "2026.11.0", "checksum": SIGNED, "title": "England", "regions": ["uk"], "is_signed": True,
     "periods": {"visible_after_end_days": 90, "archive_years": 6, "archive_min_age": 0}},
    {"id": "gb-eng", "version": "2026.12.0", "checksum": UNSIGNED, "title": "England", "regions": ["uk"], "is_signed": False},
    {"id": "au-vic", "version": "2026.11.0", "checksum": VICTORIA, "title": "Victoria", "regions": ["au"], "is_signed": False},
]  # fmt: skip
TYPES = [
    {"code": "universal.maternity", "sensitivity": "standard", "labels": {"gb-eng": "Midwifery", "au-vic": "Midwives"}},
    {"code": "universal.child_health", "sensitivity": "standard", "labels": {"gb-eng": "Health visiting"}},
    {"code": "health.sexual", "sensitivity": "sexual_health", "labels": {"gb-eng": "Sexual health clinic"}},
    {"code": "youth.work", "sensitivity": "standard", "labels": {"gb-eng": "Youth work", "au-vic": "Youth work"}},
]
SAID = {
    "name": "North", "region": "uk", "kind": "shared", "version": "1.4.0", "is_ready": True, "packs": PACKS,
    "service_types": TYPES, "fleet": {"councils": 3, "behind": 0},
}  # fmt: skip


def make_deployment(name: str = "North", **given):
    """A remote deployment that was heard a minute ago."""
    from console.models import Deployment
    from core import clock

    slug = name.lower().replace(" ", "-")
    fields = {
        "kind": "shared", "region": "uk", "port": "remote", "address": f"https://{slug}.operators.example", "said": SAID,
        "seen_at": clock.now() - timedelta(minutes=1),
    }  # fmt: skip
    return Deployment.objects.create(name=name, **{**fields, **given})


def make_listed_council(name: str, deployment, **given):
    """A council as the console knows it, at work."""
    from console.models import Council
    from core import clock

    fields = {
        "hosts": [f"{name.lower().replace(' ', '-')}.example.org"], "pack_id": "gb-eng", "state": "training",
        "created_at": clock.now(),
    }  # fmt: skip
    return Council.objects.create(name=name, deployment=deployment, **{**fields, **given})


def make_reading(council, days_ago: int = 0, **numbers):
    """A day's numbers of a council."""
    from console.models import Reading
    from core import clock

    counted = {
        "active_practitioners": 20, "clients": 40, "involvements": 90, "fresh_share": 0.8, "requests": 500, "errors": 0,
        "p95_ms": 80, "backlog": 0, "storage_bytes": 12_000_000,
    }  # fmt: skip
    now = clock.now()
    return Reading.objects.create(
        council=council, on=clock.today() - timedelta(days=days_ago), numbers={**counted, **numbers}, counted_at=now,
        received_at=now,
    )  # fmt: skip


def whole_answers(deployment, **changed):
    """What answers every task, as the forms would say it."""
    return {
        "identity": {"name": "Tamworth", "hosts": ["tamworth.example.org"]},
        "place": {"deployment": str(deployment.id)},
        "pack": {"pack_id": "gb-eng", "version": "2026.11.0", "checksum": SIGNED, "title": "England"},
        "services": {"codes": ["universal.maternity", "youth.work"]},
        "agencies": {
            "agencies": [
                {"name": "Castle Youth", "kind": "voluntary", "phone": "01632 960123", "services": ["youth.work"]}
            ]
        },
        "roles": {"roles": {"youth.work": ["youth worker"]}},
        "words": {"help_contact": "Patchwork team, 01632 960100", "words": {}},
        "look": {"theme": {}},
        "retention": {"seen": True},
        "administrator": {"email": "ada@tamworth.example"},
        "training": {"wanted": False, "host": ""},
        **changed,
    }


def make_onboarding(operator, deployment, **changed):
    """A new council with every task answered."""
    from console.models import Onboarding
    from core import clock

    answers = {
        task: {"value": value, "version": 1, "by": operator.name}
        for task, value in whole_answers(deployment, **changed).items()
    }
    now = clock.now()
    return Onboarding.objects.create(
        name="Tamworth", answers=answers, started_by=operator, started_at=now, updated_at=now, version=1
    )


def as_ref(operator):
    """The operator as actions are told of them."""
    from console.queries.operators import operator_of

    return operator_of(operator.user_id)
