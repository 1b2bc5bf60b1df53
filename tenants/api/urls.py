"""Addresses of the operator API. Every one asks for a signed token: there is no other permission."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from tenants.api import accounts, describing, views  # the description's words are known by being imported

__all__ = ["describing", "urlpatterns"]

app_name = "operator_api"
urlpatterns = [
    path("health", views.HealthView.as_view(), name="health"),
    path("councils", views.CouncilsView.as_view(), name="councils"),
    path("councils/<uuid:council_id>/template", views.TemplateView.as_view(), name="template"),
    path("councils/<uuid:council_id>/account", accounts.AccountView.as_view(), name="account"),
    path("councils/<uuid:council_id>/documents/<slug:checksum>", accounts.DocumentView.as_view(), name="document"),
    path("orders", views.OrdersView.as_view(), name="orders"),
    path("orders/<uuid:order_id>", views.OrderView.as_view(), name="order"),
    path("readings", views.ReadingsView.as_view(), name="readings"),
    path("fleet", views.FleetView.as_view(), name="fleet"),
    path("fleet/runs", views.FleetRunsView.as_view(), name="fleet_runs"),
    path("schema", SpectacularAPIView.as_view(urlconf="config.urls.operator_api"), name="schema"),
]
