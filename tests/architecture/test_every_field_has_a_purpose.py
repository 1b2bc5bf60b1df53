"""No case notes by design: every text column says what it is for, or the build fails.

A new text column is added here with its purpose, in a review that asks: could someone write about a client's life in it?
"""

from __future__ import annotations

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

CODE = "a code from a list, a hash or another machine's word"
IDENTITY = "serves to pick the right person, and is in the list of product principles"
CARD = "a professional's own contact details"
ORGANISATION = "an agency, a service or a file, never a person"
SIGN_IN = "serves to sign in"
TECHNICAL = "says what went wrong in a program's words"

PURPOSES = {
    "accounts.Draft.fields": "what one person had typed, encrypted, for that person alone, until they sign in again",
    "accounts.Draft.page": CODE,
    "accounts.Draft.path": CODE,
    "accounts.Invitation.email": SIGN_IN,
    "accounts.Invitation.roles": CODE,
    "accounts.Invitation.token_hash": CODE,
    "accounts.OpenSession.browser": SIGN_IN,
    "accounts.OpenSession.session_key": SIGN_IN,
    "accounts.Throttle.key": CODE,
    "accounts.Throttle.recent": "when tries failed: dates, in an array",
    "accounts.User.email": SIGN_IN,
    "accounts.User.password": SIGN_IN,
    "accounts.User.roles": CODE,
    "audit.Event.actor": CODE,
    "audit.Event.detail": CODE,
    "audit.Event.outcome": CODE,
    "audit.Event.reason": CODE,
    "audit.Event.slug": CODE,
    "audit.Event.subject_kind": CODE,
    "consent.Conversation.answers": CODE,
    "consent.Conversation.material_version": CODE,
    "consent.Conversation.outcome": CODE,
    "consent.Conversation.with_whom": CODE,
    "consent.DecisionRecord.action": CODE,
    "consent.DecisionRecord.obligations": CODE,
    "consent.DecisionRecord.outcome": CODE,
    "consent.DecisionRecord.pack": CODE,
    "consent.DecisionRecord.pack_checksum": CODE,
    "consent.DecisionRecord.reason": CODE,
    "consent.DecisionRecord.request": CODE,
    "consent.DecisionRecord.visibility": CODE,
    "consent.Material.code": CODE,
    "consent.Material.content": "the words and cards of a conversation, written for everyone and about nobody",
    "consent.Material.language": CODE,
    "consent.Material.pack": CODE,
    "consent.Material.pack_checksum": CODE,
    "consent.PolicyDraft.tightening": CODE,
    "consent.PolicyRehearsal.counts": CODE,
    "consent.PolicyRehearsal.examples": CODE,
    "consent.PolicyRehearsal.so_far": CODE,
    "consent.PolicyRehearsal.state": CODE,
    "consent.PolicyVersion.pack_checksum": CODE,
    "consent.PolicyVersion.pack_id": CODE,
    "consent.PolicyVersion.pack_version": CODE,
    "consent.PolicyVersion.tightening": CODE,
    "consent.PolicyDraft.pack_checksum": CODE,
    "consent.PolicyDraft.pack_version": CODE,
    "council.ReleaseOffer.checksum": CODE,
    "council.ReleaseOffer.content": "what a template offers: codes, words of policy and organisations, and nobody",
    "council.ReleaseOffer.kind": CODE,
    "council.ReleaseOffer.notes": "what the operators say of a release, to every council alike",
    "council.ReleaseOffer.slug": CODE,
    "council.ReleaseOffer.state": CODE,
    "council.ReleaseOffer.title": "what the operators call a release, to every council alike",
    "council.ReleaseOffer.version": CODE,
    "council.SupportGrant.approved_by_name": "an operator of the platform, who approved that another is let in",
    "council.SupportGrant.operator_email": SIGN_IN,
    "council.SupportGrant.operator_name": "an operator of the platform, who asks to be let in",
    "council.SupportGrant.reason": "why an operator asks to be let in: theirs and checked by a second, about no client",
    "council.SupportGrant.state": CODE,
    "directory.Agency.kind": CODE,
    "directory.Agency.name": ORGANISATION,
    "directory.Agency.phone": ORGANISATION,
    "directory.Practitioner.best_time": CARD,
    "directory.Practitioner.desk_phone": CARD,
    "directory.Practitioner.email": CARD,
    "directory.Practitioner.employment": CODE,
    "directory.Practitioner.family_name": CARD,
    "directory.Practitioner.functions": CODE,
    "directory.Practitioner.given_name": CARD,
    "directory.Practitioner.job_title": CARD,
    "directory.Practitioner.mobile": CARD,
    "directory.Service.statuses": CODE,
    "directory.ServiceType.code": CODE,
    "directory.ServiceType.label": ORGANISATION,
    "directory.ServiceType.sensitivity": CODE,
    "directory.ServiceType.suggested_statuses": CODE,
    "directory.ServiceType.typical_roles": ORGANISATION,
    "exchange.ExitCopy.error": "says why a copy of everything could not be made, in a sentence of ours",
    "exchange.ExitCopy.sha256": CODE,
    "exchange.ExitCopy.state": CODE,
    "exchange.ImportRun.counts": CODE,
    "exchange.ImportRun.source": ORGANISATION,
    "exchange.ImportedRow.candidates": CODE,
    "exchange.ImportedRow.file": ORGANISATION,
    "exchange.ImportedRow.fingerprint": CODE,
    "exchange.ImportedRow.outcome": CODE,
    "exchange.ImportedRow.problem": CODE,
    "exchange.ImportedRow.sentence": "says what is wrong with a row, in words of ours",
    "network.Approval.answers": CODE,
    "network.Approval.approver_role": CODE,
    "network.Approval.ground": CODE,
    "network.Approval.kind": CODE,
    "network.Approval.level": CODE,
    "network.Approval.state": CODE,
    "network.ApprovalVoice.answer": CODE,
    "network.ApprovalVoice.reason": CODE,
    "network.BrokerMessage.ask": CODE,
    "network.DayKept.policy": CODE,
    "network.Involvement.end_reason": CODE,
    "network.Involvement.source": CODE,
    "network.LeadOffer.answer": CODE,
    "network.LimitedSight.finding": CODE,
    "network.LimitedSight.reason": CODE,
    "network.LimitedSight.reason_text": "why a closed or shielded record was opened: short, checked, and reviewed",
    "network.NetworkInvitation.answer": CODE,
    "network.Publication.basis": CODE,
    "network.Publication.end_reason": CODE,
    "network.Publication.visibility": CODE,
    "network.ShieldPeriod.level": CODE,
    "network.ShieldPeriod.reason": CODE,
    "network.StandIn.role": CODE,
    "network.Withdrawal.said_by": CODE,
    "network.Withdrawal.scope": CODE,
    "notices.Notice.by_name": CARD,
    "notices.Notice.detail": CODE,
    "notices.Notice.slug": CODE,
    "notices.OutboxItem.error": TECHNICAL,
    "notices.OutboxItem.kind": CODE,
    "notices.OutboxItem.payload": "what a mail needs: an address and codes, never a client's name",
    "people.Client.address": IDENTITY,
    "people.Client.family_name": IDENTITY,
    "people.Client.former_family_name": IDENTITY,
    "people.Client.given_name": IDENTITY,
    "people.Client.known_as": IDENTITY,
    "people.Client.middle_names": IDENTITY,
    "people.Client.phone": IDENTITY,
    "people.Client.postcode": IDENTITY,
    "people.Client.postcode_key": IDENTITY,
    "people.Client.search_key": IDENTITY,
    "people.Client.shield": CODE,
    "people.ClientIdentifier.kind": CODE,
    "people.ClientIdentifier.value": IDENTITY,
    "rights.DeletionReceipt.counts": CODE,
    "rights.DeletionReceipt.pack": CODE,
    "rights.DeletionReceipt.pack_checksum": CODE,
    "rights.DeletionReceipt.rule": CODE,
    "rights.DeletionReceipt.subject_hash": CODE,
    "rights.DutyRecord.fields": "codes, days, references and ids, as the pack lists them: no words about a person",
    "rights.DutyRecord.kind": CODE,
    "rights.DutyRecord.pack": CODE,
    "rights.DutyRecord.pack_checksum": CODE,
    "rights.RetentionHold.reason": CODE,
    "rights.RightsRequest.answer": CODE,
    "rights.RightsRequest.answer_reason": CODE,
    "rights.RightsRequest.asked_by": CODE,
    "rights.RightsRequest.extension_reason": CODE,
    "rights.RightsRequest.extensions": CODE,
    "rights.RightsRequest.pack": CODE,
    "rights.RightsRequest.pack_checksum": CODE,
    "rights.RightsRequest.persons_view": CODE,
    "rights.RightsRequest.right_code": CODE,
    "rights.RightsRequest.state": CODE,
    "rights.RightsRequest.wish": CODE,
    "visits.Contact.kind": CODE,
}

TEXT = (models.CharField, models.TextField, models.JSONField, ArrayField)


def text_columns() -> set[str]:
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("core.")
        for field in model._meta.get_fields()
        if isinstance(field, TEXT)
    }


def test_every_text_column_has_an_approved_purpose():
    missing = text_columns() - PURPOSES.keys()
    assert missing == set(), "Give each a purpose in this file, or leave it out: Patchwork holds no case notes."


def test_no_purpose_is_left_behind():
    assert PURPOSES.keys() - text_columns() == set()


def test_no_column_is_long_enough_for_a_story():
    long = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("core.")
        for field in model._meta.get_fields()
        if isinstance(field, models.TextField) and not isinstance(field, models.CharField)
    }
    assert long == {"people.Client.search_key"}, "A text field without a limit invites notes."
