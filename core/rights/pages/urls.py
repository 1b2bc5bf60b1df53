"""Addresses of rights, duties to record and retention. None of them ever holds a name."""

from django.urls import URLPattern

app_name = "rights"
urlpatterns: list[URLPattern] = []
