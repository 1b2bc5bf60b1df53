"""Addresses of rights, duties to record and retention. None of them ever holds a name."""

from django.urls import path

from core.rights.pages import duties, intake, packs, requests, retention

app_name = "rights"
urlpatterns = [
    # a practitioner's
    path("lines/<uuid:involvement_id>/call", duties.call, name="call"),
    path("clients/<uuid:client_id>/records", duties.records, name="records"),
    path("clients/<uuid:client_id>/records/<slug:kind>", duties.record, name="record"),
    path("clients/<uuid:client_id>/request", intake.from_client, name="take_in"),
    # the information-governance officer's
    path("rights", requests.queue, name="queue"),
    path("rights/find", intake.find, name="find"),
    path("rights/register", duties.registered, name="register"),
    path("rights/clients/<uuid:client_id>/request", intake.by_officer, name="take_in_letter"),
    path("rights/clients/<uuid:client_id>/records", duties.client_records, name="client_records"),
    path("rights/<uuid:request_id>", requests.show, name="request"),
    path("rights/<uuid:request_id>/correct", requests.correct, name="correct"),
    path("rights/<uuid:request_id>/hold", retention.hold, name="hold"),
    path("rights/<uuid:request_id>/pack.pdf", packs.pdf, name="pack_pdf"),
    path("rights/<uuid:request_id>/pack.json", packs.json, name="pack_json"),
    path("rights/<uuid:request_id>/steps/<slug:name>", requests.step, name="step"),
    path("retention", retention.show, name="retention"),
    path("retention/holds/<uuid:hold_id>/end", retention.end, name="end_hold"),
]
