"""Addresses on the console's host: nothing but the errors' own pages until operators can sign in there."""

from django.urls import URLPattern

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern] = []
