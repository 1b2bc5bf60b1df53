"""What a council tightened, in plain sentences: one for each thing, by the section of the editor it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.consent.own_words import words_by_path
from core.consent.pack import Pack
from core.consent.policy import Tightening

SECTIONS: Final = ("routes", "reviews", "services", "evidence", "sight", "words", "approvals", "freshness")

FEW: Final = 5
"""Smaller counts are not told to whoever sees no client."""


def section_title(slug: str) -> str:
    """The heading of a section."""
    return {
        "routes": _("Routes used"),
        "reviews": _("Review days"),
        "services": _("Services kept close"),
        "evidence": _("Required evidence"),
        "sight": _("What others learn of a sensitive service"),
        "words": _("Our own words"),
        "approvals": _("Approvals by two people"),
        "freshness": _("When a line fades"),
    }[slug]


def section_default(slug: str) -> str:
    """What holds in a section where the council tightened nothing."""
    return {
        "routes": _("Every route of the law pack is used."),
        "reviews": _("As long as the law pack gives."),
        "services": _("Only the service types that are sensitive in the catalogue."),
        "evidence": _("What the law pack asks for, and no more."),
        "sight": _("As the law pack has it."),
        "words": _("The law pack's own words."),
        "approvals": _("One person decides."),
        "freshness": _("After as many days as the law pack gives."),
    }[slug]


def told(pack: Pack, tighter: Tightening, labels: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The sentences of each section, none where the law pack's holds. `labels` names the service types by code."""
    return {
        "routes": tuple(_routes(pack, tighter)),
        "reviews": tuple(_reviews(pack, tighter)),
        "services": tuple(
            _("%(service)s is kept as close as a service of the class “%(class)s”.")
            % {"service": labels.get(code, code), "class": class_label(cls)}
            for code, cls in sorted(tighter.classes.items())
        ),
        "evidence": tuple(_evidence(pack, tighter)),
        "sight": tuple(_sight(tighter)),
        "words": tuple(_words(pack, tighter)),
        "approvals": tuple(
            _("Two people decide: %(what)s.") % {"what": approval_label(kind).lower()}
            for kind in sorted(tighter.two_people_for)
        ),
        "freshness": tuple(_days(_("A line that nobody confirmed fades"), tighter.freshness_days, pack.freshness_days)),
    }


def all_told(pack: Pack, tighter: Tightening, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The same in one list."""
    return tuple(sentence for sentences in told(pack, tighter, labels).values() for sentence in sentences)


def class_label(cls: str) -> str:
    """A class of sensitive services, as people say it."""
    return {"hiv": "HIV"}.get(cls, cls.replace("_", " "))


def approval_label(kind: str) -> str:
    """A kind of approval."""
    return {
        "publication": _("Showing a line to others"),
        "shield": _("Shielding a client"),
        "unshield": _("Lifting a shield"),
    }.get(kind, kind)


def route_label(pack: Pack, code: str) -> str:
    """A route in the words of the conversation's fourth question."""
    return pack.wording.routes.get(code, code)


def _routes(pack: Pack, tighter: Tightening) -> Iterator[str]:
    waiting = frozenset(pack.conversation.off_until_signed)
    for code in sorted(tighter.bases_signed):
        yield _("Used, and signed by the information-governance officer: %(route)s.") % {
            "route": route_label(pack, code)
        }
    for code in sorted(tighter.bases_off):
        route = {"route": route_label(pack, code)}
        if code in waiting:
            yield _("Not used until the information-governance officer signs it: %(route)s.") % route
        else:
            yield _("Not used: %(route)s.") % route


def _reviews(pack: Pack, tighter: Tightening) -> Iterator[str]:
    for code, own in sorted(tighter.review_days.items()):
        basis = pack.basis(code)
        what = _("“%(route)s” is looked at again") % {"route": route_label(pack, code)}
        yield from _days(what, own, basis.review_days if basis else own)
    yield from _days(_("A yes is asked for again"), tighter.standard_consent_days, pack.standard_consent_days)
    yield from _days(
        _("A yes for a sensitive service is asked for again"),
        tighter.sensitive_consent_days,
        pack.sensitive.consent_days,
    )
    yield from _days(
        _("A sensitive service shown without a yes is looked at again"),
        tighter.override_days,
        pack.sensitive.override_days,
    )


def _days(what: str, own: int | None, law: int) -> Iterator[str]:
    if own is not None and own != law:
        after = ngettext("after %(own)d day", "after %(own)d days", own) % {"own": own}
        yield _("%(what)s %(after)s; the law pack gives %(law)d.") % {"what": what, "after": after, "law": law}


def _evidence(pack: Pack, tighter: Tightening) -> Iterator[str]:
    for code, slugs in sorted(tighter.more_fields.items()):
        labels = [pack.wording.fields[slug].label if slug in pack.wording.fields else slug for slug in slugs]
        for label in labels:
            yield _("“%(route)s” also needs: %(evidence)s.") % {"route": route_label(pack, code), "evidence": label}


def _sight(tighter: Tightening) -> Iterator[str]:
    if tighter.hides_masked:
        yield _("Others are never told that a sensitive service is there.")
    for cls in sorted(tighter.hidden_always):
        yield _("Others are never told that a service of the class “%(class)s” is there.") % {"class": class_label(cls)}


def _words(pack: Pack, tighter: Tightening) -> Iterator[str]:
    theirs = words_by_path(pack)
    for path, text in sorted(tighter.wording.items()):
        yield _("We say “%(ours)s” instead of “%(theirs)s”") % {"ours": text, "theirs": theirs.get(path, path)}


def rounded(*, exact: bool) -> Callable[[int], str]:
    """How a page says a number: as it is, or so that nobody can be picked out by it."""

    def say(number: int) -> str:
        return str(number) if exact or number == 0 or number >= FEW else _("fewer than %(few)d") % {"few": FEW}

    return say
