"""Addresses of the home page and of notices."""

from django.urls import path

from core.council.pages import account, home, offers, policy, policy_drafts, policy_rehearsal, support

app_name = "council"
urlpatterns = [
    path("", home.home, name="home"),
    path("notices", home.notices, name="notices"),
    path("notices/read", home.read_notices, name="read_notices"),
    path("account", account.show, name="account"),
    path("account/documents/<slug:checksum>", account.document, name="account_document"),
    path("policy", policy.show, name="policy"),
    path("policy/versions/<uuid:version_id>/cancel", policy.cancel, name="cancel_policy"),
    path("policy/drafts", policy.start, name="start_policy_draft"),
    path("policy/drafts/<uuid:draft_id>", policy_drafts.show, name="policy_draft"),
    path("policy/drafts/<uuid:draft_id>/sections/<slug:slug>", policy_drafts.section, name="policy_section"),
    path("policy/drafts/<uuid:draft_id>/sign", policy_drafts.sign, name="sign_policy_route"),
    path("policy/drafts/<uuid:draft_id>/discard", policy.discard, name="discard_policy_draft"),
    path("policy/drafts/<uuid:draft_id>/rehearsal", policy_rehearsal.rehearsal, name="rehearse_policy"),
    path("policy/drafts/<uuid:draft_id>/clients/<uuid:client_id>", policy_rehearsal.client, name="rehearse_client"),
    path("policy/drafts/<uuid:draft_id>/publish", policy.publish, name="publish_policy"),
    path("support", support.listed, name="support"),
    path("support/requests/<uuid:grant_id>", support.decide, name="support_request"),
    path("support/agencies", support.agencies, name="support_agencies"),
    path("support/log", support.log, name="support_log"),
    path("releases", offers.listed, name="offers"),
    path("releases/<uuid:offer_id>", offers.decide, name="offer"),
]
