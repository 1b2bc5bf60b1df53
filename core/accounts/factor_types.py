"""Which of django-otp's tables holds which kind of second factor."""

from __future__ import annotations

from typing import Final

from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from core.accounts.choices import FactorKind

type_of: Final = {FactorKind.AUTHENTICATOR: TOTPDevice, FactorKind.PASSKEY: WebAuthnCredential}
