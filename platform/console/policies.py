"""Who may do what on the console, each rule as a question and as a refusal. The doors' table is only the first gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from console.choices import Permission, ProposalKind
from console.errors import NotPermitted

MAY_PROPOSE: Final = {
    ProposalKind.SUSPEND: Permission.CHANGE_COUNCILS,
    ProposalKind.DELETE: Permission.CHANGE_COUNCILS,
    ProposalKind.RELEASE: Permission.RELEASE,
    ProposalKind.SUPPORT: Permission.ASK_SUPPORT,
    ProposalKind.WRITE_OFF: Permission.FINANCE,
}
"""What an operator's roles must give to propose each kind."""

MAY_DECIDE: Final = {
    ProposalKind.SUSPEND: Permission.DECIDE,
    ProposalKind.DELETE: Permission.DECIDE,
    ProposalKind.RELEASE: Permission.DECIDE,
    ProposalKind.SUPPORT: Permission.DECIDE,
    ProposalKind.WRITE_OFF: Permission.FINANCE,
}
"""What they must give to decide each kind. Money is finance's: who may decide on councils decides nothing about it."""

WAITS: Final = timedelta(days=7)
"""How long a proposal waits for a second operator."""


class Asking(Protocol):
    """Whoever asks: an operator with what their roles permit."""

    @property
    def id(self) -> UUID: ...

    def may(self, permission: str) -> bool: ...


def require(by: Asking, permission: Permission) -> None:
    """Raises NotPermitted when no role of `by` gives `permission`."""
    if not by.may(permission):
        raise NotPermitted("Your roles do not allow this.")


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who let an operator in: added them (nobody, from the terminal), gave their roles last, invited them again."""

    added_by: UUID | None = None
    roles_by: UUID | None = None
    invited_by: UUID | None = None


Operators = Mapping[UUID, LetIn]
"""Every operator there is, and who let them in."""


def are_two(one: UUID, other: UUID, operators: Operators) -> bool:
    """Whether these count as two people: neither let the other in, and together they stand on more than one's word.

    An administrator could otherwise add two operators, be both of them, and decide alone.
    """
    if one == other:
        return False
    for mine, theirs in ((one, other), (other, one)):
        let_in = operators.get(mine, LetIn())
        if theirs in (let_in.added_by, let_in.roles_by, let_in.invited_by):
            return False
    return len(vouching(one, operators) | vouching(other, operators)) > 1


def vouching(one: UUID, operators: Operators) -> frozenset[UUID]:
    """On whose word an operator stands in the end: of those whom the terminal added, each stands on their own."""
    seen: set[UUID] = set()
    found: set[UUID] = set()
    ahead = [one]
    while ahead:
        now = ahead.pop()
        if now in seen:
            continue
        seen.add(now)
        let_in = operators.get(now, LetIn())
        if let_in.added_by is None:
            found.add(now)
        else:
            ahead += [who for who in (let_in.added_by, let_in.roles_by) if who is not None]
    return frozenset(found)


def can_decide(by: Asking, kind: str, proposed_by_id: UUID, operators: Operators) -> bool:
    """Whether `by` may decide what someone proposed: it takes another person, with the right to decide this kind."""
    return by.may(MAY_DECIDE[ProposalKind(kind)]) and are_two(by.id, proposed_by_id, operators)


def require_can_decide(by: Asking, kind: str, proposed_by_id: UUID, operators: Operators) -> None:
    """The same rule. Raises NotPermitted with the reason."""
    if by.id == proposed_by_id:
        raise NotPermitted("You proposed this yourself: another operator has to decide.")
    require(by, MAY_DECIDE[ProposalKind(kind)])
    if not are_two(by.id, proposed_by_id, operators):
        raise NotPermitted(
            "You and who proposed this were let in by one another, or by the same administrator: "
            "an operator whom another administrator let in has to decide."
        )


def can_change_roles(by: Asking, operator_id: UUID) -> bool:
    """Whether `by` may give roles to this operator, or close their account: nobody does so for themselves."""
    return by.may(Permission.MANAGE_OPERATORS) and by.id != operator_id


def require_can_change_roles(by: Asking, operator_id: UUID) -> None:
    """The same rule. Raises NotPermitted with the reason."""
    if by.id == operator_id:
        raise NotPermitted("You can't do this to your own account: ask another administrator.")
    require(by, Permission.MANAGE_OPERATORS)
