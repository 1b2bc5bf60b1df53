"""Answers that several pages of the console give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from console.doors import OperatorRequest
from console.errors import ChangedMeanwhile


def typed(request: OperatorRequest) -> Any:
    """What a form is made with: what was sent, or what was typed before the operator was asked who they are."""
    return request.POST if request.method == "POST" else request.draft


def form_page(
    request: OperatorRequest, template: str, form: forms.Form, *, refused: Exception | None = None, **more: Any
) -> HttpResponse:
    """A page with one form: as new, or with its errors and what was typed; `refused` is said above it."""
    status = 200
    if request.method == "POST":
        status = 409 if isinstance(refused, ChangedMeanwhile) else 422
    shown = {"form": form, "refused": str(refused) if refused else "", **more}
    return render(request, template, shown, status=status)


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """The address with a query; empty values are left out."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def pages_of(path: str, query: Mapping[str, Any], page: int, *, has_next: bool) -> dict[str, Any]:
    """What GOV.UK's pagination shows: the page before and the one after."""
    found: dict[str, Any] = {}
    if page > 1:
        found["previous"] = {"href": with_query(path, {**query, "page": page - 1 if page > 2 else ""})}
    if has_next:
        found["next"] = {"href": with_query(path, {**query, "page": page + 1})}
    return found


def page_number(request: OperatorRequest) -> int:
    """The page asked for; 1 for anything that is no number."""
    given = request.GET.get("page", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
