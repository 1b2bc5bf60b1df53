"""Addresses of visits's pages."""

from django.urls import URLPattern

app_name = "visits"
urlpatterns: list[URLPattern] = []
