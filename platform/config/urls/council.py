"""Addresses on a council's host. Who may ask for which is said in `config.access`."""

from django.conf import settings
from django.urls import include, path

from ui import pages as ui_pages

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("core.council.pages.urls")),
    path("", include("core.accounts.pages.urls")),
    path("", include("core.people.pages.urls")),
    path("", include("core.network.pages.urls")),
    path("", include("core.visits.pages.urls")),
    path("", include("core.directory.pages.urls")),
    path("", include("core.notices.pages.urls")),
    path("theme/<str:digest>.css", ui_pages.theme_stylesheet, name="theme"),
]

if settings.MODE != "production":
    urlpatterns += [path("gallery", ui_pages.gallery, name="gallery")]
