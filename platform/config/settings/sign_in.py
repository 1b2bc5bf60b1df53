"""Passwords, sessions and second factors."""

from config.settings.env import MODE, env

__all__ = [
    "ACCESS_RULES",
    "ACCOUNT_JOINED",
    "ACCOUNT_NOTICES",
    "ACCOUNT_OUTBOX",
    "AUTHENTICATION_BACKENDS",
    "AUTH_PASSWORD_VALIDATORS",
    "CONSOLE_ACCESS_RULES",
    "KNOWN_BROWSER_COOKIE",
    "LOGIN_REDIRECT_URL",
    "LOGIN_URL",
    "OTP_STATIC_THROTTLE_FACTOR",
    "OTP_TOTP_ISSUER",
    "OTP_TOTP_THROTTLE_FACTOR",
    "OTP_WEBAUTHN_HELPER_CLASS",
    "OTP_WEBAUTHN_RP_ID_CALLABLE",
    "OTP_WEBAUTHN_RP_NAME_CALLABLE",
    "PASSWORD_HASHERS",
    "PASSWORD_RESET_TIMEOUT",
    "PUBLIC_PORT",
    "PUBLIC_SCHEME",
    "SESSION_ABSOLUTE_SECONDS",
    "SESSION_COOKIE_AGE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
    "SESSION_ENGINE",
    "SESSION_IDLE_SECONDS",
    "SESSION_WARN_SECONDS",
    "SILENCED_SYSTEM_CHECKS",
    "TRUSTED_PROXIES",
]

_https = MODE == "production" or env.flag("PATCHWORK_HTTPS")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
]
AUTHENTICATION_BACKENDS = ["core.accounts.backends.CouncilBackend"]

# Idle and absolute limits as in NIST SP 800-63B at AAL2, the idle one shorter because the pages hold personal data.
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_SECONDS")
SESSION_WARN_SECONDS = env.number("SESSION_WARN_SECONDS")
SESSION_ABSOLUTE_SECONDS = env.number("SESSION_ABSOLUTE_SECONDS")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# The limits above end the sign-in. The session itself is kept a week longer, so that a form which was left open and
# sent later can be kept for the one who had typed it.
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS + 7 * 24 * 60 * 60
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"

PASSWORD_RESET_TIMEOUT = 60 * 60
KNOWN_BROWSER_COOKIE = "__Host-known" if _https else "known"

# Whose X-Forwarded-For is believed, as networks: none, unless our own proxies are named.
TRUSTED_PROXIES = list(env.names("PATCHWORK_TRUSTED_PROXIES"))

# How a link in a mail begins; between the two stands the council's own host.
PUBLIC_SCHEME = "https" if _https else "http"
PUBLIC_PORT = env.text("PATCHWORK_PUBLIC_PORT")

# Sign-in stands below notices, so it is told by name where its letters and notices go.
ACCOUNT_OUTBOX = "core.notices.actions.queue"
ACCOUNT_NOTICES = "core.notices.actions.tell"
# And who gives someone who has joined the card that waits for them.
ACCOUNT_JOINED = "core.council.actions.staff.link_card"

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
ACCESS_RULES = "config.access.RULES"
CONSOLE_ACCESS_RULES = "config.access_console.RULES"

OTP_TOTP_ISSUER = "Patchwork"
# Failures are counted by core.accounts.throttling, which a stranger can't turn into a lock-out as these could be.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_STATIC_THROTTLE_FACTOR = 0
OTP_WEBAUTHN_RP_ID_CALLABLE = "core.accounts.passkeys.rp_id"
OTP_WEBAUTHN_RP_NAME_CALLABLE = "core.accounts.passkeys.rp_name"
OTP_WEBAUTHN_HELPER_CLASS = "core.accounts.passkeys.CouncilPasskeys"
SILENCED_SYSTEM_CHECKS = [
    "otp_webauthn.E030",  # our helper answers with the request's own council; the package's list is the same for all
    "auth.W004",  # an address is unique whatever its capitals: a constraint on lower(email)
]
