"""Where councils' files are kept, how long an exit copy can be fetched, and what an exit copy leaves out."""

from __future__ import annotations

from config.settings.env import STATE_DIR, env
from infra.files import store_at

__all__ = ["BACKUP_DAYS", "COUNCIL_STORE", "EXIT_COPY_DAYS", "EXIT_COPY_LEAVES_OUT"]


COUNCIL_STORE = store_at(env.text("PATCHWORK_FILES_URL"), STATE_DIR / "files")

EXIT_COPY_DAYS = 14
"""How long the council can fetch an exit copy before it is deleted from where files are kept."""

BACKUP_DAYS = env.number("PATCHWORK_BACKUP_DAYS")
"""For how long backups are kept: what a council's certificate of deletion promises."""

EXIT_COPY_LEAVES_OUT = {
    "django_session": "who is signed in now: whoever holds such a key is signed in as them",
    "accounts_opensession": "the list of who is signed in now, which goes with the sessions",
    "accounts_throttle": "counters of failed sign-ins, which run out within minutes",
    "accounts_draft": "what people had typed and not sent: sealed with this installation's own secret",
    "notices_outboxitem": "letters that had not gone out yet: sent from two places they would arrive twice",
}
"""Tables of a council that its exit copy does not hold, and why."""
