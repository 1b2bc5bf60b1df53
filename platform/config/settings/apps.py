"""Which app lives in which world. A start-up check holds the two lists apart, but for those named in BOTH_WORLDS."""

__all__ = ["AUTH_USER_MODEL", "BOTH_WORLDS", "INSTALLED_APPS", "SHARED_APPS", "TENANT_APPS"]

BOTH_WORLDS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_otp_webauthn",
    "core.accounts",
    "core.audit",
    "core.notices",
]
"""Sign-in exists twice, with audit and mails: a council's people in its own schema, operators in the shared one. Never
mixed."""

SHARED_APPS = ["tenants", "billing", "console", *BOTH_WORLDS]

TENANT_APPS = [
    *BOTH_WORLDS,
    "core.directory",
    "core.people",
    "core.consent",
    "core.network",
    "core.visits",
    "core.exchange",
    "core.rights",
    "core.council",
    "core.insight",
]

# django_tenants is used and not installed: its app asks the database a question whenever a process starts, and its
# commands would go round ours.
WITHOUT_TABLES = ["django.contrib.messages", "django.contrib.staticfiles", "django_htmx", "ui", "config"]

INSTALLED_APPS = ["tenants", "billing", "console", *TENANT_APPS, *WITHOUT_TABLES]

AUTH_USER_MODEL = "accounts.User"
