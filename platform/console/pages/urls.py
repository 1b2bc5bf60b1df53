"""Addresses of the console."""

from django.urls import path

from console.pages import home

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
]
