"""The look's own addresses. Theme sheets are wired where the councils are known: see `ui.pages.theme_sheet`."""

from django.urls import path

from ui.pages import gallery

app_name = "ui"

urlpatterns = [path("", gallery, name="gallery")]
