"""Addresses of finance: they stand among the console's, under its names."""

from django.urls import path

from console.pages.finance import home

urlpatterns = [
    path("finance", home.index, name="finance"),
]
