"""The council admin's people: who is listed, who may sign in and as what, who has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.council.actions import staff as actions
from core.council.pages.staff_doors import for_admins, freshly_proved
from core.council.pages.staff_forms import AccountForm, PersonForm, RolesForm
from core.council.staff_errors import PersonChanged, PersonNotFound, StaffError
from core.council.staff_queries import (
    Person,
    accounts_without_card,
    agency_choices,
    card_at,
    person,
    service_choices,
    staff_page,
)
from core.directory.doors import CouncilRequest
from ui.filters import long_date

_FIELDS = (
    "given_name", "family_name", "job_title", "email", "mobile", "desk_phone", "agency_id", "services", "managed",
    "employment", "cleared_until",
)  # fmt: skip
_MANY = ("services", "managed")


@require_safe
@for_admins
def people(request: CouncilRequest) -> HttpResponse:
    """Who is listed, found by name, role, agency or service."""
    number = request.GET.get("page", "1")
    page = staff_page(
        request.GET.get("q", "")[:200],
        request.GET.get("show", "here"),
        int(number) if number.isdecimal() and len(number) < 6 else 1,
    )
    return render(request, "council/staff.html", {"page": page, "has_agencies": bool(agency_choices())})


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
def add(request: CouncilRequest) -> HttpResponse:
    """List someone: first for which agency, whose services can then be ticked. The next page offers to invite them."""
    chosen = request.GET.get("agency", "")
    if request.method != "POST" and not chosen:
        return render(request, "council/person_agency.html", {"agencies": agency_choices()})
    data = request.POST if request.method == "POST" else None
    agency = request.POST.get("agency_id", chosen)
    form = PersonForm(data, initial={"agency_id": chosen}, region=request.region, agency=agency)
    if form.is_bound and form.is_valid():
        try:
            card = actions.add_person(details=form.details, by=request.user)
        except StaffError as refused:
            form.add_error(_field_of(refused), refused.sentence())
        else:
            messages.success(request, _("%(name)s is listed.") % {"name": card.full_name})
            return redirect("staff:person", card.id)
    return render(request, "council/person_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@for_admins
def show(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """One person: their card, their sign-in, whether they have left."""
    return _page(request, person(practitioner_id))


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
def change(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Change a card. A second person's save in between is shown, and nothing typed is lost."""
    shown = person(practitioner_id)
    agency = request.POST.get("agency_id", str(shown.agency_id))
    form = PersonForm(request.POST or None, initial=_initial(shown), region=request.region, agency=agency)
    status = 422 if form.is_bound else 200
    differences: list[dict[str, Any]] = []
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.change_person(practitioner_id=shown.id, version=version, details=form.details, by=request.user)
        except PersonChanged as changed:
            status, differences = 409, _differences(form, shown)
            form = PersonForm({**_lists(request), "version": shown.version}, region=request.region, agency=agency)
            form.is_valid()
            form.add_error(None, changed.sentence())
        except StaffError as refused:
            form.add_error(_field_of(refused), refused.sentence())
        else:
            messages.success(request, _("Saved. Every client page shows it now."))
            return redirect("staff:person", shown.id)
    words = {"form": form, "person": shown, "differences": differences}
    return render(request, "council/person_form.html", words, status=status)


