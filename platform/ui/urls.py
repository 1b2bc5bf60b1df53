"""The look's own addresses, for a site of nothing else. A council's theme sheet comes with its mapping of themes."""

from django.urls import path

from ui.pages import gallery, theme_stylesheet

app_name = "ui"

urlpatterns = [
    path("", gallery, name="gallery"),
    path("theme/<str:digest>.css", theme_stylesheet, name="theme"),
]
