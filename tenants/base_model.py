"""Models that remember which council they came from, and refuse to be used in another.

`save()` of one council's object inside another would overwrite that council's row or insert a copy; a lazy queryset
made in one and evaluated in another would read the wrong rows. Both raise WrongCouncil here. PostgreSQL's roles are
the wall; this guard turns a silent mistake into a loud one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from tenants.context import world_name
from tenants.errors import NoCouncil, WrongCouncil

M = TypeVar("M", bound=models.Model)

ALL_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND_ONLY = ("SELECT", "INSERT")


def world_of(instance: models.Model) -> str | None:
    """The schema an instance came from, or None when it has not been in one yet."""
    return getattr(instance._state, "world", None)  # noqa: SLF001  # Django's own place for an instance's origin


def remember_world(instance: models.Model) -> None:
    """Note the present world as the instance's origin, unless it has one."""
    if world_of(instance) is None:
        instance._state.world = world_name()  # type: ignore[attr-defined]  # noqa: SLF001  # as above


def require_world(instance: models.Model) -> None:
    """Raise WrongCouncil when the instance belongs to another world than the present one."""
    remember_world(instance)
    if world_of(instance) != world_name():
        raise WrongCouncil(f"A {type(instance).__name__} of one council was used inside another.")


class TenantQuerySet(models.QuerySet[M]):
    """A queryset bound to the council in which it was made, or else to the first in which it is evaluated."""

    _world: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._world = world_name()

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # Django's copying hook, untyped
        clone._world = self._world
        return clone

    def _check_world(self, *instances: models.Model) -> None:
        here = world_name()
        if here is None:
            raise NoCouncil("A query ran outside of a council: open inside(council) around the work.")
        if self._world is None:
            self._world = here
        if self._world != here:
            raise WrongCouncil(f"A query for {self.model.__name__} made in one council was used inside another.")
        hinted = getattr(self, "_hints", {}).get("instance")
        for instance in (*instances, *([hinted] if isinstance(hinted, TenantModel) else [])):
            require_world(instance)

    def _fetch_all(self) -> None:
        self._check_world()
        super()._fetch_all()

    def _iterator(self, use_chunked_fetch: bool, chunk_size: int | None) -> Iterator[M]:  # noqa: FBT001  # Django's
        self._check_world()
        yield from super()._iterator(use_chunked_fetch, chunk_size)  # type: ignore[misc]  # untyped in the stubs

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._check_world()
        return super().aggregate(*args, **kwargs)

    def count(self) -> int:
        self._check_world()
        return super().count()

    def exists(self) -> bool:
        self._check_world()
        return super().exists()

    def contains(self, obj: models.Model) -> bool:
        self._check_world(obj)
        return super().contains(obj)

    def explain(self, **kwargs: Any) -> str:
        self._check_world()
        return super().explain(**kwargs)

    def update(self, **kwargs: Any) -> int:
        self._check_world()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check_world()
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        self._check_world()
        return int(super()._raw_delete(using) or 0)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        self._check_world(*rows)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        rows = list(objs)
        self._check_world(*rows)
        return super().bulk_update(rows, fields, batch_size)

    def __getstate__(self) -> dict[str, Any]:
        self._check_world()
        state: dict[str, Any] = super().__getstate__()
        return state


class TenantModel(models.Model):
    """A row of a council's own schema. Its key is random, so that an id never means two things in two councils."""

    council_privileges: ClassVar[tuple[str, ...]] = ALL_PRIVILEGES
    """What the council's database role may do with this table: applied as grants after each migration."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember_world(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, in the council this object came from. Raises WrongCouncil elsewhere."""
        require_world(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, in the council this object came from. Raises WrongCouncil elsewhere."""
        require_world(self)
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read again, in the council this object came from. Raises WrongCouncil elsewhere."""
        require_world(self)
        super().refresh_from_db(*args, **kwargs)
