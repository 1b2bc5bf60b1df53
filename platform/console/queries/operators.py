"""Reads of operators: who is asking, and what their roles permit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from console.choices import Permission
from console.errors import NotThere
from console.models import Operator, OperatorRole, SupportRequest
from console.policies import LetIn, can_change_roles
from core.accounts.factor_types import type_of
from core.accounts.models import OpenSession


@dataclass(frozen=True, slots=True)
class OperatorRef:
    """An operator, as plain values: what doors, policies and actions are told of who asks."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        """Whether one of this operator's roles gives `permission`."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role and what it permits, in words."""

    slug: str
    name: str
    permits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorLine:
    """An operator in the list. `has_joined` once they set up a second factor."""

    id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    role_slugs: tuple[str, ...]
    is_open: bool
    has_joined: bool
    is_me: bool
    added_at: datetime
    seen_at: datetime | None
    may_change: bool


def operator_of(user_id: UUID) -> OperatorRef | None:
    """The operator whose account this is, or None for someone who is none. Two statements."""
    found = Operator.objects.select_related("user").prefetch_related("roles").filter(user_id=user_id).first()
    if found is None or not found.user.is_active:
        return None
    given = frozenset(permission for role in found.roles.all() for permission in role.permissions)
    return OperatorRef(found.id, found.user_id, found.name, found.user.email, given)


def who_let_in() -> dict[UUID, LetIn]:
    """Who let each operator in. One statement: they are few."""
    rows = Operator.objects.values_list("id", "added_by_id", "roles_by_id", "invited_by_id")
    return {one: LetIn(*by) for one, *by in rows}


def operators_for(by: OperatorRef) -> tuple[OperatorLine, ...]:
    """Every operator, open accounts first. Three statements."""
    return tuple(sorted((_line(one, by) for one in _rows()), key=lambda one: (not one.is_open, one.name.casefold())))


def operator_for(by: OperatorRef, operator_id: UUID) -> OperatorLine:
    """One operator. Raises NotThere."""
    found = _rows().filter(id=operator_id).first()
    if found is None:
        raise NotThere("There is no such operator.")
    return _line(found, by)


def roles() -> tuple[RoleLine, ...]:
    """Every role, and what it permits."""
    return tuple(
        RoleLine(one.slug, one.name, tuple(str(Permission(slug).label) for slug in one.permissions))
        for one in OperatorRole.objects.order_by("name")
    )


def operator_names() -> dict[UUID, str]:
    """The name of every operator, by their id and by their account's: the log knows both."""
    rows = Operator.objects.values_list("id", "user_id", "name")
    return {key: name for one, user, name in rows for key in (one, user)}


def support_of(operator_id: UUID) -> tuple[str, ...]:
    """The councils that were asked to let this operator in, or have done so: each takes that back by itself."""
    states = (SupportRequest.State.ASKED, SupportRequest.State.GRANTED)
    held = SupportRequest.objects.filter(operator_id=operator_id, state__in=states)
    return tuple(held.order_by("council__name").values_list("council__name", flat=True).distinct())


def role_names_by_email() -> tuple[tuple[str, str], ...]:
    """Who can sign in, and as what: for a demonstration."""
    rows = Operator.objects.select_related("user").prefetch_related("roles").filter(user__is_active=True)
    return tuple((one.user.email, ", ".join(role.name for role in one.roles.all())) for one in rows.order_by("name"))


def _rows() -> QuerySet[Operator]:
    joined = [Exists(model.objects.filter(user=OuterRef("user"), confirmed=True)) for model in type_of.values()]
    seen = OpenSession.objects.filter(user=OuterRef("user")).order_by("-seen_at").values("seen_at")[:1]
    rows = Operator.objects.select_related("user").prefetch_related("roles")
    return rows.annotate(has_app=joined[0], has_passkey=joined[1], last_seen=Subquery(seen))


def _line(one: Any, by: OperatorRef) -> OperatorLine:
    held = sorted(one.roles.all(), key=lambda role: role.name)
    return OperatorLine(
        id=one.id, name=one.name, email=one.user.email, roles=tuple(role.name for role in held),
        role_slugs=tuple(role.slug for role in held), is_open=one.user.is_active,
        has_joined=one.has_app or one.has_passkey, is_me=one.id == by.id, added_at=one.added_at,
        seen_at=one.last_seen, may_change=can_change_roles(by, one.id),
    )  # fmt: skip
