"""`manage.py check_regime_cases FILE...`: do our decisions agree with what a lawyer expects?"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core.consent.cases import check_cases
from core.consent.pack_loading import load_packs


class Command(BaseCommand):
    """Prints each mismatch, and how many cases are wrong; exit 1 if any."""

    help = "Decides the cases of TOML or JSON files and prints those that are not decided as expected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        report = check_cases(options["files"], load_packs())
        for remark in report.remarks:
            self.stdout.write(f"Note: {remark}")
        for mismatch in report.mismatches:
            self.stdout.write(str(mismatch))
        self.stdout.write(f"{report.checked} cases, {len(report.mismatches)} wrong")
        if report.mismatches:
            sys.exit(1)
