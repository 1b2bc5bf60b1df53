"""One rule of sight: whoever reads lines, visits or contacts for a page asks it, or stands here with a reason.

Import contracts see names of modules; this sees who reads the tables. A new place is listed with its reason, or it
starts from `visible_to`, `past_visible_to` or `changeable_by`.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = frozenset({"Involvement", "Publication", "PublicationRecipient", "Visit", "Contact"})

READS_THEM_ITSELF = {
    "core/council/queries.py": "of one's own lines, and of whether a line one answers for is live",
    "core/insight/queries.py": "counts of a whole council, none of them below five",
    "core/network/queries/around.py": "for rules and actions alone; no page is given it",
    "core/network/queries/broker.py": "the broker's work is what others do not see; every look is recorded",
    "core/network/queries/shields.py": "the officer chooses who stays assigned to a shielded client",
    "core/network/queries/show.py": "what is live, of lines that `visible_to` gave",
    "core/network/queries/withdraw.py": "who may be named when a yes is taken back, of lines that are seen",
    "core/network/rehearsal/audience.py": "counts by role and service, and the officer's own recorded look",
    "core/rights/queries/due.py": "what an access request and retention answer for",
    "core/rights/queries/duties.py": "notes of one's own, and the officer's register",
    "core/rights/queries/pack.py": "the person's own record, as the decision on their request lets it be given",
    "core/visits/policies.py": "through `visible_to` and `changeable_by`",
    "core/visits/queries.py": "of lines that `visible_to` gave",
}

BEHIND_A_REQUIREMENT = ("actions", "policies", "models", "migrations", "exchange")
"""Writes stand behind a `require_`, policies are the rule itself, and an import shows nobody anything."""


def readers() -> set[str]:
    """The modules that name a table's manager, but for those behind a requirement."""
    found = set()
    for path in (ROOT / "core").rglob("*.py"):
        place = path.relative_to(ROOT)
        if set(place.with_suffix("").parts) & set(BEHIND_A_REQUIREMENT) and place.name != "policies.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_manager = isinstance(node, ast.Attribute) and node.attr == "objects"
            if is_manager and isinstance(node.value, ast.Name) and node.value.id in TABLES:
                found.add(str(place))
    return found


def test_whoever_reads_lines_for_a_page_asks_the_one_rule_or_says_why():
    assert readers() - READS_THEM_ITSELF.keys() == set(), "Start from `visible_to`, or give the reason in this file."


def test_no_reason_is_left_behind():
    assert READS_THEM_ITSELF.keys() - readers() == set()


def test_no_page_reads_a_table_of_lines():
    assert not [place for place in readers() if "pages" in Path(place).parts]
