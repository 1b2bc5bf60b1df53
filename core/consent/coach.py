"""The coach: what to say in half a minute, who may be asked, what a no means, which limits to say.

It reads the pack and the facts, and decides nothing: `decide` does, with what is recorded afterwards.
"""

from dataclasses import dataclass
from datetime import date

from core.consent.materials import AgeBand, Asks
from core.consent.policy import Policy
from core.consent.records import age_band
from core.consent.request import Actor, ClientFacts, ServiceFacts
from core.consent.routes import asked_under, is_default, routes_for, routes_without_agreement

LIMITS = "limits"
"""The step of the conversation that says when something may have to be shared."""


@dataclass(frozen=True, kw_only=True)
class Coach:
    """What a practitioner reads before the talk. `still` are the routes that a no does not close, in the pack's words.

    `asks` and `cls` choose among the texts of cards and leaflet.
    """

    name: str
    steps: tuple[str, ...]
    limits: tuple[str, ...]
    who: tuple[str, ...]
    band: AgeBand
    asks: Asks
    cls: str
    if_no: str
    still: tuple[str, ...]


def coach_for(policy: Policy, *, actor: Actor, client: ClientFacts, service: ServiceFacts, on: date) -> Coach:
    """The coach for one service of a practitioner and one client."""
    rules = policy.rules
    conversation = rules.conversation
    routes = routes_for(policy, actor=actor, client=client, service=service, recipients=(), on=on)
    asks = asked_under(next((basis for basis in routes if is_default(policy, basis, service)), None))
    band = age_band(rules.age, client.age)
    return Coach(
        name=conversation.name,
        steps=tuple(step.text for step in conversation.steps if step.slug != LIMITS),
        limits=tuple(step.text for step in conversation.steps if step.slug == LIMITS),
        who=rules.materials.who[band] if rules.materials else (),
        band=band,
        asks=asks,
        cls=service.cls,
        if_no=conversation.if_no_by.get(asks, conversation.if_no),
        still=tuple(
            rules.wording.routes.get(basis.code, basis.label)
            for basis in routes_without_agreement(routes, refused=True)
        ),
    )
