"""Addresses of finding and adding a client. None of them ever holds a name."""

from django.urls import path

from core.network.pages import add, details, find

find_urlpatterns = [
    path("search", find.search, name="search"),
    path("search/suggest", find.suggest, name="suggest"),
    path("search/<uuid:search_id>", find.results, name="results"),
    path("clients/add", add.add, name="add"),
    path("clients/add/check", add.duplicates, name="duplicates"),
    path("clients/<uuid:client_id>/add/undo", add.undo_add, name="undo_add"),
    path("clients/<uuid:client_id>/details", details.edit, name="edit_details"),
]
