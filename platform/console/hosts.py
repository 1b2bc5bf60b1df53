"""Host names as an operator types them: read, compared, refused in a sentence. It asks no database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from tenants.actions import require_host
from tenants.errors import InvalidHost

MOST_HOSTS: Final = 10


class HostsRefused(Exception):
    """Some of the names can't be a council's; `sentences` says which and why."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


def read_hosts(typed: str) -> tuple[str, ...]:
    """The names typed, one a line, the main one first, as they are compared. Raises HostsRefused."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if not lines:
        raise HostsRefused([_("Enter a host name, such as council.example.org")])
    if len(lines) > MOST_HOSTS:
        raise HostsRefused([_("Enter at most %(most)d host names") % {"most": MOST_HOSTS}])
    found: list[str] = []
    problems: list[str] = []
    for line in lines:
        try:
            found.append(read_host(line))
        except HostsRefused as refused:
            problems.extend(refused.sentences)
    problems.extend(
        _("“%(host)s” is there twice: enter each host name once") % {"host": host}
        for host in sorted({host for host in found if found.count(host) > 1})
    )
    if problems:
        raise HostsRefused(problems)
    return tuple(found)


def read_host(typed: str) -> str:
    """One name as it is compared: no address, no look-alike, not one of our own. Raises HostsRefused."""
    shown = typed.strip()[:60]
    if not typed.isascii() or any(label.lower().startswith("xn--") for label in typed.strip().split(".")):
        raise HostsRefused(
            [
                _("“%(host)s” has letters beyond a to z: they can be made to look like another council's name, "
                  "so enter a name in plain letters") % {"host": shown},
            ]
        )  # fmt: skip
    try:
        host = require_host(typed)
    except InvalidHost:
        raise HostsRefused(
            [
                _("“%(host)s” is not a host name: use letters, digits, hyphens and dots, as in council.example.org, "
                  "without https:// and without a port") % {"host": shown},
            ]
        ) from None  # fmt: skip
    if host.rpartition(".")[2].isdigit() or host.rpartition(".")[2].startswith("0x"):
        raise HostsRefused([_("“%(host)s” is an address: enter a host name") % {"host": shown}])
    if host in {settings.CONSOLE_HOST, settings.OPERATOR_API_HOST}:
        raise HostsRefused([_("“%(host)s” is Patchwork's own: choose another name") % {"host": shown}])
    return host
