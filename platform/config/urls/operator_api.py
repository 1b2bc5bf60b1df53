"""Addresses of the operator API: how a console elsewhere reaches this deployment."""

from django.urls import include, path

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [path("", include("tenants.api.urls"))]
