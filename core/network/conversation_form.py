"""The conversation as a form: four questions at most, in the pack's own words, with only the routes that can apply.

Every question is on the page in order, so that it works without scripts; with them, an answer reveals what follows
from it. Answers to questions that do not follow are not read. The form collects, `decide` decides: what is missing
here is said by it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from core.consent.coach import coach_for
from core.consent.conversation import ConversationAnswers
from core.consent.leaflets import shown_code
from core.consent.pack import Basis, BasisKind
from core.consent.policy import Policy
from core.consent.request import ClientFacts, Recipient
from core.consent.routes import is_default, routes_for, routes_without_agreement
from core.consent.wording import AGREED, Consenter, FieldSource, Outcome, Question, QuestionSlug, Talked
from core.directory.viewers import Viewer, ViewerService
from core.network.agencies import AgencyToName
from core.network.conversation_fields import Asked, Evidence, choices_of, field_for, material_field, plain
from core.network.facts import actor_facts, service_facts
from ui.fields import DatePartsField

ASKED: Final = frozenset({FieldSource.LIST, FieldSource.TICK, FieldSource.DATE, FieldSource.REFERENCE})
NOT_SHARING: Final = "none"
YES, NO = "yes", "no"
_PLACES: Final[Mapping[str, str]] = {Outcome.AGREED: "agreed", Outcome.AGREED_WITH_EXCEPTIONS: "excepted"}


class ConversationForm(forms.Form):
    """The four questions for one service of the viewer. `answers` is what `join_network` is given.

    `recipients` reads the agencies that can be named, only where some must be; it is the council's own list, so that it
    says nothing about the client.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        policy: Policy,
        viewer: Viewer,
        service: ViewerService,
        client_facts: ClientFacts,
        recipients: Callable[[], Sequence[AgencyToName]] = tuple,
        on: date,
        prefix: str = "talk",
    ) -> None:
        super().__init__(data, prefix=prefix)
        self._policy, self._on = policy, on
        self._service, self._client = service_facts(service, policy), client_facts
        actor = actor_facts(viewer, service)
        self.coach = coach_for(policy, actor=actor, client=client_facts, service=self._service, on=on)
        routes = routes_for(policy, actor=actor, client=client_facts, service=self._service, recipients=(), on=on)
        defaults = tuple(basis for basis in routes if is_default(policy, basis, self._service))
        self._add_questions()
        self.when_agreed = self._evidence("agreed", next(iter(defaults), None))
        by_name = next((basis for basis in defaults if basis.named_recipients), None)
        self.when_excepted = self._evidence("excepted", by_name)
        self.needs_names = self._names_needed(next(iter(defaults), None))
        if self.needs_names or by_name is not None:
            named = tuple(recipients())
            self._add_names("agreed", named if self.needs_names else ())
            self._add_names("excepted", named if by_name is not None else ())
        self.after_refusal = self._why("refused", routes_without_agreement(routes, refused=True))
        self.after_no_talk = self._why("cannot", routes_without_agreement(routes, refused=False))
        self._add_records()

    # The questions

    def question(self, slug: str) -> Question:
        """The pack's own words for a question."""
        return self._policy.rules.conversation.question(QuestionSlug(slug))

    @property
    def steps(self) -> tuple[str, ...]:
        """What to say, in the order of a good conversation."""
        return tuple(step.text for step in self._policy.rules.conversation.steps)

    @property
    def name(self) -> str:
        """What this jurisdiction calls the conversation."""
        return self._policy.rules.conversation.name

    @property
    def asks_understanding(self) -> bool:
        """Whether a minor's understanding may have to be judged, at the client's age.

        Of a young child it is asked too: said to understand, they wait for a safeguarding lead.
        """
        age = self._client.age
        return age is None or age < self._policy.rules.age.presumed_capacity_from

    @property
    def has_trouble_beside(self) -> bool:
        """Whether something has to be put right in what is folded away: when and how they talked."""
        return any(name in self.errors for name in ("held_on", *self.when_talked.fields))

    @property
    def has_trouble_with_a_parent(self) -> bool:
        """The same for why a parent may decide."""
        return self.when_parent is not None and any(name in self.errors for name in self.when_parent.fields)

    def _add_questions(self) -> None:
        self._radios(
            "talked",
            self.question("talked").text,
            choices_of(self.question("talked")),
            hint=self.question("talked").hint,
        )
        with_whom = self.question("with_whom")
        self.who = self._who_may_be_asked(with_whom)
        self._radios("with_whom", with_whom.text, self.who, hint=with_whom.hint)
        if self.asks_understanding:
            self._radios(
                "competent",
                _("Do you judge that they understand this decision?"),
                [(YES, _("Yes, they understand it")), (NO, _("No, or I am not sure"))],
            )
        outcome = self.question("outcome")
        self._radios("outcome_yes", outcome.text, choices_of(outcome, after=Talked.YES), hint=outcome.hint)
        self._radios("outcome_cannot", outcome.text, choices_of(outcome, after=Talked.CANNOT), hint=outcome.hint)
        self.fields["held_on"] = DatePartsField(
            label=_("When did you talk?"), help_text=_("Leave it empty for today."), required=False, not_in_future=True
        )
        self.fields["material"] = material_field(self._policy)
        self.fields["left_off"] = forms.BooleanField(label=_("They want this service left off"), required=False)

    def _who_may_be_asked(self, question: Question) -> list[tuple[str, str]]:
        """An attorney speaks for an adult, a parent for a child; where the age is not known, all are offered."""
        age, adult_from = self._client.age, self._policy.rules.age.adult_from
        wrong = set() if age is None else {Consenter.PARENT if age >= adult_from else Consenter.ATTORNEY_OR_DEPUTY}
        return [(value, label) for value, label in choices_of(question) if value not in wrong]

    def _radios(self, name: str, label: str, choices: list[tuple[str, str]], *, hint: str = "") -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices, help_text=hint, required=False, widget=forms.RadioSelect
        )

    # What is recorded beside the answers

    def _add_records(self) -> None:
        """How the talk was held; for a young person judged to understand, how; for a parent, why they may decide."""
        records = self._policy.rules.conversation.records
        self.when_talked = self._record("beside", records.talk)
        self.when_competent = self._record("beside", records.competence) if self.asks_understanding else None
        offers_parent = Consenter.PARENT in dict(self.who)
        self.when_parent = self._record("beside", records.parental_responsibility) if offers_parent else None

    def _record(self, place: str, slugs: Iterable[str]) -> Evidence:
        asked = []
        for slug in slugs:
            field = self._policy.rules.wording.fields[slug]
            asked.append(Asked(f"{place}_{slug}", slug))
            self.fields[asked[-1].name] = field_for(field)
            self.fields[asked[-1].name].initial = field.default
        return Evidence("", "", tuple(asked))

    # What each route asks for

    def _names_needed(self, basis: Basis | None) -> bool:
        return basis is not None and (basis.named_recipients or self._service.is_sensitive)

    def _add_names(self, place: str, agencies: Sequence[AgencyToName]) -> None:
        if agencies:
            self.fields[f"{place}_named"] = forms.MultipleChoiceField(
                label=_("Which agencies may see it?"),
                help_text=_("Tick those the client chose. Nobody else sees it."),
                choices=[(str(one.id), one.name) for one in agencies],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def _why(self, place: str, routes: Iterable[Basis]) -> tuple[Evidence, ...]:
        """Question 4: the routes that can apply, each with what it asks for; leaving it unshared comes first."""
        offered = tuple(routes)
        words = self._policy.rules.wording.routes
        choices = [(NOT_SHARING, _("I am not sharing it"))]
        choices += [(basis.code, words.get(basis.code, basis.label)) for basis in offered]
        question = self.question("why_anyway")
        self._radios(f"{place}_why", question.text, choices, hint=question.hint)
        self.fields[f"{place}_why"].initial = NOT_SHARING
        found = []
        for basis in offered:
            evidence = self._evidence(f"{place}_{basis.code.replace('.', '_')}", basis)
            if evidence is not None:
                found.append(evidence)
        return tuple(found)

    def _evidence(self, place: str, basis: Basis | None) -> Evidence | None:
        if basis is None:
            return None
        wording = self._policy.rules.wording
        asked = []
        for group, facts, label in (
            ("facts", basis.facts_all, _("Tick what is true")),
            ("none", basis.facts_none, _("Tick any of these that is true; it stops the sharing")),
            ("override", basis.refusal_override_any, _("At least one of these must be true")),
            (
                "factors",
                basis.factors,
                wording.fields["factors"].label if "factors" in wording.fields else _("Factors"),
            ),
        ):
            if facts:
                asked.append(Asked(f"{place}_{group}", are_factors=group == "factors"))
                self.fields[asked[-1].name] = forms.MultipleChoiceField(
                    label=label,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    choices=[(fact, wording.facts[fact].label) for fact in facts],
                )
        for slug in basis.fields:
            field = wording.fields[slug]
            if field.source in ASKED and field.default is None:
                asked.append(Asked(f"{place}_{slug}", slug))
                self.fields[asked[-1].name] = field_for(field, basis)
        if basis.kind is BasisKind.CAPACITY:
            asked += self._record(place, self._policy.rules.conversation.records.best_interests).asked
        return Evidence(basis.code, wording.routes.get(basis.code, basis.label), tuple(asked))

    # The answers

    def clean(self) -> dict[str, Any]:
        """Say which question was left out, of those that follow from the answers given."""
        cleaned = super().clean() or {}
        talked = cleaned.get("talked")
        if not talked:
            self._ask("talked", _("Say whether you have talked to them"))
        elif talked == Talked.YES:
            if not cleaned.get("with_whom"):
                self._ask("with_whom", _("Say who you talked to"))
            if not cleaned.get("outcome_yes"):
                self._ask("outcome_yes", _("Say what they said"))
            for one in self._beside(cleaned):
                if not cleaned.get(one.name) and not self.fields[one.name].initial:
                    self._ask(one.name, _("Choose an answer"))
            place = _PLACES.get(str(cleaned.get("outcome_yes")))
            named = f"{place}_named"
            if named in self.fields and not cleaned.get(named) and not cleaned.get("left_off"):
                self._ask(named, _("Tick at least one agency, or choose another answer"))
        elif talked == Talked.CANNOT and not cleaned.get("outcome_cannot"):
            self._ask("outcome_cannot", _("Say why you could not ask"))
        return cleaned

    def _beside(self, given: Mapping[str, Any]) -> tuple[Asked, ...]:
        """The fields beside the answers that follow from a talk: those of a yes only after a yes."""
        whole: list[Evidence | None] = [self.when_talked]
        if given.get("outcome_yes") in AGREED:
            if given.get("with_whom") == Consenter.SELF and given.get("competent") == YES:
                whole.append(self.when_competent)
            if given.get("with_whom") == Consenter.PARENT:
                whole.append(self.when_parent)
        return tuple(asked for one in whole if one is not None for asked in one.asked)

    def _ask(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)

    @property
    def answers(self) -> ConversationAnswers:
        """What was recorded, of a valid form. What does not follow from the answers before it is left out."""
        given = self.cleaned_data
        talked = Talked(given["talked"])
        if talked is Talked.NOT_YET:
            return ConversationAnswers()
        outcome = Outcome(given["outcome_yes"] if talked is Talked.YES else given["outcome_cannot"])
        why, evidence = self._chosen(outcome, given)
        asked = (*(evidence.asked if evidence else ()), *(self._beside(given) if talked is Talked.YES else ()))
        facts, factors, picked = self._picked(asked, given)
        with_whom = Consenter(given["with_whom"]) if talked is Talked.YES else None
        judged = given.get("competent") if with_whom is Consenter.SELF else ""
        place = _PLACES.get(outcome, "")
        return ConversationAnswers(
            talked=talked,
            with_whom=with_whom,
            outcome=outcome,
            why_anyway=why,
            given_on=given.get("held_on") or self._on,
            competent={YES: True, NO: False}.get(judged or ""),
            named=tuple(Recipient(agency=agency) for agency in given.get(f"{place}_named") or ()),
            this_service_left_off=outcome is Outcome.AGREED_WITH_EXCEPTIONS and bool(given.get("left_off")),
            facts=facts,
            factors=factors,
            picked=picked,
            material_version=shown_code(str(given.get("material") or "")),
        )

    def _chosen(self, outcome: Outcome, given: Mapping[str, Any]) -> tuple[str | None, Evidence | None]:
        if outcome is Outcome.AGREED:
            return None, self.when_agreed
        if outcome is Outcome.AGREED_WITH_EXCEPTIONS:
            return None, self.when_excepted
        place, offered = (
            ("refused", self.after_refusal) if outcome is Outcome.REFUSED else ("cannot", self.after_no_talk)
        )
        chosen = next((one for one in offered if one.basis == given.get(f"{place}_why")), None)
        return (chosen.basis, chosen) if chosen else (None, None)

    def _picked(
        self, asked: Iterable[Asked], given: Mapping[str, Any]
    ) -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
        facts: set[str] = set()
        factors: set[str] = set()
        picked: dict[str, str] = {}
        for one in asked:
            value = given.get(one.name)
            if one.slug:
                if value:
                    picked[one.slug] = plain(value)
            elif one.are_factors:
                factors.update(value or ())
            else:
                facts.update(value or ())
        return frozenset(facts), frozenset(factors), picked


class QuickConversationForm(forms.Form):
    """The same in one radio group, for adding someone quickly: not yet discussed, or who agreed.

    Offered are only answers that need nothing more under the first route; for the rest `wants_more` is true, and the
    whole form follows on a page of its own.
    """

    NOT_YET, MORE = "not_yet", "more"

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        policy: Policy,
        viewer: Viewer,
        service: ViewerService,
        client_facts: ClientFacts,
        on: date,
        prefix: str = "talk",
    ) -> None:
        super().__init__(data, prefix=prefix)
        self._on = on
        whole = ConversationForm(policy=policy, viewer=viewer, service=service, client_facts=client_facts, on=on)
        question = policy.rules.conversation.question(QuestionSlug.TALKED)
        choices = [(self.NOT_YET, _("Not yet discussed"))]
        if whole.when_agreed and not whole.when_agreed.fields and not whole.needs_names:
            unasked = _cannot_decide_alone(policy, client_facts)
            choices += [
                (f"agreed_{value}", _("Agreed: %s") % (label[:1].lower() + label[1:]))
                for value, label in whole.who
                if value not in unasked
            ]
        choices.append((self.MORE, _("Something else: I will record it on the next page")))
        self.fields["agreed"] = forms.ChoiceField(
            label=question.text,
            help_text=question.hint,
            choices=choices,
            initial=self.NOT_YET,
            widget=forms.RadioSelect,
        )
        self.fields["material"] = material_field(policy)

    @property
    def wants_more(self) -> bool:
        """Whether the whole conversation is still to be recorded."""
        return str(self.cleaned_data.get("agreed")) == self.MORE

    @property
    def answers(self) -> ConversationAnswers:
        """What was recorded, of a valid form."""
        chosen = str(self.cleaned_data["agreed"])
        if chosen in (self.NOT_YET, self.MORE):
            return ConversationAnswers()
        return ConversationAnswers(
            talked=Talked.YES,
            with_whom=Consenter(chosen.removeprefix("agreed_")),
            outcome=Outcome.AGREED,
            given_on=self._on,
            material_version=shown_code(str(self.cleaned_data.get("material") or "")),
        )


def _cannot_decide_alone(policy: Policy, client: ClientFacts) -> frozenset[str]:
    """Who may not agree at this age unless more is known: a child without a judgement, a parent of someone older."""
    if client.age is None:
        return frozenset()
    is_presumed = client.age >= policy.rules.age.presumed_capacity_from
    return frozenset({Consenter.PARENT if is_presumed else Consenter.SELF})
