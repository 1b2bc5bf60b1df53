"""Addresses of the home page and of notices."""

from django.urls import path

from core.council.pages import home

app_name = "council"
urlpatterns = [
    path("", home.home, name="home"),
    path("notices", home.notices, name="notices"),
    path("notices/read", home.read_notices, name="read_notices"),
]
