"""Drafts: making one, making it again, and what finance does with it before it is issued."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.actions.finding import Found, find_all, save
from billing.choices import Hold, Outcome
from billing.errors import BadValue, ChangedMeanwhile, NotPossible, NotThere
from billing.models import Contract, Covered, Draft, DraftLine, InvoiceRun, RunItem
from billing.queries.holds import MAY_BE_ALLOWED, stops
from billing.queries.recheck import holds_now
from tenants.context import SHARED_ALIAS

CHANGED = "Prices, terms or usage have changed since it was drafted. Draft it again."
LONGEST_REASON = 300
LONGEST_NOTE = 600


@transaction.atomic(using=SHARED_ALIAS)
def draft_contract(*, contract_id: UUID, until: date, at: datetime, run: InvoiceRun | None = None) -> Found:
    """Draft what a contract is to be billed for with the month `until`: one draft, or none. Raises NotThere."""
    lock_contracts([contract_id])
    found = find_all([contract_id], until=until, at=at, run=run)[contract_id]
    save([found])
    return found


@transaction.atomic(using=SHARED_ALIAS)
def redraft(*, draft_id: UUID, at: datetime) -> Draft | None:
    """Draft again what a draft bills, as things stand now, and what else is due by then. None: nothing is left of it.

    It is to be reviewed again. Raises NotThere, ChangedMeanwhile; NotPossible for a credit note made by hand, or when
    a price is missing now.
    """
    draft = locked_draft(draft_id)
    if not Covered.objects.filter(draft=draft).exists():
        raise NotPossible("A credit note made by hand is not drafted again. Discard it and credit the invoice anew.")
    run, note = draft.run, draft.note
    months = [run.month] if run else []
    until = max([*months, draft.period_last.replace(day=1)])
    discarded(draft)
    found = draft_contract(contract_id=draft.contract_id, until=until, at=at, run=run)
    if found.outcome == Outcome.HELD:
        raise NotPossible(found.detail.get("said", "It can't be drafted again yet: something it rests on is missing."))
    if found.draft and note:
        Draft.objects.filter(id=found.draft.id).update(note=note)
        found.draft.note = note
    if run:
        # where the run's line is of another draft of this contract, it stays
        RunItem.objects.filter(run=run, contract=draft.contract_id, draft=None).update(
            outcome=found.outcome, draft=found.draft, detail=found.detail
        )
    return found.draft


@transaction.atomic(using=SHARED_ALIAS)
def discard_draft(*, draft_id: UUID) -> None:
    """Throw a draft away: what it would have billed is due again. Raises NotThere, ChangedMeanwhile."""
    discarded(locked_draft(draft_id))


@transaction.atomic(using=SHARED_ALIAS)
def review_draft(*, draft_id: UUID, by: UUID | None, at: datetime) -> Draft:
    """Say that a draft was looked at and may be issued; what held it and is put right holds it no longer.

    Raises NotThere, NotPossible, ChangedMeanwhile.
    """
    draft = locked_draft(draft_id)
    draft.holds = holds_now(draft, on=max(draft.period_last, at.astimezone(ZoneInfo(draft.entity.time_zone)).date()))
    held = stops(draft.holds, is_allowed=bool(draft.allowed_reason))
    if Hold.CHANGED in held:
        raise ChangedMeanwhile(CHANGED)
    if held:
        raise NotPossible("It can't be reviewed: " + "; ".join(Hold(hold).label.lower() for hold in held) + ".")
    draft.reviewed_at, draft.reviewed_by_id = at, by
    draft.save(update_fields=["holds", "reviewed_at", "reviewed_by_id"])
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def review_run(*, run_id: UUID, by: UUID | None, at: datetime) -> int:
    """Say of all drafts of a run that nothing holds that they were looked at. Returns how many these were."""
    waiting = Draft.objects.select_for_update().filter(run=run_id, issued=None, reviewed_at=None).order_by("id")
    ready = [draft.id for draft in waiting if not stops(draft.holds, is_allowed=bool(draft.allowed_reason))]
    return Draft.objects.filter(id__in=ready).update(reviewed_at=at, reviewed_by_id=by)


@transaction.atomic(using=SHARED_ALIAS)
def allow_holds(*, draft_id: UUID, reason: str, by: UUID | None) -> Draft:
    """Have a draft issued although its purchase order is short or missing. Raises BadValue, NotPossible and others."""
    draft = locked_draft(draft_id)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadValue("reason", f"Say in at most {LONGEST_REASON} letters why it is issued all the same.")
    draft.holds = holds_now(draft, on=draft.period_last)
    if not set(draft.holds) & MAY_BE_ALLOWED:
        raise NotPossible("No purchase order holds this draft.")
    draft.allowed_reason, draft.allowed_by_id = reason, by
    draft.save(update_fields=["holds", "allowed_reason", "allowed_by_id"])
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def set_note(*, draft_id: UUID, note: str) -> Draft:
    """Say something on the invoice. Raises NotThere, ChangedMeanwhile, BadValue."""
    draft = locked_draft(draft_id)
    if len(note.strip()) > LONGEST_NOTE:
        raise BadValue("note", f"A note has at most {LONGEST_NOTE} letters.")
    draft.note = note.strip()
    draft.save(update_fields=["note"])
    return draft


def lock_contracts(contract_ids: list[UUID]) -> None:
    """Have nobody else draft or issue for these contracts meanwhile. Raises NotThere."""
    locked = Contract.objects.select_for_update().filter(id__in=contract_ids).order_by("id").values_list("id")
    if len(locked) != len(set(contract_ids)):
        raise NotThere("There is no such contract.")


def locked_draft(draft_id: UUID) -> Draft:
    """A draft that is not issued yet; its contract and it are locked. Raises NotThere, ChangedMeanwhile."""
    contract_id = Draft.objects.filter(id=draft_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotThere("There is no such draft: it was discarded or drafted again.")
    lock_contracts([contract_id])
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("contract", "customer", "entity", "run", "order", "credits", "issued")
        .filter(id=draft_id)
        .first()
    )
    if draft is None:
        raise NotThere("There is no such draft: it was discarded or drafted again.")
    if draft.issued:
        raise ChangedMeanwhile(f"It was issued meanwhile, as {draft.issued.number}.")
    return draft


def discarded(draft: Draft) -> None:
    """Delete a locked draft with its lines and what it covers."""
    RunItem.objects.filter(draft=draft).update(draft=None)
    Covered.objects.filter(draft=draft).delete()
    DraftLine.objects.filter(draft=draft).delete()
    Draft.objects.filter(id=draft.id).delete()
