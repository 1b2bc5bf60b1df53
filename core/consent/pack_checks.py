"""What must agree inside a pack, and between a pack, the catalogue of services and the words on the page.

Types and allowed values were checked while reading. Regimes, section 9.1.
"""

from collections.abc import Iterable

from core.consent.deadlines import deadline_problem
from core.consent.materials_checks import check_materials
from core.consent.pack import ISSUER_ONLY, NOT_SHIELDED, Basis, BasisKind, IdentifierUse, Notify, Pack
from core.consent.pack_reading import Problems
from core.consent.wording_checks import check_conversation, check_wording
from core.directory.catalogue import ServiceTypeEntry

TERMS = ("worker", "person", "coordinator", "harm_frame", "consent_talk", "duty_body")
APPROVALS = ("publication", "shield", "unshield")
RETENTION = ("visible_after_end_days", "closed_client_after_days", "archive_years", "audit_years")


def check_pack(pack: Pack, catalogue: tuple[ServiceTypeEntry, ...], problems: Problems) -> None:
    """Adds a sentence to `problems` for everything that does not hold together."""
    _check_ages(pack, problems)
    _check_classes(pack, catalogue, problems)
    _check_shield(pack, problems)
    for index, basis in enumerate(pack.bases):
        _check_basis(pack, index, basis, problems)
    for index, right in enumerate(pack.rights):
        if problem := deadline_problem(right.deadline, right.extend):
            problems.add(("right", index, "deadline"), problem)
    _check_identifiers(pack, problems)
    _check_unique("basis", "code", [basis.code for basis in pack.bases], problems)
    _check_unique("right", "code", [right.code for right in pack.rights], problems)
    _check_unique("identifier", "code", [identifier.code for identifier in pack.identifiers], problems)
    for name in TERMS:
        if name not in pack.terms:
            problems.add(("terms", name), "this word is missing; pages use it.")
    for name in RETENTION:
        if name not in pack.retention:
            problems.add(("retention", name), "this period is missing.")
    if pack.residency.default_region not in pack.residency.allowed:
        problems.add(("residency", "default_region"), "is not among the allowed regions.")
    if not pack.bases:
        problems.add(("basis",), "a pack without a basis could publish nothing.")
    for code in _not_in(sorted(pack.two_people_for), {*APPROVALS, *(basis.code for basis in pack.bases)}):
        allowed = ", ".join(APPROVALS)
        problems.add(("approval", "two_people_for"), f"“{code}” is neither {allowed} nor a basis of this pack.")
    check_conversation(pack, problems)
    check_wording(pack, problems)
    check_materials(pack, problems)


def _check_ages(pack: Pack, problems: Problems) -> None:
    age = pack.age
    if not age.assess_from <= age.presumed_capacity_from <= age.adult_from:
        problems.add(("age",), "assess_from, presumed_capacity_from and adult_from must not go down in this order.")
    if list(age.review_at) != sorted(set(age.review_at)):
        problems.add(("age", "review_at"), "birthdays must go up, none twice.")


def _check_classes(pack: Pack, catalogue: tuple[ServiceTypeEntry, ...], problems: Problems) -> None:
    classes = set(pack.sensitive.classes)
    for name, values in (
        ("core_classes", pack.sensitive.core_classes),
        ("hidden_always", pack.sensitive.hidden_always),
    ):
        for value in _not_in(values, classes):
            problems.add(("sensitive", name), f"“{value}” is not among the sensitive classes.")
    for entry in catalogue:
        offer = entry.offered.get(pack.id)
        if offer is None:
            continue
        if entry.is_sensitive and entry.sensitivity_class not in classes:
            problems.add(
                ("sensitive", "classes"),
                f"“{entry.sensitivity_class}” is missing, but the catalogue has {entry.code} of that class.",
            )
        for status in _not_in(offer.statuses, pack.statuses):
            problems.add(("statuses",), f"“{status}” is missing, but the catalogue suggests it for {entry.code}.")


def _check_shield(pack: Pack, problems: Problems) -> None:
    if NOT_SHIELDED not in pack.shield.levels:
        problems.add(("shield", "levels"), f"must hold “{NOT_SHIELDED}”, for everybody who is not shielded.")
    for name in sorted(set(pack.shield.hidden_fields) & set(pack.shield.searchable_fields)):
        problems.add(("shield", "searchable_fields"), f"“{name}” is hidden, so it can't be searched.")


def _check_basis(pack: Pack, index: int, basis: Basis, problems: Problems) -> None:
    def problem(name: str, sentence: str) -> None:
        problems.add(("basis", index, name), sentence)

    for name, statuses in (("actor_any", basis.actor_any), ("recipient_any", basis.recipient_any)):
        if not statuses:
            problem(name, "must name at least one status.")
        for status in _not_in(sorted(statuses), pack.statuses):
            problem(name, f"“{status}” is not among the statuses.")
    if not basis.citations:
        problem("citations", "a basis needs the law it rests on.")
    if basis.notify is Notify.MUST_NOT and basis.kind is not BasisKind.THRESHOLD:
        problem("notify", "“must_not” is for a basis of kind “threshold” alone.")
    if basis.effective_from and basis.effective_to and basis.effective_to < basis.effective_from:
        problem("effective_to", "is before effective_from.")
    if basis.factors_min > len(basis.factors):
        problem("factors_min", "asks for more factors than there are.")
    if basis.factors and not basis.factors_min:
        problem("factors", "factors_min must say how many are needed.")
    if basis.refusal_override_any and not basis.overrides_refusal:
        problem("refusal_override_any", "has no effect unless overrides_refusal is true.")
    if basis.consenter and basis.overrides_refusal:
        problem("overrides_refusal", "a basis that rests on a yes can't override a no.")
    for fact in sorted(set(basis.facts_all) & set(basis.facts_none)):
        problem("facts_none", f"“{fact}” is both needed and excluded.")
    for field in _not_in(basis.enums, basis.fields):
        problem(f"enum_{field}", f"“{field}” is not among the fields of this basis.")


def _check_identifiers(pack: Pack, problems: Problems) -> None:
    for index, identifier in enumerate(pack.identifiers):
        if identifier.use is IdentifierUse.PROHIBITED:
            continue
        if identifier.format is None:
            problems.add(("identifier", index, "format"), "an identifier that may be held needs its format.")
        if not identifier.show_to:
            problems.add(("identifier", index, "show_to"), "must say who may see it.")
        for status in _not_in(identifier.show_to, {*pack.statuses, ISSUER_ONLY}):
            problems.add(("identifier", index, "show_to"), f"“{status}” is not among the statuses.")


def _check_unique(table: str, name: str, values: list[str], problems: Problems) -> None:
    for index, value in enumerate(values):
        if value and value in values[:index]:
            problems.add((table, index, name), f"“{value}” is used twice; a code is never used again.")


def _not_in(values: Iterable[str], allowed: Iterable[str]) -> list[str]:
    known = set(allowed)
    return [value for value in values if value and value not in known]
