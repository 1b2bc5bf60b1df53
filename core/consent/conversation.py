"""From the four answers of a conversation to a request that `decide` can answer.

It chooses the basis, never the outcome. Agreed: the first default route. Not agreed: the route the practitioner gave as
reason. Otherwise: a basis that rests on a yes, which `decide` then finds refused or incomplete; so what was not
discussed is never shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from core.consent.evidence import Said, evidence_for
from core.consent.pack import Basis
from core.consent.policy import Policy
from core.consent.records import is_disputed, records_asked, records_complete
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Recipient, Request, ServiceFacts
from core.consent.routes import is_default, reached_by, routes_for
from core.consent.wording import AGREED, Consenter, Outcome, Talked

_SAID_BY_SOMEONE = AGREED | {Outcome.REFUSED}


@dataclass(frozen=True, kw_only=True)
class ConversationAnswers:
    """What the practitioner recorded: slugs, ticks, dates, references and agencies, no words about the client.

    `why_anyway` is a basis's code, asked where they did not agree. `named` are agencies chosen by name. Of what was
    left off, `exceptions` are agencies, and `this_service_left_off` is this very involvement. `competent` is None where
    nobody had to judge it. `picked` holds the answers for the basis's own fields by slug (a tick is “yes”).
    `material_version` is the wording used, where it was not the pack's present one.
    """

    talked: Talked = Talked.NOT_YET
    with_whom: Consenter | None = None
    outcome: Outcome | None = None
    why_anyway: str | None = None
    given_on: date | None = None
    competent: bool | None = None
    named: tuple[Recipient, ...] = ()
    exceptions: frozenset[str] = frozenset()
    this_service_left_off: bool = False
    facts: frozenset[str] = frozenset()
    factors: frozenset[str] = frozenset()
    picked: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    material_version: str | None = None

    @property
    def result(self) -> Outcome:
        """The outcome that counts. Answers that contradict each other leave the matter undiscussed."""
        if self.outcome is None or self.talked is Talked.NOT_YET:
            return Outcome.NOT_YET
        if (self.outcome in _SAID_BY_SOMEONE) != (self.talked is Talked.YES):
            return Outcome.NOT_YET
        return Outcome.REFUSED if self.this_service_left_off else self.outcome


def answers_as_json(answers: ConversationAnswers) -> dict[str, Any]:
    """The answers as plain values, ready for JSON: codes, ids and days. `answers_from_json` reads them back."""
    return {
        "talked": answers.talked,
        "with_whom": answers.with_whom,
        "outcome": answers.outcome,
        "why_anyway": answers.why_anyway,
        "given_on": answers.given_on.isoformat() if answers.given_on else None,
        "competent": answers.competent,
        "named": sorted(recipient.agency for recipient in answers.named),
        "exceptions": sorted(answers.exceptions),
        "this_service_left_off": answers.this_service_left_off,
        "facts": sorted(answers.facts),
        "factors": sorted(answers.factors),
        "picked": dict(answers.picked),
        "material_version": answers.material_version,
    }


def answers_from_json(stored: Mapping[str, Any]) -> ConversationAnswers:
    """The answers as they were recorded. What agencies named are in law is read anew, not stored with them.

    Raises ValueError for what no release ever wrote.
    """
    given_on = stored.get("given_on")
    return ConversationAnswers(
        talked=Talked(stored.get("talked") or Talked.NOT_YET),
        with_whom=Consenter(stored["with_whom"]) if stored.get("with_whom") else None,
        outcome=Outcome(stored["outcome"]) if stored.get("outcome") else None,
        why_anyway=stored.get("why_anyway"),
        given_on=date.fromisoformat(given_on) if given_on else None,
        competent=stored.get("competent"),
        named=tuple(Recipient(agency=agency) for agency in stored.get("named") or ()),
        exceptions=frozenset(stored.get("exceptions") or ()),
        this_service_left_off=bool(stored.get("this_service_left_off")),
        facts=frozenset(stored.get("facts") or ()),
        factors=frozenset(stored.get("factors") or ()),
        picked=MappingProxyType(dict(stored.get("picked") or {})),
        material_version=stored.get("material_version"),
    )


def request_from_answers(
    answers: ConversationAnswers,
    *,
    policy: Policy,
    action: Action,
    actor: Actor,
    client: ClientFacts,
    service: ServiceFacts,
    network: tuple[Recipient, ...],
    on: date,
    approval: str | None = None,
) -> Request:
    """The request for `decide`. `network` holds the other agencies around the client, `approval` who approved."""
    routes = routes_for(policy, actor=actor, client=client, service=service, recipients=answers.named or network, on=on)
    basis = _basis(answers, policy, service, routes)
    recipients = _recipients(answers, basis, service, network)
    code = basis.code if basis is not None else answers.why_anyway
    evidence = (
        {}
        if basis is None or not _has_records(answers, policy, basis, client)
        else evidence_from_answers(
            answers, policy=policy, basis=basis, client=client, service=service, recipients=recipients
        )
    )
    return Request(
        on=on,
        action=action,
        actor=actor,
        client=client,
        service=service,
        recipients=recipients,
        basis=code,
        facts=answers.facts,
        factors=answers.factors,
        fields=frozenset(evidence),
        consent=_consent(answers, policy, on),
        approval=approval,
    )


def evidence_from_answers(
    answers: ConversationAnswers,
    *,
    policy: Policy,
    basis: Basis,
    client: ClientFacts,
    service: ServiceFacts,
    recipients: tuple[Recipient, ...],
) -> dict[str, str]:
    """The value of each field of `basis` that the answers provide: what a record of the decision keeps."""
    rules = policy.rules
    return evidence_for(
        rules,
        basis,
        Said(
            result=answers.result,
            with_whom=answers.with_whom,
            competent=answers.competent,
            client_age=client.age,
            material_version=answers.material_version or rules.conversation.material_version,
            factors=answers.factors,
            recipients=recipients,
            is_for_named_agencies=_is_for_named_agencies(basis, service),
            picked=answers.picked,
        ),
    )


def _basis(
    answers: ConversationAnswers, policy: Policy, service: ServiceFacts, routes: tuple[Basis, ...]
) -> Basis | None:
    """The basis to decide on; None where the one given as reason is not in this policy."""
    rules, result = policy.rules, answers.result
    # A promise to leave an agency off must hold when others join, so only a basis with named agencies will do.
    must_name = result is Outcome.AGREED_WITH_EXCEPTIONS
    defaults = [basis for basis in routes if is_default(policy, basis, service)]
    if result in AGREED:
        fitting = [basis for basis in defaults if basis.named_recipients or not must_name]
        if fitting:
            return fitting[0]
    elif result is not Outcome.NOT_YET and answers.why_anyway is not None:
        return rules.basis(answers.why_anyway)
    in_order = [basis for code in rules.conversation.default_order if (basis := rules.basis(code)) is not None]
    resting_on_a_yes = (basis for basis in (*defaults, *in_order) if basis.consenter)
    return next((basis for basis in resting_on_a_yes if basis.named_recipients or not must_name), None)


def _recipients(
    answers: ConversationAnswers, basis: Basis | None, service: ServiceFacts, network: tuple[Recipient, ...]
) -> tuple[Recipient, ...]:
    """Named agencies where the law wants them named, and otherwise those of the network that this basis reaches.

    Agreement with exceptions names everyone who was on the list and was not left off.
    """
    if basis is None or _is_for_named_agencies(basis, service):
        chosen = answers.named or (network if answers.result is Outcome.AGREED_WITH_EXCEPTIONS else ())
    else:
        chosen = reached_by(basis, network)
    return tuple(recipient for recipient in chosen if recipient.agency not in answers.exceptions)


def _is_for_named_agencies(basis: Basis, service: ServiceFacts) -> bool:
    return basis.named_recipients or service.is_sensitive


def _has_records(answers: ConversationAnswers, policy: Policy, basis: Basis, client: ClientFacts) -> bool:
    """Whether what has to be recorded beside these answers was: evidence counts whole or not at all."""
    asked = records_asked(
        policy.rules,
        basis,
        result=answers.result,
        with_whom=answers.with_whom,
        competent=answers.competent,
        age=client.age,
    )
    return records_complete(policy.rules, asked, answers.picked)


def _consent(answers: ConversationAnswers, policy: Policy, on: date) -> ConsentFacts:
    """Who said what. A yes dated after the day of the decision is not one yet."""
    given_on = answers.given_on or on
    if answers.result not in _SAID_BY_SOMEONE or given_on > on:
        return ConsentFacts()
    return ConsentFacts(
        by=answers.with_whom,
        competent=answers.competent,
        refused=answers.result is Outcome.REFUSED,
        age_days=(on - given_on).days,
        disputed=answers.with_whom is Consenter.PARENT and is_disputed(policy.rules, answers.picked),
    )
