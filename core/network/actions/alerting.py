"""Telling those who hold a role, whoever they are, with or without a contact card: in the app, and by nameless mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.accounts.choices import Role
from core.accounts.models import User
from core.directory.models import Membership
from core.network.models import StandIn
from core.notices.actions import Teller, queue_mail, tell


def alert(
    users: Iterable[tuple[UUID, str]], slug: str, *, by: Teller | None = None, detail: Mapping[str, Any] | None = None,
    with_mail: bool = False,
) -> None:  # fmt: skip
    """Tell these users, given by id and address. No client is named, neither in the notice nor in the mail."""
    told = dict(users)
    tell(told, slug, by=by, detail=detail)
    if with_mail:
        for address in sorted(set(told.values())):
            queue_mail(
                to=address,
                subject=_("Something waits for you in Patchwork"),
                text=_("Something in Patchwork needs you soon. Sign in to see it. This mail names nobody on purpose."),
            )


def holders(*roles: Role) -> list[tuple[UUID, str]]:
    """The active users who hold one of these roles, and who stand in for one today. Two queries."""
    found = dict(User.objects.filter(roles__overlap=list(roles), is_active=True).values_list("id", "email"))
    today = clock.today()
    standing_in = StandIn.objects.filter(
        role__in=list(roles), starts_on__lte=today, ends_on__gte=today, ended_at=None, practitioner__left_on=None,
        practitioner__user__is_active=True,
    )  # fmt: skip
    found.update(standing_in.values_list("practitioner__user_id", "practitioner__user__email"))
    return list(found.items())


def managers_of(agency_ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """The managers of these agencies' services, who can sign in. One query."""
    rows = Membership.objects.filter(
        is_manager=True,
        service__agency_id__in=list(agency_ids),
        practitioner__left_on=None,
        practitioner__user__is_active=True,
        practitioner__user__roles__contains=[Role.MANAGER.value],
    )
    return list(rows.values_list("practitioner__user_id", "practitioner__user__email").distinct())
