"""Passwords, sessions and second factors."""

from config.settings.env import MODE, env

__all__ = [
    "AUTHENTICATION_BACKENDS", "AUTH_PASSWORD_VALIDATORS", "LOGIN_REDIRECT_URL", "LOGIN_URL", "OTP_TOTP_ISSUER",
    "OTP_TOTP_THROTTLE_FACTOR", "OTP_WEBAUTHN_RP_ID_CALLABLE", "OTP_WEBAUTHN_RP_NAME_CALLABLE", "OTP_WEBAUTHN_ALLOWED_ORIGINS",
    "PASSWORD_HASHERS", "SESSION_ABSOLUTE_SECONDS", "SESSION_COOKIE_AGE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_SECURE", "SESSION_ENGINE", "SESSION_IDLE_SECONDS", "SESSION_WARN_SECONDS",
]  # fmt: skip

_https = MODE == "production" or env.bool("PATCHWORK_HTTPS", default=False)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["email"]}},
]
AUTHENTICATION_BACKENDS = ["core.accounts.backends.CouncilBackend"]

# Idle and absolute limits as in NIST SP 800-63B at AAL2, the idle one shorter because the pages hold personal data.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=15 * 60)
SESSION_WARN_SECONDS = env.int("SESSION_WARN_SECONDS", default=2 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 60 * 60)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"

OTP_TOTP_ISSUER = "Patchwork"
OTP_TOTP_THROTTLE_FACTOR = 1
OTP_WEBAUTHN_RP_ID_CALLABLE = "core.accounts.passkeys.rp_id"
OTP_WEBAUTHN_RP_NAME_CALLABLE = "core.accounts.passkeys.rp_name"
OTP_WEBAUTHN_ALLOWED_ORIGINS: list[str] = []
