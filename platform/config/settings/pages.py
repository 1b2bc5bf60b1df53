"""Templates, static files, language and time."""

from config.settings.env import BASE_DIR
from config.settings.files import COUNCIL_STORE

__all__ = [
    "CACHES",
    "FORMAT_MODULE_PATH",
    "LANGUAGES",
    "LANGUAGE_CODE",
    "LOCALE_PATHS",
    "MESSAGE_STORAGE",
    "STATICFILES_DIRS",
    "STATIC_ROOT",
    "STATIC_URL",
    "STORAGES",
    "TEMPLATES",
    "TIME_ZONE",
    "USE_I18N",
    "USE_TZ",
    "WHITENOISE_MAX_AGE",
    "WHITENOISE_USE_FINDERS",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "ui.environment.environment",
            "context_processors": ["django.contrib.messages.context_processors.messages", "config.shell.shell"],
        },
    },
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}},
]

STATIC_URL = "/static/"
# Files are served from where they stand: there is no collecting step.
STATIC_ROOT = None
STATICFILES_DIRS: list[str] = []
WHITENOISE_USE_FINDERS = True
# Addresses carry a mark of their content, so a month is safe; pictures named by the style sheet change with a release.
WHITENOISE_MAX_AGE = 30 * 24 * 60 * 60
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedFiles"},
    "councils": COUNCIL_STORE,
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH: list[str] = []
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# In each process's own memory: nothing that must survive or be shared is kept in a cache.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "KEY_FUNCTION": "tenants.cache.make_key"}
}
