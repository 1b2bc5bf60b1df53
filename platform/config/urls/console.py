"""Addresses on the console's host. Who may ask for which is said in `config.access_console`."""

from django.urls import include, path

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("console.pages.urls")),
    path("", include("core.accounts.pages.urls")),
]
