"""Fills every table of a council with at least one row: what is copied or deleted has to cope with all of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

from core import clock

AWKWARD = "{name}, \"quoted\" \\N \\. 'x' ; é\n\tŴ 家 \\\\ "
"""What a text may hold, and what a copy of it has to bring back: marks of the format itself, and line breaks."""


def fill_everything(name: str) -> None:
    """One of everything, with `name` in every text a person could read. Called inside a council."""
    from tests.isolation.test_every_address import make_world

    make_world(name)
    for model in council_models():
        if not model.objects.exists():
            fill(model, name)


def council_models() -> list[type[models.Model]]:
    """Every model that has a table in a council's schema, those that Django makes by itself among them."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS or f"{config.__module__}.{type(config).__name__}" in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.managed
    ]


def fill(model: type[models.Model], name: str) -> models.Model:
    """One row that the table's own constraints let in. What is nullable stays empty unless a constraint wants it."""
    for every_field in (False, True):
        row = model(**{field.attname: value_for(field, name) for field in wanted(model, every_field=every_field)})
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                check_references()
        except IntegrityError:
            continue
        return row
    raise AssertionError(f"{model.__name__} wants a factory of its own here.")


def wanted(model: type[models.Model], *, every_field: bool) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if (every_field or not field.null) and not isinstance(field, models.AutoField) and not field.generated
    ]


def value_for(field: Any, name: str) -> Any:
    if field.is_relation:
        target = field.related_model
        return getattr(target.objects.first() or fill(target, name), field.target_field.attname)
    if field.choices:
        return next(iter(field.choices))[0]
    if field.has_default() and not field.primary_key:
        return field.get_default()
    if isinstance(field, models.CharField | models.TextField):
        text = uuid.uuid4().hex if field.unique else AWKWARD.format(name=name)
        return text[: field.max_length]
    kinds = {
        "UUIDField": uuid.uuid4, "BooleanField": lambda: True, "DateTimeField": clock.now, "DateField": clock.today,
        "TimeField": lambda: clock.now().time(), "JSONField": lambda: {"said": AWKWARD.format(name=name), "n": None},
        "ArrayField": list, "DurationField": lambda: timedelta(days=1, seconds=2.5), "BinaryField": lambda: b"\x00\xff",
        "GenericIPAddressField": lambda: "192.0.2.7",
    }  # fmt: skip
    return kinds.get(field.get_internal_type(), lambda: 1)()


def check_references() -> None:
    """Have what is deferred to the end of the transaction be looked at now."""
    connection.check_constraints()
