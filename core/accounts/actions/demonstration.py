"""Sign-in of a demonstration's invented people: a known password and a fixed second factor, in demo mode alone."""

from __future__ import annotations

import hashlib
from typing import Final

from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.accounts.models import User

PASSWORD: Final = "patchwork-demo"  # noqa: S105  # printed for everybody who tries the demonstration
DEVICE: Final = "Demonstration"


def give_demo_factor(user: User) -> bool:
    """Give `user` the demonstration's authenticator app, where they have none. Returns whether they had none.

    Its secret is the same for the same address every time, so that an app goes on working after a reset. Raises
    ValueError in a process that is no demonstration's.
    """
    if settings.MODE != "demo":
        raise ValueError("Sign-in is given out in demo mode alone: PATCHWORK_MODE is not demo.")
    if TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        return False
    secret = hashlib.sha1(f"{DEVICE}:{user.email}".encode(), usedforsecurity=False).hexdigest()
    TOTPDevice.objects.create(user=user, name=DEVICE, key=secret, confirmed=True)
    return True
