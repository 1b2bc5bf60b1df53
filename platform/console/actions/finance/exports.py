"""What is written of files that finance takes out."""

from __future__ import annotations

from collections.abc import Mapping

from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core.audit.actions import record_sight


def note_export(*, name: str, rows: int, about: Mapping[str, str], by: OperatorRef) -> None:
    """Somebody took a file of money out: which, of how many rows, about which company and days. Raises NotPermitted."""
    require(by, Permission.SEE_FINANCE)
    record_sight("console.finance.exported", by=by, detail={"file": name, "rows": rows, **about})
