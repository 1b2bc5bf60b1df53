"""Operators: inviting one, giving roles, closing and reopening an account. Nobody does any of it to themselves.

Whoever changes who administers the console holds a lock on all who do, so that two can't remove one another at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from console.actions.proposals import withdraw_all_of
from console.choices import Permission
from console.errors import NotPermitted, NotPossible, NotThere
from console.models import Operator, OperatorRole
from console.policies import require, require_can_change_roles
from console.queries.operators import OperatorRef
from core import clock
from core.accounts.actions.demonstration import PASSWORD, give_demo_factor
from core.accounts.actions.factors import has_factor
from core.accounts.actions.passwords import user_at
from core.accounts.actions.people import close_account, invitation_link, invite_again, invite_person, open_account
from core.accounts.errors import AlreadyHasAccount
from core.accounts.models import User
from core.audit.actions import record, refuse
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def invite_operator(*, name: str, email: str, roles: Iterable[str], by: OperatorRef) -> Operator:
    """Invite someone to operate the platform, by a mailed link. Raises NotPermitted, NotPossible."""
    require(by, Permission.MANAGE_OPERATORS)
    operator = _add(name=name, email=email, roles=roles, by=by)
    try:
        invite_person(email=operator.user.email, roles=[], by=_account(by), actor=by)
    except AlreadyHasAccount as error:
        raise NotPossible(str(error)) from error
    return operator


@transaction.atomic(using=SHARED_ALIAS)
def add_first_operator(*, name: str, email: str, roles: Iterable[str]) -> tuple[Operator, str]:
    """An operator from the server's own terminal, and the link by which they join. Raises NotPossible."""
    operator = _add(name=name, email=email, roles=roles, by=None)
    return operator, invitation_link(email=operator.user.email, roles=[], by=None)


@transaction.atomic(using=SHARED_ALIAS)
def add_demo_operator(*, name: str, email: str, roles: Iterable[str]) -> Operator:
    """An invented operator who signs in with the demonstration's password and codes. Twice does no harm.

    Raises NotPossible, and ValueError outside of a demonstration.
    """
    user = user_at(email)
    known = Operator.objects.filter(user=user).first() if user else None
    operator = known or _add(name=name, email=email, roles=roles, by=None)
    if give_demo_factor(operator.user):
        operator.user.set_password(PASSWORD)
        operator.user.save(update_fields=["password"])
        record("console.operator.demo_opened", by=None, subject=operator)
    return operator


@transaction.atomic(using=SHARED_ALIAS)
def invite_operator_again(*, operator_id: UUID, by: OperatorRef) -> Operator:
    """For someone who lost every second factor, or whose link ran out: what there is ends, and they set up anew.

    Raises NotThere, NotPermitted, NotPossible.
    """
    operator = _locked(operator_id)
    _require_may_change(by, operator)
    if not operator.user.is_active:
        raise NotPossible("This account is closed: reopen it first.")
    invite_again(user=operator.user, by=_account(by), actor=by)
    operator.invited_by_id = by.id
    operator.save(update_fields=["invited_by_id"])
    record("console.operator.invited_again", by=by, subject=operator)
    return operator


@transaction.atomic(using=SHARED_ALIAS)
def change_roles(*, operator_id: UUID, roles: Iterable[str], by: OperatorRef) -> Operator:
    """Give an operator these roles and no others. Raises NotThere, NotPermitted, NotPossible."""
    _lock_administrators()
    operator = _locked(operator_id)
    _require_may_change(by, operator)
    wanted = _roles(roles)
    before = sorted(operator.roles.values_list("slug", flat=True))
    operator.roles.set(wanted)
    operator.roles_by_id = by.id
    operator.save(update_fields=["roles_by_id"])
    _require_administrator()
    after = sorted(role.slug for role in wanted)
    record("console.operator.roles_changed", by=by, subject=operator, detail={"before": before, "after": after})
    return operator


