"""The task list of a new council: which tasks there are, when each is done, and what they come to for its deployment.

Pure rules over the saved answers. An answer is kept with the version at which it was saved, so that two operators who
answer different tasks never meet, and two who answer the same one are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.said import HeldPack, HeldType, pack_held, packs_of, types_of
from console.template_content import require_furnishing


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list."""

    slug: str
    title: str | Promise
    group: str | Promise
    hint: str | Promise = ""


_WHO: Final = gettext_lazy("Who and where")
_WHAT: Final = gettext_lazy("What it offers")
_HOW: Final = gettext_lazy("How it works")
_START: Final = gettext_lazy("How it starts")

TASKS: Final = (
    Task("identity", gettext_lazy("Name and hosts"), _WHO),
    Task("place", gettext_lazy("Region and deployment"), _WHO),
    Task("pack", gettext_lazy("Law pack and version"), _WHO),
    Task("services", gettext_lazy("Service types"), _WHAT),
    Task("agencies", gettext_lazy("Agencies"), _WHAT),
    Task("roles", gettext_lazy("Roles"), _HOW),
    Task("words", gettext_lazy("Words"), _HOW),
    Task("look", gettext_lazy("Look"), _HOW),
    Task("retention", gettext_lazy("Retention"), _HOW),
    Task("administrator", gettext_lazy("First administrator"), _START),
    Task("training", gettext_lazy("Training council"), _START),
)
TASK_BY_SLUG: Final = {task.slug: task for task in TASKS}

_OF_A_PACK: Final = frozenset({"words", "retention"})
"""What is said in a law pack's terms, and so holds under no other."""


@dataclass(frozen=True, slots=True)
class Place:
    """The deployment chosen for the council, with what it said of itself."""

    id: UUID
    name: str
    region: str
    is_open: bool
    is_free: bool
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def packs(self) -> tuple[HeldPack, ...]:
        """Its law packs."""
        return packs_of(self.said)

    def types(self, pack_id: str) -> tuple[HeldType, ...]:
        """Its service types, as the pack's country knows them."""
        return types_of(self.said, pack_id)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is missing or does not fit, and in which task."""

    task: str
    sentence: str


def value_of(answers: Mapping[str, Any], slug: str) -> Mapping[str, Any]:
    """What was answered to a task; empty where nothing was."""
    return dict((answers.get(slug) or {}).get("value") or {})


def version_of(answers: Mapping[str, Any], slug: str) -> int:
    """The version of the whole at which this task was last saved; 0 where it never was."""
    return int((answers.get(slug) or {}).get("version") or 0)


def with_answer(
    answers: Mapping[str, Any], slug: str, value: Mapping[str, Any], *, version: int, by: str
) -> dict[str, Any]:
    """The answers with one task's as it is now. The others stay as they are."""
    return {**answers, slug: {"value": dict(value), "version": version, "by": by}}


def problems_of(
    answers: Mapping[str, Any], place: Place | None, taken: frozenset[str] = frozenset()
) -> tuple[Problem, ...]:
    """Everything that keeps the council from being made, in the order of the tasks. `taken`: hosts of others."""
    found = [Problem(task.slug, _("Not answered yet")) for task in TASKS if not value_of(answers, task.slug)]
    missing = {one.task for one in found}
    checks: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
        "identity": lambda value: _hosts_taken(value.get("hosts", ()), taken),
        "place": lambda _value: _place_problems(place),
        "pack": lambda value: _pack_problems(value, place),
        "services": lambda value: _type_problems(value.get("codes", ()), answers, place),
        "roles": lambda value: _role_problems(value, answers),
        "words": lambda value: [
            *([] if value.get("help_contact") else [_("Say whom people ask for help")]),
            *_copied_problems(value, answers),
        ],
        "retention": lambda value: [
            *([] if value.get("seen") else [_("Tick that the periods were seen")]),
            *_copied_problems(value, answers),
        ],
        "agencies": lambda value: _agency_problems(value, answers),
        "training": lambda value: _training_problems(value, answers, taken),
    }
    for slug, check in checks.items():
        if slug not in missing:
            found.extend(Problem(slug, sentence) for sentence in check(value_of(answers, slug)))
    order = {task.slug: number for number, task in enumerate(TASKS)}
    return tuple(sorted(found, key=lambda one: order[one.task]))


def region_problem(pack: HeldPack, region: str) -> str:
    """Why a council under this pack can't be in that region; empty where it can. The regions are the pack's own."""
    if region in pack.regions:
        return ""
    allowed = ", ".join(pack.regions) or _("nowhere")
    return _(
        "By the residency rule of %(title)s (%(ref)s) its data is kept in: %(allowed)s. "
        "This deployment is in %(region)s."
    ) % {"title": pack.title, "ref": pack.ref, "allowed": allowed, "region": region}


def _hosts_taken(hosts: Any, taken: frozenset[str]) -> list[str]:
    return [_("The host %(host)s is taken by another council") % {"host": host} for host in hosts if host in taken]


def _place_problems(place: Place | None) -> list[str]:
    if place is None:
        return [_("That deployment is not there any more: choose another")]
    if not place.is_open:
        return [_("%(name)s takes no new councils: choose another deployment") % {"name": place.name}]
    if not place.is_free:
        return [_("%(name)s is dedicated to one council, and has one: choose another") % {"name": place.name}]
    return []


