"""Counts a page's own statements: scope, savepoints, session, user, viewer and audit are left out, as the budget says."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

NOT_OURS = (
    "SAVEPOINT", "RELEASE", "ROLLBACK", "set_config", "django_session", "audit_event", "otp_", 'FROM "accounts_', 'INTO "accounts_', 'UPDATE "accounts_',
)  # fmt: skip


@contextmanager
def own_statements():
    """`with own_statements() as own:` fills `own` with the statements of the page itself."""
    own: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield own
    for query in captured.captured_queries:
        sql = query["sql"]
        reads_viewer = '"directory_practitioner"."user_id" =' in sql and sql.startswith("SELECT")
        reads_services = sql.startswith("SELECT") and 'FROM "directory_membership"' in sql and '"is_manager"' in sql
        if not any(word in sql for word in NOT_OURS) and not reads_viewer and not reads_services:
            own.append(sql)