@transaction.atomic(using=SHARED_ALIAS)
def close_operator(*, operator_id: UUID, by: OperatorRef) -> Operator:
    """Let an operator sign in no more; their sessions end at once, and what they proposed is taken back.

    Raises NotThere, NotPermitted, NotPossible.
    """
    _lock_administrators()
    operator = _locked(operator_id)
    _require_may_change(by, operator)
    if not operator.user.is_active:
        raise NotPossible("This account is closed already.")
    close_account(user=operator.user, by=by)
    _require_administrator()
    withdraw_all_of(operator_id=operator.id, by=by)
    record("console.operator.closed", by=by, subject=operator)
    return operator


@transaction.atomic(using=SHARED_ALIAS)
def reopen_operator(*, operator_id: UUID, by: OperatorRef) -> Operator:
    """Let an operator sign in again. Raises NotThere, NotPermitted, NotPossible."""
    operator = _locked(operator_id)
    _require_may_change(by, operator)
    if operator.user.is_active:
        raise NotPossible("This account is open already.")
    open_account(user=operator.user, by=by)
    record("console.operator.reopened", by=by, subject=operator)
    return operator


def _add(*, name: str, email: str, roles: Iterable[str], by: OperatorRef | None) -> Operator:
    wanted = _roles(roles)
    address = email.strip().lower()
    user = user_at(address)
    if user is not None and (has_factor(user) or not user.is_active):
        raise NotPossible("Someone with this address is an operator already.")
    if user is None:
        user = User(email=address)
        user.set_unusable_password()
        user.save()
    operator, is_new = Operator.objects.get_or_create(
        user=user, defaults={"name": name.strip(), "added_at": clock.now(), "added_by_id": by.id if by else None}
    )
    if not is_new:
        operator.name, operator.added_by_id = name.strip(), by.id if by else None
        operator.roles_by_id = operator.invited_by_id = None
        operator.save(update_fields=["name", "added_by_id", "roles_by_id", "invited_by_id"])
    operator.roles.set(wanted)
    record("console.operator.invited", by=by, subject=operator, detail={"roles": sorted(r.slug for r in wanted)})
    return operator


def _roles(slugs: Iterable[str]) -> list[OperatorRole]:
    wanted = set(slugs)
    found = list(OperatorRole.objects.filter(slug__in=wanted))
    if not found or len(found) != len(wanted):
        raise NotPossible("Choose at least one role of the list.")
    return found


def _locked(operator_id: UUID) -> Operator:
    found = Operator.objects.select_for_update(of=("self",)).select_related("user").filter(id=operator_id).first()
    if found is None:
        raise NotThere("There is no such operator.")
    return found


def _lock_administrators() -> None:
    """Hold every operator's row, in one order, until this is decided: they are few."""
    list(Operator.objects.select_for_update().order_by("id").values_list("id"))


def _require_administrator() -> None:
    """Raises NotPossible when nobody would be left who can manage operators."""
    able = Operator.objects.filter(
        user__is_active=True, roles__permissions__contains=[Permission.MANAGE_OPERATORS.value]
    )
    if not able.exists():
        raise NotPossible("Nobody would be left who can manage operators.")


def _require_may_change(by: OperatorRef, operator: Operator) -> None:
    try:
        require_can_change_roles(by, operator.id)
        _require_still_administrator(by)
    except NotPermitted:
        refuse("console.operator.changed", by=by, reason="not_permitted", subject_id=operator.id)
        raise


def _require_still_administrator(by: OperatorRef) -> None:
    """Ask again under the lock: another administrator may have been quicker."""
    mine = OperatorRole.objects.filter(permissions__contains=[Permission.MANAGE_OPERATORS.value])
    if not Operator.objects.filter(id=by.id, user__is_active=True, roles__in=mine).exists():
        raise NotPermitted("Your roles do not allow this.")


def _account(by: OperatorRef) -> User:
    return User.objects.get(id=by.user_id)
