"""Addresses of the client page, and of its visits and contacts. None of them ever holds a name."""

from django.urls import path

from core.visits.pages import client, contacts, planning

app_name = "visits"
urlpatterns = [
    path("clients/<uuid:client_id>", client.client, name="client"),
    path("lines/<uuid:involvement_id>/contacts", contacts.log, name="log"),
    path("contacts/<uuid:contact_id>/undo", contacts.undo_contact, name="undo_contact"),
    path("lines/<uuid:involvement_id>/visits", planning.plan, name="plan"),
    path("visits/<uuid:visit_id>", planning.change, name="change"),
    path("visits/<uuid:visit_id>/cancel", planning.cancel, name="cancel"),
    path("visits/<uuid:visit_id>/cancel/undo", planning.undo_cancel, name="undo_cancel"),
]
