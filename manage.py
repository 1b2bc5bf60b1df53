#!/usr/bin/env python
"""Django's command line, with both source roots, in the process that the command needs."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]


def main() -> None:
    """Run a management command."""
    if sys.argv[1:2] == ["check_settings"]:
        # Before Django: it could not start with what this is there to find.
        from config.variables.reading import report

        raise SystemExit(report(os.environ))
    if sys.argv[1:2] in (["check_worker"], ["check_scheduler"]):
        # Asked every few seconds by whoever keeps the process running: without Django it costs little.
        from config.watching.heartbeat import report as report_heartbeat

        raise SystemExit(report_heartbeat(sys.argv[1].removeprefix("check_"), os.environ, seconds=30))
    from tenants.process import choose_for_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    choose_for_command(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
