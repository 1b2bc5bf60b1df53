"""Addresses of exchange."""

from django.urls import path

from core.exchange.pages import exit_copies

app_name = "exchange"
urlpatterns = [
    path("exit-copies", exit_copies.show, name="exit_copies"),
    path("exit-copies/ask", exit_copies.ask, name="ask_for_exit_copy"),
    path("exit-copies/<uuid:copy_id>/fetch", exit_copies.fetch, name="fetch_exit_copy"),
]
