"""Addresses of network's pages."""

from core.network.pages.find_urls import find_urlpatterns

app_name = "network"
urlpatterns = [*find_urlpatterns]
