"""Addresses of contact cards."""

from django.urls import path

from core.directory.pages import cards

app_name = "directory"
urlpatterns = [
    path("card", cards.card, name="card"),
    path("colleagues", cards.people, name="people"),
    path("colleagues/<uuid:practitioner_id>", cards.practitioner, name="practitioner"),
]
