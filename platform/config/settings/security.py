"""What a browser is told, and the order of the layers around a request."""

from __future__ import annotations

from typing import Any

from config.settings.env import MODE, env

__all__ = [
    "ALLOWED_HOSTS", "CONTENT_SECURITY_POLICY", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SAMESITE",
    "CSRF_COOKIE_SECURE", "CSRF_FAILURE_VIEW", "DATA_UPLOAD_MAX_MEMORY_SIZE", "MIDDLEWARE", "PERMISSIONS_POLICY",
    "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "SECURE_REDIRECT_EXEMPT", "SECURE_REFERRER_POLICY",
    "SECURE_SSL_REDIRECT", "USE_X_FORWARDED_HOST", "X_FRAME_OPTIONS",
]  # fmt: skip

_https = MODE == "production" or env.flag("PATCHWORK_HTTPS")

# Which hosts are ours is data: tenants.routing answers 404 for every other, before anything else looks at the name.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False

MIDDLEWARE = [
    "config.watching.requests.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.health.HealthMiddleware",
    "config.watching.metrics.MetricsMiddleware",
    "ui.pdf.PdfMiddleware",
    "tenants.serving.StoredFileMiddleware",
    "tenants.tally.TallyMiddleware",
    "tenants.routing.CouncilMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.council_time.CouncilTimeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "core.accounts.middleware.SignedInMiddleware",
    "core.directory.middleware.ViewerMiddleware",
    "console.middleware.OperatorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.PrivatePagesMiddleware",
    "config.middleware.PolicyMiddleware",
    "config.read_only.ReadOnlyMiddleware",
]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("PATCHWORK_BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"

CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
CSRF_FAILURE_VIEW = "config.errors.csrf_failed"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}