def _pack_problems(value: Mapping[str, Any], place: Place | None) -> list[str]:
    if place is None:
        return []
    pack = pack_held(place.said, str(value.get("checksum", "")))
    if pack is None:
        return [
            _("%(name)s does not hold %(pack)s as it was chosen: choose a version that it holds")
            % {"name": place.name, "pack": f"{value.get('pack_id')}@{value.get('version')}"}
        ]
    problem = region_problem(pack, place.region)
    return [problem] if problem else []


def _type_problems(codes: Any, answers: Mapping[str, Any], place: Place | None) -> list[str]:
    if place is None:
        return []
    if not codes:
        return [_("Choose at least one service type")]
    known = {one.code for one in place.types(str(value_of(answers, "pack").get("pack_id", "")))}
    strange = [code for code in codes if code not in known]
    if not strange:
        return []
    return [_("Not in the deployment's catalogue: %(codes)s") % {"codes": ", ".join(strange)}]


def _agency_problems(value: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    offered = set(value_of(answers, "services").get("codes", ()))
    return [
        _("%(agency)s has a service that this council does not offer: %(codes)s")
        % {"agency": one["name"], "codes": ", ".join(strange)}
        for one in value.get("agencies", ())
        if (strange := [code for code in one.get("services", ()) if code not in offered])
    ]


def _role_problems(value: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    offered = set(value_of(answers, "services").get("codes", ()))
    strange = [code for code in value.get("roles", {}) if code not in offered]
    return (
        [_("There are job titles for what this council does not offer: %(codes)s") % {"codes": ", ".join(strange)}]
        if strange
        else []
    )


def _copied_problems(value: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    pack_id = value_of(answers, "pack").get("pack_id")
    copied_from = value.get("pack_id")
    if not copied_from or not pack_id or copied_from == pack_id:
        return []
    return [
        _("This was copied from a council under another law pack, %(pack)s: open it and save it anew")
        % {"pack": copied_from}
    ]


def _training_problems(value: Mapping[str, Any], answers: Mapping[str, Any], taken: frozenset[str]) -> list[str]:
    host = value.get("host", "")
    if not value.get("wanted"):
        return []
    if host in value_of(answers, "identity").get("hosts", ()):
        return [_("The training council needs a host of its own")]
    return _hosts_taken([host], taken)


def order_payload(answers: Mapping[str, Any], region: str) -> dict[str, Any]:
    """What the deployment is asked to make. For answers without a problem."""
    identity, pack, words = (value_of(answers, slug) for slug in ("identity", "pack", "words"))
    theme = dict(value_of(answers, "look").get("theme", {}))
    help_contact = str(words.get("help_contact", ""))
    return {
        "name": identity["name"],
        "hosts": list(identity["hosts"]),
        "pack_id": pack["pack_id"],
        "pack_checksum": pack["checksum"],
        "region": region,
        "state": "training",
        "theme": theme,
        "help_contact": help_contact,
        "furnishing": {
            "service_types": list(value_of(answers, "services").get("codes", ())),
            "agencies": list(value_of(answers, "agencies").get("agencies", ())),
            "roles": dict(value_of(answers, "roles").get("roles", {})),
            "words": dict(words.get("words", {})),
            "tightening": dict(value_of(answers, "retention").get("tightening", {})),
            "help_contact": help_contact,
            "theme": theme,
        },
        "administrator": {"email": value_of(answers, "administrator").get("email", "")},
        "training": False,
    }


def training_payload(answers: Mapping[str, Any], region: str) -> dict[str, Any] | None:
    """What the deployment is asked for the training council beside it, or None where none is wanted."""
    training = value_of(answers, "training")
    if not training.get("wanted"):
        return None
    whole = order_payload(answers, region)
    return {**whole, "name": training_name(whole["name"]), "hosts": [training["host"]], "training": True}


def training_name(name: str) -> str:
    """What the training council beside a council is called."""
    return _("%(name)s training") % {"name": name[:90]}


def answers_from_template(template: Mapping[str, Any], pack_id: str) -> dict[str, dict[str, Any]]:
    """What a template (a furnishing, without people) of a council under `pack_id` says to the tasks it can fill.

    Whom to ask for help is left out: that is people of the other council. Raises ContentRefused for another shape.
    """
    require_furnishing(template)
    words = dict(template.get("words") or {})
    found: dict[str, dict[str, Any]] = {
        "services": {"codes": [str(code) for code in template.get("service_types") or ()]},
        "agencies": {"agencies": [_agency(one) for one in template.get("agencies") or ()]},
        "roles": {"roles": dict(template.get("roles") or {})},
        "words": {"words": words},
        "look": {"theme": dict(template.get("theme") or {})},
    }
    if template.get("tightening"):
        found["retention"] = {"tightening": dict(template["tightening"])}
    filled = {slug: value for slug, value in found.items() if any(value.values())}
    return {slug: {**value, "pack_id": pack_id} if slug in _OF_A_PACK else value for slug, value in filled.items()}


def _agency(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(one.get("name", "")), "kind": str(one.get("kind", "")), "phone": str(one.get("phone", "")),
        "services": [str(code) for code in one.get("services") or ()],
    }  # fmt: skip
