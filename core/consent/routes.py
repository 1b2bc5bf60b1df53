"""Which routes are open here: the bases that can apply to this actor, client, service and these agencies today.

A practitioner is offered only these, usually one. That a route is open decides nothing: `decide` does, with the
evidence.
"""

from collections.abc import Iterable
from datetime import date

from core.consent.gates import actor_gate, basis_gate, reaches, sensitivity_gate
from core.consent.materials import Asks
from core.consent.pack import Basis, BasisKind, BasisSensitivity
from core.consent.policy import Policy
from core.consent.request import Action, Actor, ClientFacts, Recipient, Request, ServiceFacts

_ASKED = {BasisKind.AGREEMENT: Asks.AGREEMENT, BasisKind.CONSENT: Asks.CONSENT}


def routes_for(
    policy: Policy,
    *,
    actor: Actor,
    client: ClientFacts,
    service: ServiceFacts,
    recipients: tuple[Recipient, ...],
    on: date,
) -> tuple[Basis, ...]:
    """The bases that can apply: first the default ones in the pack's default order, then the others in its own.

    Within each, a basis that reaches every recipient comes before one that reaches only some; one that reaches none is
    left out. An age that nobody knows leaves out the bases for which it matters.
    """
    rules = policy.rules
    request = Request(on=on, action=Action.PUBLISH, actor=actor, client=client, service=service, recipients=recipients)
    order = rules.conversation.default_order

    def rank(basis: Basis) -> tuple[bool, bool, int]:
        place = order.index(basis.code) if basis.code in order else rules.bases.index(basis)
        return not is_default(policy, basis, service), len(reached_by(basis, recipients)) < len(recipients), place

    return tuple(
        sorted(
            (
                basis
                for basis in rules.bases
                if basis_gate(rules, basis, request) is None
                and actor_gate(basis, actor) is None
                and sensitivity_gate(basis, request) is None
                and (reached_by(basis, recipients) or not recipients)
            ),
            key=rank,
        )
    )


def routes_without_agreement(routes: Iterable[Basis], *, refused: bool) -> tuple[Basis, ...]:
    """Of these, the answers to “Why are you sharing anyway?”: none rests on a yes, and after a no each overrides it."""
    return tuple(basis for basis in routes if not basis.consenter and (basis.overrides_refusal or not refused))


def is_default(policy: Policy, basis: Basis, service: ServiceFacts) -> bool:
    """Whether a basis is used without asking why. For a sensitive service, only one that needs nobody's approval."""
    needs_approval = service.is_sensitive and basis.sensitive is not BasisSensitivity.YES
    return basis.code in policy.rules.conversation.default_order and not needs_approval


def asked_under(basis: Basis | None) -> Asks:
    """What a conversation asks for when this basis is used: a duty or a threshold asks for views alone."""
    return _ASKED.get(basis.kind, Asks.VIEWS) if basis is not None else Asks.CONSENT


def reached_by(basis: Basis, recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Of these agencies, those to which the basis may disclose; what `network` means for a publication on it."""
    return tuple(recipient for recipient in recipients if reaches(basis, recipient))