@require_POST
@for_admins
@freshly_proved
def invite(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Mail them the link to an account, or a new one."""
    shown = person(practitioner_id)
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, 422)
    try:
        actions.invite_to_sign_in(practitioner_id=shown.id, roles=form.chosen, by=request.user)
    except StaffError as refused:
        form.add_error(None, refused.sentence())
        return _page(request, shown, form, 422)
    messages.success(request, _("The invitation is on its way. The link works once, for 7 days."))
    return redirect("staff:person", shown.id)


@require_POST
@for_admins
@freshly_proved
def roles(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Say which roles they hold."""
    shown = person(practitioner_id)
    form = RolesForm(request.POST)
    if shown.sign_in.user_id is None:
        raise Http404
    if form.is_valid():
        try:
            actions.give_roles(user_id=shown.sign_in.user_id, roles=form.chosen, by=request.user)
        except StaffError as refused:
            form.add_error(None, refused.sentence())
        else:
            messages.success(request, _("Saved. It counts from their next page."))
            return redirect("staff:person", shown.id)
    return _page(request, shown, form, 422)


@require_POST
@for_admins
def leave(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Note that they have left."""
    return _do(
        request, practitioner_id, lambda: actions.note_leaving(practitioner_id=practitioner_id, by=request.user),
        _("Noted. Their account is closed, and their manager sees whom they supported."),
    )  # fmt: skip


@require_POST
@for_admins
def come_back(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Note that they are back."""
    return _do(
        request, practitioner_id, lambda: actions.note_return(practitioner_id=practitioner_id, by=request.user),
        _("They are listed again."),
    )  # fmt: skip


@require_POST
@for_admins
@freshly_proved
def close(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Let them sign in no more."""
    user_id = _account(practitioner_id)
    return _do(
        request, practitioner_id, lambda: actions.close_sign_in(user_id=user_id, by=request.user),
        _("Their account is closed, and they are signed out everywhere."),
    )  # fmt: skip


@require_POST
@for_admins
@freshly_proved
def reopen(request: CouncilRequest, practitioner_id: UUID) -> HttpResponse:
    """Let them sign in again."""
    user_id = _account(practitioner_id)
    return _do(
        request, practitioner_id, lambda: actions.open_sign_in(user_id=user_id, by=request.user),
        _("They can sign in again, as before."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
@freshly_proved
def accounts(request: CouncilRequest) -> HttpResponse:
    """Administrators, officers and auditors, and an invitation for another one."""
    form = AccountForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.invite_without_card(email=form.cleaned_data["email"], roles=form.chosen, by=request.user)
        except StaffError as refused:
            form.add_error("email", refused.sentence())
        else:
            messages.success(request, _("The invitation is on its way. The link works once, for 7 days."))
            return redirect("staff:accounts")
    words = {"form": form, "lines": accounts_without_card(request.user)}
    return render(request, "council/accounts.html", words, status=422 if form.is_bound else 200)


@require_POST
@for_admins
@freshly_proved
def close_bare(request: CouncilRequest, user_id: UUID) -> HttpResponse:
    """Close the account of someone without a card."""
    return _do_bare(request, lambda: actions.close_sign_in(user_id=user_id, by=request.user))


@require_POST
@for_admins
@freshly_proved
def reopen_bare(request: CouncilRequest, user_id: UUID) -> HttpResponse:
    """Open the account of someone without a card again."""
    return _do_bare(request, lambda: actions.open_sign_in(user_id=user_id, by=request.user))


@require_POST
@for_admins
def withdraw_invitation(request: CouncilRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back, such as one to a mistyped address."""
    address = actions.withdraw_invitation(invitation_id=invitation_id, by=request.user)
    messages.success(request, _("The invitation is taken back: its link opens nothing any more."))
    card_id = card_at(address)
    return redirect("staff:person", card_id) if card_id else redirect("staff:accounts")


def _page(request: CouncilRequest, shown: Person, form: RolesForm | None = None, status: int = 200) -> HttpResponse:
    form = form or RolesForm(initial={"roles": list(shown.sign_in.roles or ("practitioner",))})
    is_own = shown.sign_in.user_id == request.user.id
    names = dict(agency_choices())
    words = {"person": shown, "form": form, "is_own": is_own, "agency": names.get(str(shown.agency_id), "")}
    return render(request, "council/person.html", words, status=status)


def _do(request: CouncilRequest, practitioner_id: UUID, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except StaffError as refused:
        messages.error(request, refused.sentence())
    else:
        messages.success(request, said)
    return redirect("staff:person", practitioner_id)


def _do_bare(request: CouncilRequest, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except StaffError as refused:
        messages.error(request, refused.sentence())
    else:
        messages.success(request, _("Saved."))
    return redirect("staff:accounts")


def _account(practitioner_id: UUID) -> UUID:
    user_id = person(practitioner_id).sign_in.user_id
    if user_id is None:
        raise PersonNotFound
    return user_id


def _initial(shown: Person) -> dict[str, Any]:
    values = {name: getattr(shown, name) for name in (*_FIELDS, "version")}
    values |= {name: [str(value) for value in values[name]] for name in _MANY}
    return values | {"agency_id": str(shown.agency_id)}


def _lists(request: CouncilRequest) -> dict[str, Any]:
    many = {name: request.POST.getlist(name) for name in _MANY}
    return {**request.POST.dict(), **many}


def _differences(form: PersonForm, saved: Person) -> list[dict[str, Any]]:
    """What somebody else saved and what was typed, field by field, in the words of the form."""
    typed, theirs = form.details, service_choices(str(saved.agency_id))
    pairs = ((name, getattr(saved, name), getattr(typed, name)) for name in _FIELDS)
    return [
        {
            "label": form[name].label,
            "saved": _in_words(form, name, was, theirs),
            "typed": _in_words(form, name, now, theirs),
        }
        for name, was, now in pairs
        if (set(was) != set(now) if name in _MANY else was != now)
    ]


def _in_words(form: PersonForm, name: str, value: Any, services: list[tuple[str, str]]) -> str:
    """A value as the form would show it; `services` are those of the saved agency, which the form may not offer."""
    if isinstance(value, date):
        return long_date(value)
    offered = getattr(form.fields[name], "choices", ())
    labels = dict(services) | {str(key): str(label) for key, label in offered}
    given = value if name in _MANY else [value]
    return ", ".join(sorted(labels.get(str(one), str(one)) for one in given if one))


def _field_of(refused: StaffError) -> str | None:
    names = {"AddressInUse": "email", "ServiceNotTheirs": "services", "StillSupporting": "services"}
    return names.get(type(refused).__name__)
