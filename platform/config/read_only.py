"""A suspended council is read only: nothing that changes it is taken in, and nobody loses what they had typed.

One list says what goes on all the same; every other address refuses whatever is not a mere look. The database is not
made read only besides: each sight of a client is written down, and a council that records no sight may show none
(docs/adr/0011-a-suspended-council.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from core.accounts.actions.drafts import KEPT, keep_draft
from core.accounts.doors import is_verified, page_before, signed_in_user
from tenants.context import CouncilRef
from tenants.models import Council

LOOKS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

GOES_ON: Final = frozenset({
    # signing in and out, and one's own sign-in
    "accounts:sign_in", "accounts:passkey_begin", "accounts:passkey_complete", "accounts:second_factor",
    "accounts:recovery_code", "accounts:sign_out", "accounts:extend", "accounts:reset_password",
    "accounts:choose_password", "accounts:set_up", "accounts:enrol_authenticator", "accounts:enrol_passkey_begin",
    "accounts:enrol_passkey_complete", "accounts:recovery_codes", "accounts:recovery_codes_file",
    "accounts:my_sign_in", "accounts:confirm", "accounts:change_password", "accounts:rename_factor",
    "accounts:remove_factor", "accounts:end_session",
    # looking, where a name would stand in the address if it were not sent
    "network:search", "network:suggest", "network:results", "rights:pack_pdf", "rights:pack_json",
    # who may look can always be made fewer: a yes taken back, accounts closed, an operator's support taken back
    "network:withdraw", "staff:close", "staff:close_account", "staff:left", "staff:withdraw_invitation",
    # a person in danger does not wait for a council's return
    "network:limited_sight", "network:end_limited_sight", "network:limited_sight_review",
    "network:ask_for_shield", "network:shield_request", "network:declare_conflict",
    # the law's clocks run on: what people ask of the council by right, what it must note and keep, and what was wrong
    "rights:find", "rights:take_in", "rights:take_in_letter", "rights:step", "rights:correct", "rights:hold",
    "rights:retention", "rights:register", "rights:record", "rights:call",
    # one's own reading mark
    "council:read_notices",
    # the council's own copy of everything, which it needs most when it leaves
    "exchange:exit_copies", "exchange:ask_for_exit_copy", "exchange:fetch_exit_copy",
})  # fmt: skip
"""What is taken in while the council is suspended: it shows nobody more than the law lets them see today."""


GOES_ON_WHERE: Final[Mapping[str, Callable[[QueryDict], bool]]] = {
    # an operator's support is refused and taken back; granting it waits
    "council:support_request": lambda sent: sent.get("do") in {"refuse", "withdraw"},
    # somebody is taken off a shield; naming one more waits
    "network:name_for_shield": lambda sent: bool(sent.get("off")),
}
"""Addresses that take in both what narrows and what widens, and how to tell: by the field that their pages go by."""


class ReadOnlyMiddleware:
    """Answers in the place of every page that would change a suspended council. Stands after sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """The refusal, or None where the request may go on."""
        council: CouncilRef | None = getattr(request, "council", None)
        if council is None or council.state != Council.State.SUSPENDED or request.method in LOOKS:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in GOES_ON or (name in GOES_ON_WHERE and GOES_ON_WHERE[name](request.POST)):
            return None
        return _refused(request, council)


def _refused(request: HttpRequest, council: CouncilRef) -> HttpResponse:
    shown = {
        "contact": council.suspended_contact or council.help_contact,
        "leaves_on": council.leaves_on,
        "draft_url": _kept(request),
        "days": KEPT.days,
    }
    answer = render(request, "ui/read_only.html", shown, status=403)
    if request.headers.get("HX-Request"):
        # A part of a page was asked for; this is a whole one, and takes its place.
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "body", "innerHTML"
    return answer


def _kept(request: HttpRequest) -> str:
    """Keep what was typed for the one who typed it. Returns where they find it, or nothing."""
    user = signed_in_user(request)
    if user is None or not is_verified(request) or request.method != "POST":
        return ""
    draft_id = keep_draft(
        user_id=user.id, path=request.get_full_path(), page=page_before(request), fields=dict(request.POST.lists())
    )
    return reverse("accounts:draft", args=[draft_id]) if draft_id else ""
