"""Who may do what on the console, each rule as a question and as a refusal. The doors' table is only the first gate."""

from __future__ import annotations

from typing import Final, Protocol
from uuid import UUID

from console.choices import Permission, ProposalKind
from console.errors import NotPermitted

MAY_PROPOSE: Final = {
    ProposalKind.SUSPEND: Permission.CHANGE_COUNCILS,
    ProposalKind.DELETE: Permission.CHANGE_COUNCILS,
    ProposalKind.RELEASE: Permission.RELEASE,
    ProposalKind.SUPPORT: Permission.ASK_SUPPORT,
}
"""What an operator's roles must give to propose each kind."""


class Asking(Protocol):
    """Whoever asks: an operator with what their roles permit."""

    @property
    def id(self) -> UUID: ...

    def may(self, permission: str) -> bool: ...


def require(by: Asking, permission: Permission) -> None:
    """Raises NotPermitted when no role of `by` gives `permission`."""
    if not by.may(permission):
        raise NotPermitted("Your roles do not allow this.")


def can_decide(by: Asking, proposed_by_id: UUID) -> bool:
    """Whether `by` may decide what someone proposed: it takes another operator, with the right to decide."""
    return by.may(Permission.DECIDE) and by.id != proposed_by_id


def require_can_decide(by: Asking, proposed_by_id: UUID) -> None:
    """The same rule. Raises NotPermitted with the reason."""
    if by.id == proposed_by_id:
        raise NotPermitted("You proposed this yourself: another operator has to decide.")
    require(by, Permission.DECIDE)


def can_change_roles(by: Asking, operator_id: UUID) -> bool:
    """Whether `by` may give roles to this operator, or close their account: nobody does so for themselves."""
    return by.may(Permission.MANAGE_OPERATORS) and by.id != operator_id


def require_can_change_roles(by: Asking, operator_id: UUID) -> None:
    """The same rule. Raises NotPermitted with the reason."""
    if by.id == operator_id:
        raise NotPermitted("You can't do this to your own account: ask another administrator.")
    require(by, Permission.MANAGE_OPERATORS)
