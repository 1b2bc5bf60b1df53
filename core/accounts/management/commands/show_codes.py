"""`manage.py show_codes --council NAME [EMAIL]`: a demonstration's codes, for people who have no phone.

With `--console` instead of a council, those of the operators.
"""

from __future__ import annotations

import re
import time
from contextlib import AbstractContextManager
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tenants.context import CouncilRef, inside, shared
from tenants.queries import council_named

_LINK: Final = re.compile(r"https?://\S+")
_STEP: Final = 30


class Command(BaseCommand):
    """Prints the present code of each authenticator app, and the links in mails; in demonstrations alone."""

    help = "Print a demonstration's sign-in codes and mailed links."

    def add_arguments(self, parser: CommandParser) -> None:
        """The council or the console, and whose codes."""
        parser.add_argument("email", nargs="?", default="")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--council")
        where.add_argument("--console", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print them, and for how long they hold. Raises CommandError outside of a demonstration."""
        if not settings.SHOWS_CODES:
            raise CommandError("Codes are shown in a demonstration alone: PATCHWORK_SHOW_CODES is not set.")
        council = council_named(options["council"]) if options["council"] else None
        if council is None and not options["console"]:
            raise CommandError(f"There is no council called {options['council']!r}.")
        email = options["email"].strip().lower()
        for address, name, code in _codes(council, email):
            self.stdout.write(f"{code}  {address}  ({name})")
        self.stdout.write(f"These codes change in {_STEP - int(time.time()) % _STEP} seconds.")
        for address, link in _links(council, email):
            self.stdout.write(f"mail to {address}: {link}")


def _codes(council: CouncilRef | None, email: str) -> list[tuple[str, str, str]]:
    with _world(council):
        devices = TOTPDevice.objects.select_related("user").order_by("user__email", "id")
        found = devices.filter(user__email=email) if email else devices
        return [
            (device.user.email, device.name, f"{totp(device.bin_key, step=device.step, drift=device.drift):06d}")
            for device in found
        ]


def _world(council: CouncilRef | None) -> AbstractContextManager[object]:
    return inside(council, actor="command:show_codes") if council else shared(actor="command:show_codes")


def _links(council: CouncilRef | None, email: str) -> list[tuple[str, str]]:
    host = council.host if council else settings.CONSOLE_HOST
    found = []
    for file in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda path: path.stat().st_mtime):
        message = message_from_bytes(file.read_bytes())
        text = message.get_payload(decode=True)
        address = str(message["To"])
        links = _LINK.findall(text.decode() if isinstance(text, bytes) else "")
        found += [(address, link) for link in links if host in link and email in {"", address}]
    return found[-10:]
