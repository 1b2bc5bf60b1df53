"""Addresses on a council's host. Who may ask for which is said in `config.access`."""

from django.conf import settings
from django.urls import include, path

from config import theme
from ui.pages import gallery

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("core.council.pages.urls")),
    path("", include("core.council.pages.staff_urls")),
    path("", include("core.accounts.pages.urls")),
    path("", include("core.people.pages.urls")),
    path("", include("core.network.pages.urls")),
    path("", include("core.visits.pages.urls")),
    path("", include("core.directory.pages.urls")),
    path("", include("core.notices.pages.urls")),
    path("", include("core.rights.pages.urls")),
    path("", include("core.exchange.pages.urls")),
    path("theme/<str:digest>.css", theme.stylesheet, name="theme"),
]

if settings.MODE != "production":
    urlpatterns += [path("gallery", gallery, name="gallery")]
