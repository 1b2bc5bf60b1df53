"""The officer's requests: the queue, one request, and each step until its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.directory.doors import CouncilRequest
from core.network.doors import for_officers
from core.network.officers import Officer
from core.people.errors import ClientChanged
from core.people.records import ClientRecord
from core.rights.actions import requests as steps
from core.rights.choices import Answer, AnswerReason, ExtensionReason, PersonsView, Wish
from core.rights.errors import NotPossible, RequestChanged
from core.rights.pages.forms import AnswerForm, CorrectForm, DayForm, ExtendForm, VersionForm, ViewForm
from core.rights.queries.requests import RequestShown, details_held, queue_for, request_for
from core.rights.wishes import answers_to
from core.rights.words import clock_words, due_words, more_time_words


@require_safe
@for_officers
def queue(request: CouncilRequest, officer: Officer) -> HttpResponse:
    """What waits for an answer, what is due first on top."""
    return render(request, "rights/queue.html", {"queue": queue_for(officer), "clock_words": clock_words})


@require_safe
@for_officers
def show(request: CouncilRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """One request, and what can be done next."""
    return _page(request, request_for(officer, request_id))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its form, the action it calls with what the form holds, and what is said when it is done."""

    form: Callable[[RequestShown, Any], Form]
    take: Callable[[UUID, int, dict[str, Any], Officer], object]
    done: Callable[[], str]


def _day(action: Callable[..., object]) -> Callable[[UUID, int, dict[str, Any], Officer], object]:
    return lambda request_id, version, said, by: action(request_id=request_id, version=version, on=said["on"], by=by)


def _day_form(page: RequestShown, data: Any) -> Form:
    return DayForm(data, initial={"version": page.version, "on": page.today})


def _extend_form(page: RequestShown, data: Any) -> Form:
    choices = [(one.key, more_time_words(one)) for one in page.more_time]
    return ExtendForm(data, initial={"version": page.version}, choices=choices)


STEPS: Final = {
    "identity": Step(_day_form, _day(steps.note_identity), lambda: _("Noted: you know who asks. The clock runs.")),
    "unclear": Step(_day_form, _day(steps.ask_what_is_meant), lambda: _("Noted: they were asked what they mean.")),
    "clarified": Step(_day_form, _day(steps.note_what_is_meant), lambda: _("Noted: it is clear now what they mean.")),
    "acknowledged": Step(_day_form, _day(steps.acknowledge), lambda: _("Noted: the complaint was acknowledged.")),
    "view": Step(
        lambda page, data: ViewForm(data, initial={"version": page.version}),
        lambda request_id, version, said, by: steps.note_persons_view(
            request_id=request_id, version=version, view=PersonsView(said["view"]), by=by
        ),
        lambda: _("Noted: what the person says."),
    ),
    "extend": Step(
        _extend_form,
        lambda request_id, version, said, by: steps.extend(
            request_id=request_id,
            version=version,
            number=int(said["number"]),
            reason=ExtensionReason(said["reason"]),
            by=by,
        ),
        lambda: _("More time was taken. Tell who asked, and why."),
    ),
    "answer": Step(
        lambda page, data: AnswerForm(data, initial={"version": page.version}, answers=answers_to(page.wish)),
        lambda request_id, version, said, by: steps.answer(
            request_id=request_id,
            version=version,
            answer=Answer(said["answer"]),
            reason=AnswerReason(said["reason"]) if said["reason"] else None,
            by=by,
        ),
        lambda: _("Answered."),
    ),
    "take-back": Step(
        lambda page, data: VersionForm(data, initial={"version": page.version}),
        lambda request_id, version, _said, by: steps.take_back(request_id=request_id, version=version, by=by),
        lambda: _("Noted: they no longer want it."),
    ),
}


@require_POST
@for_officers
def step(request: CouncilRequest, officer: Officer, request_id: UUID, name: str) -> HttpResponse:
    """Take one step of a request."""
    page = request_for(officer, request_id)
    chosen = STEPS.get(name)
    if chosen is None:
        raise Http404
    form = chosen.form(page, request.POST)
    if not form.is_valid():
        return _page(request, page, {name: form}, status=422)
    try:
        chosen.take(request_id, form.cleaned_data["version"], form.cleaned_data, officer)
    except RequestChanged as changed:
        return _page(request, request_for(officer, request_id), refused=str(changed), status=409)
    except NotPossible as refusal:
        return _page(request, page, {name: form}, refused=str(refusal), status=422)
    messages.success(request, chosen.done())
    return redirect("rights:request", request_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def correct(request: CouncilRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """Put a client's details right, where that is what was asked."""
    page, record, country = details_held(officer, request_id)
    if page.wish != Wish.CORRECT or not page.is_open:
        raise Http404
    if request.method != "POST":
        return _correct_page(request, page, _correct_form(page, record, country, None))
    form = _correct_form(page, record, country, request.POST)
    if not form.is_valid():
        return _correct_page(request, page, form, status=422)
    said = form.cleaned_data
    try:
        steps.correct(
            request_id=request_id, version=said["version"], client_version=said["client_version"],
            details=form.details, by=officer,
        )  # fmt: skip
    except (ClientChanged, RequestChanged) as changed:
        form.add_error(None, str(changed))
        return _correct_page(request, page, form, status=409)
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return _correct_page(request, page, form, status=422)
    messages.success(request, _("The details were put right. Answer the request now."))
    return redirect("rights:request", request_id)


def _correct_form(page: RequestShown, record: ClientRecord, country: str, data: Any) -> CorrectForm:
    kept = record.details
    names = (
        "given_name", "family_name", "birth_date", "known_as", "middle_names", "former_family_name", "address",
        "postcode", "phone",
    )  # fmt: skip
    initial = {name: getattr(kept, name) for name in names}
    return CorrectForm(
        data, initial={**initial, "version": page.version, "client_version": record.version}, country=country,
        noted_age=kept.approximate_age,
    )  # fmt: skip


def _correct_page(request: CouncilRequest, page: RequestShown, form: CorrectForm, status: int = 200) -> HttpResponse:
    return render(request, "rights/correct.html", {"page": page, "form": form}, status=status)


def _page(
    request: CouncilRequest, page: RequestShown, bound: dict[str, Form] | None = None, *, refused: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    made = {name: one.form(page, None) for name, one in STEPS.items()} if page.is_open else {}
    shown = {
        "page": page,
        "forms": {**made, **(bound or {})},
        "bound": tuple((bound or {}).values()),
        "refused": refused,
        "clock": clock_words(page),
        "due": due_words(page),
    }
    return render(request, "rights/request.html", shown, status=status)
